"""What stands around a text says whom it is for: lists to choose from, rows of a table, notices, steps."""

from __future__ import annotations

import pytest

from promptlint.extract.documents import facts as document_facts
from promptlint.extract.prompt_paths import data_may
from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.source import Source
from promptlint.template import texts


def texts_of(program: str) -> list[str]:
    return [prompt.name for prompt in link([facts(Source("a.py", program))]).prompts]


@pytest.mark.parametrize(
    ("program", "taken"),
    [
        # Short questions and tasks to choose from; a list of a name, or words to a model are something else.
        ("PAGE = {'id': 'p', 'prompts': [('p1', 'Write a letter to the harbour.'),"
         " ('p2', 'List the ships that keep a seal.')]}\n", 0),
        ("PAGE = {'id': 'p', 'prompts': ['List the letters of today.', 'You are a clerk. Answer in "
         "one word: {question}']}\n", 2),
        ("PAGE = {'id': 'p', 'system_prompts': ['Answer in one sentence.', 'Quote the number of the letter.']}\n", 2),
        ("prompts = ['List the letters of today.', 'Write about the harbour.']\nshow(prompts)\n", 2),
        ("DESK_PROMPTS = ['List the letters of today.', 'Write a page about the harbour.']\n", 2),
        ("prompts = {'owner': 'Name the owner of the letter.', 'seal': 'Use a seal for all letters.'}\n", 2),
        # What a test tries, and what an evaluation tells a model to do.
        ("test = {'name': 'a', 'prompt': 'Which ship has no seal?', 'expected': 'none'}\n", 0),
        ("test = {'name': 'a', 'prompt': 'The file letters.txt holds letters of many ships. Sort all of the letters by "
         "the ship that they are for. Write the names of all ships without a letter into ships.txt, one on each "
         "line.', 'run': 'sort --check letters.txt', 'expected': 'none'}\n", 1),
        # A row that is added to a sheet.
        ("def f(book):\n    rows_guidelines = book.add('guidelines')\n"
         "    rows_guidelines.append(['id', 'use the last part of the address of the letter'])\n", 0),
        ("def f(prompts):\n    prompts.append(['You are a clerk. Sort the letters by the names of "
         "ships.', 'x'])\n", 1),
        ("guidelines = []\nguidelines.append('Use the last part of the name of a letter.')\n", 1),
        # Notices of a program, one of which asks for something.
        ("S = {'saved': 'The letter is saved.', 'gone': 'The letter is gone.', 'late': 'This letter is late.', "
         "'name_prompt': 'Tell me your name, so that I can sign it.'}\n", 0),
        ("S = {'saved': 'The letter is saved.', 'gone': 'The letter is gone.', 'late': 'This letter is late.', "
         "'name_prompt': 'You are a clerk. Find the name in this letter.'}\n", 1),
        ("S = {'saved': 'The letter is saved.', 'gone': 'The letter is gone.', 'late': 'This letter is late.', "
         "'name_prompt': 'List the names in this letter: {letter}'}\n", 1),
        ("S = {'name_prompt': 'Tell me your name, so that I can sign it.', 'size': 'small'}\n", 1),
        ("S = {'title': 'Letters of the harbour', 'description': 'Sorts the letters of "
         "the town', 'help': 'Keep it in order',"
         " 'sorting_prompt': 'Sort all the letters of today by ship, and count them.'}\n", 1),
        # What people see of a task.
        ("DESK_PROMPTS = [{'label': 'Letters that wait for a seal', 'query': 'List the letters "
         "without a seal.'}]\n", 1),
        ("desk_prompts = [{'id': 'a', 'name': 'Short', 'description': 'Prompt for short letters of the desk'}]\n", 0),
        ("desk_prompts = [{'id': 'a', 'name': 'Short', 'description': 'You are a clerk. Answer letters in one "
         "sentence.'}]\n", 1),
        ("desk_prompts = [{'name': 'Short', 'description': 'Translate the letter into French. Keep its tone.'}]\n", 1),
        ("desk_prompts = [{'name': 'Short', 'description': 'A letter of the desk for you: {letter}'}]\n", 1),
        ("desk_prompts = {'a': {'name': 'Short', 'description': 'Prompt for short letters of the desk', "
         "'prompt_text': 'Answer this letter in one sentence: {letter}'}}\n", 1),
    ],
)  # fmt: skip
def test_what_stands_around_a_text_says_whom_it_is_for(program: str, taken: int) -> None:
    assert len(texts_of(program)) == taken


def test_instructions_in_a_text_file_are_for_people_unless_they_read_otherwise() -> None:
    def found(name: str, text: str) -> int:
        return len(document_facts(Source(name, text)).sites)

    people = "How to start the desk. First unpack the seals, then fill the ink, then open the door. " * 4
    model = "You are a clerk. Answer every letter in one sentence and quote the number of the letter."
    assert [found("desk/FINAL_INSTRUCTIONS.txt", text) for text in (people, model)] == [0, 1]
    for name in ("prompts/clerk_instructions.txt", "desk/instructions.txt", "desk/scoring_instructions.txt"):
        assert found(name, people) == 1


@pytest.mark.parametrize(
    ("program", "taken"),
    [
        ("def run_clerk_with_detailed_instructions(desk):\n"
         "    return {'done': 'The clerk has sorted all the letters of today.'}\n", 0),
        ("def run_prompt_checks(desk):\n    return ['The seal of the letter is missing.', desk]\n", 0),
        ("def build_detailed_instructions(desk):\n"
         "    return 'Answer each letter in one sentence, and quote its number.'\n", 1),
        ("prompt_text_human_review = 'Are these steps right? (Answer yes, or say what to change) {steps}'\n"
         "ask(x)\n", 0),
        ("desk_negative_prompt = 'no seals, no ink on the letters, nothing "
         "blurred'\npaint(desk_negative_prompt)\n", 0),
        ("user_message_templates = {'late': 'The desk is late today.', 'gone': 'The letter is gone.'}\n", 0),
        ("create_prompt(description='Sorts all letters of a day by ship', body='Sort the letters: {letters}')\n", 1),
        ("FALSE_NEGATIVE_PROMPT = 'Look for false negatives among letters, and list each.'\n", 1),
        ("human_feedback_system_prompt = 'Change the plan by what the clerk says of it.'\n", 1),
    ],
)  # fmt: skip
def test_names_of_what_people_are_told(program: str, taken: int) -> None:
    assert len(texts_of(program)) == taken


def test_what_describes_a_web_api() -> None:
    letter = "{'type': 'string', 'description': 'The letter that is sorted.'}"
    said = f"{{'type': 'object', 'properties': {{'letter': {letter}}}}}"
    program = f"desk_tools_spec = {{'KEY': '3.1.0', 'components': {{'schemas': {{'Sort': {said}}}}}}}\n"
    assert texts_of(program.replace("KEY", "openapi")) == []
    assert texts_of(program.replace("KEY", "version")) != []


def test_files_of_results_are_no_settings() -> None:
    assert not data_may("desk/clerk_test_result_1751840944.json") and not data_may("desk/clerk_output.json")
    assert data_may("desk/result_prompts.json") and data_may("prompts/result.json") and data_may("desk/result.yaml")


def test_what_a_user_might_say_for_somebody_who_keeps_it() -> None:
    program = """
def make_state(message):
    return {"messages": [Message(role="user", content=message, timestamp=now())]}

def make_rules(rules):
    return [Message(role="system", content=rules, timestamp=now())]

def make_question(question):
    return [Message(role="user", content=question)]

def ask(question):
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": question}])

make_state("I need to send my letters to the harbour")
make_state("You are a clerk. Sort all my letters by the names of ships.")
make_rules("Sort letters by the names of ships")
ask("Where do I send my letters?")
make_question("Who has sent all these letters?")
"""
    found = link([facts(Source("a.py", program))]).prompts
    assert [next(iter(texts(prompt.template))).value[:12] for prompt in found] == [
        "You are a cl", "Sort letters", "Where do I s", "Who has sent",
    ]  # fmt: skip
