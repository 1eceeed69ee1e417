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
        # Short questions and tasks to choose from; a constant, several lines, or words to a model are something else.
        ("prompts = ['List the letters of today.', 'Write about the harbour.']\nshow(prompts)\n", 0),
        ("def f(day):\n    prompts = []\n    prompts.append('Add what the clerk did.')\n"
         "    return {'open': prompts}\n", 0),
        ("PAGE = {'id': 'p', 'prompts': [('p1', 'Write a letter to the harbour.'), ('p2', 'List the "
         "ships that keep a seal.')]}\n", 0),
        ("DESK_PROMPTS = ['List the letters of today.', 'Write a page about the harbour.']\n", 2),
        ("prompts = ['List the letters of today.', 'You are a clerk. Answer this: {question}']\nshow(prompts)\n", 2),
        ("prompts = {'owner': 'Name the owner of the letter.', 'seal': 'Use a seal for all letters.'}\n", 2),
        # A row that is added to a sheet.
        ("def f(book):\n    rows_guidelines = book.add('guidelines')\n"
         "    rows_guidelines.append(['id', 'use the last part of the address of the letter'])\n", 0),
        ("guidelines = []\nguidelines.append('Use the last part of the name of a letter.')\n", 1),
        # Notices of a program, one of which asks for something.
        ("S = {'saved': 'The letter is saved.', 'gone': 'The letter is gone.', 'late': 'This letter is late.', "
         "'name_prompt': 'Tell me your name, so that I can sign it.'}\n", 0),
        ("S = {'saved': 'The letter is saved.', 'gone': 'The letter is gone.', 'late': 'This letter is late.', "
         "'name_prompt': 'You are a clerk. Find the name in this letter.'}\n", 1),
        ("S = {'saved': 'The letter is saved.', 'gone': 'The letter is gone.', 'late': 'This letter is late.', "
         "'name_prompt': 'List the names in this letter: {letter}'}\n", 1),
        ("S = {'name_prompt': 'Tell me your name, so that I can sign it.', 'size': 'small'}\n", 1),
        # What people see of a task.
        ("DESK_PROMPTS = [{'label': 'Letters that wait for a seal', 'query': 'List the letters "
         "without a seal.'}]\n", 1),
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
    assert found("prompts/clerk_instructions.txt", people) == found("desk/instructions.txt", people) == 1


@pytest.mark.parametrize(
    ("program", "taken"),
    [
        ("def run_clerk_with_detailed_instructions(desk):\n"
         "    return {'done': 'The clerk has sorted all the letters of today.'}\n", 0),
        ("def build_detailed_instructions(desk):\n"
         "    return 'Answer each letter in one sentence, and quote its number.'\n", 1),
        ("prompt_text_human_review = 'Are these steps right? (Answer yes, or say what to change) {steps}'\n"
         "ask(x)\n", 0),
        ("desk_negative_prompt = 'no seals, no ink on the letters, nothing blurred'\npaint(desk_negative_prompt)\n", 0),
        ("user_message_templates = {'late': 'The desk is late today.', 'gone': 'The letter is gone.'}\n", 0),
        ("tracer.trace_llm_step(step_name='sort', prompt='Find the steps of the letter', response=x)\n", 0),
        ("tracer.run_llm_step(step_name='sort', run_prompt='Find the steps of the letter', response=x)\n", 1),
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
    assert not data_may("desk/clerk_test_result_1751840944.json") and not data_may("desk/session_report.json")
    assert data_may("desk/report_prompts.json") and data_may("desk/clerk.json") and data_may("desk/report.yaml")


def test_a_message_that_says_that_a_run_has_failed() -> None:
    said = "{'role': 'assistant', 'content': f'Sorting of the letters failed due to an error: {e}'}"
    program = f"def f(inputs, e):\n    yield {{'messages': inputs.get('messages', []) + [{said}]}}\n"
    assert texts_of(program) == []


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
