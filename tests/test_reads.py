"""How a text reads: addressed to a model, to a person, or to a machine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import within

from promptlint.extract.patterns import any_of
from promptlint.extract.reads import SAMPLE, could_be_prompt, greets, looks_like_code_or_markup, reads_like_prompt
from promptlint.extract.wording import ADDRESS, ADDRESS_WESTERN, ORDERS, ORDERS_WESTERN, WESTERN, Signal

PROMPTS = {
    "role": "You are a meticulous tax adviser who explains every figure.",
    "role of a field": "You are {name}, a travel agent. Keep replies under 40 words.",
    "role and task": "You are the editor of a cookery magazine. Your task is to shorten recipes to five steps.",
    "role by name": "You are Prof. Ada Lovelace, a patient teacher of figures. Answers have less than 100 words.",
    "role by name on two lines": (
        "You are \u00c9lodie,\na clerk of the bank who has been with it for years. Answers have less than 100 words."
    ),
    "as a": "As a programmer for this position, you should be proficient in Python and work well within a group.",
    "what must be": "The review is done. You MUST now present all findings by their weight and their rows.",
    "act as": "Act as a seasoned negotiator and prepare three opening offers for {deal}.",
    "summarise": "Summarize the following article in two sentences:\n\n{article}",
    "answer from context": (
        "Answer the question using only the context below. If you don't know, say so.\n\n"
        "Context: {context}\n\nQuestion: {question}\nAnswer:"
    ),
    "output only": "Classify the sentiment of this review: {review}\nRespond with one word. Do not explain it.",
    "steps": (
        "Think step by step about the puzzle below, then return only the final number.\n\n### Puzzle\n{{ puzzle }}"
    ),
    "indented": """
        You will be given a support ticket and a list of teams.
        Decide which team should handle the ticket.

        Return only a JSON object with the key "team".
    """,
    "wrapped": "You\nare a patient tutor. Never reveal the solution; ask the student\nguiding questions instead.",
    "chat markup": "<|im_start|>system\nKeep it brief.<|im_end|>\n<|im_start|>user\n{input}<|im_end|>",
    "tools": "You have access to the following tools:\n\n{tools}\n\nUse them whenever a figure has to be computed.",
    "react": (
        "Use the following format:\n\nQuestion: the input question\nThought: what to do\nAction: the action\n"
        "Observation: the result\n\nQuestion: {input}"
    ),
    "cloze": "Context: {passage}\nQuestion: {q}\nAnswer:",
    "with code in it": (
        "You are a Python reviewer. Point out the bugs.\n\n```python\ndef add(a, b):\n    return a - b\n```\n"
    ),
    "zh": "你是一名资深律师。请根据以下合同内容回答用户的问题，不要编造信息。\n\n{contract}",
    "ja": "あなたは優秀な翻訳者です。次の文章を英語に翻訳してください。説明は出力しないでください。",
    "ko": "당신은 친절한 상담원입니다. 다음 질문에 한국어로 답변하세요.\n{question}",
    "es": "Eres un asistente jurídico. Responde solo con la información del contexto y no inventes datos.",
    "fr": "Tu es un expert en cuisine. Réponds uniquement en français et n'invente aucun ingrédient.",
    "de": "Du bist ein erfahrener Lektor. Antworte nur mit dem verbesserten Text.",
    "pt": "Você é um analista financeiro. Responda apenas com base no relatório a seguir.",
    "ru": "Ты — опытный редактор. Исправь ошибки в тексте. Не добавляй комментарии.",
    "zh, the task": "根据以下内容，回答用户的问题。如果不知道，请直接说不知道。",
    "zh, a limit": "请对下面的文章进行总结，字数不超过100字。\n{article}",
    "zh, what comes": "接下来我会给你一段对话，请提取其中的关键信息。",
    "ja, a way out": "次の質問に日本語で答えてください。わからない場合は「わかりません」と答えてください。",
    "ja, the form": "JSON形式で出力してください。余計な説明は不要です。",
    "de, the task": "Fasse den folgenden Text in drei Sätzen zusammen:\n{text}",
    "de, grounds": "Beantworte die folgende Frage nur anhand des Kontexts.\nKontext: {kontext}\nFrage: {frage}",
    "es, the task": "Resume el siguiente texto en tres frases:\n{texto}",
    "es, grounds": "Responde a la pregunta usando solo el contexto.\nContexto: {c}\nPregunta: {p}",
    "es, one word": "Clasifica el siguiente comentario como positivo o negativo. Devuelve solo una palabra.",
    "fr, the task": "Résume le texte suivant en trois phrases :\n{texte}",
    "it, the task": "Riassumi il seguente testo in tre frasi:\n{testo}",
    "ru, the task": "Переведи следующий текст на английский язык:\n{text}",
    "ar": "أنت مساعد قانوني. أجب على السؤال التالي ولا تختلق معلومات.",
}

OTHERS = {
    "error": "Failed to open {path}: the file must be a valid JSON document, got {kind}",
    "error with a name": "You are Offline, or the server does not answer. Retry in a minute.",
    "told by name": "You are Administrator, a change here affects all.",
    "greeted by name": "Hello {name}! You are Ada, the owner of this account. Your letters are in the second folder.",
    "told that one is right": "You are right, the letter of the mayor was sent twice. We are sorry.",
    "error with you": "You are not allowed to delete this project. Ask the owner for permission.",
    "error with order": "Base address must end in {suffix}; do not include a query string.",
    "hint": "Please install the optional dependency with `pip install fastthing[extra]` to use this class.",
    "deprecation": "Passing a list is deprecated and will be removed in 3.0, use a tuple instead.",
    "log": "Received %d rows from %s, answering request of user %s",
    "option": "Output format of the report, one of json or text (default: text)",
    "user interface": "You are about to overwrite your profile. This action cannot be undone.",
    "sign up": "You're invited! Click the link below to activate your account and choose a password.",
    "condition": "Raise this only if you are the maintainer of the package.",
    "docstring": (
        "Return the given text with tabs expanded.\n\nArgs:\n    text: The input text.\n    size: Width of a tab.\n\n"
        "Returns:\n    The text in the same format, always ending in a newline.\n"
    ),
    "reference": "Answer a request.\n\n:param request: the request\n:returns: a response in JSON format\n",
    "licence": "You may use this file only in compliance with the License. Do not include it without this copyright.",
    "sql": "SELECT answer, question FROM replies WHERE user_id = %s ORDER BY created LIMIT 1",
    "html": "<div class='note'><p>You are a guest.</p><span>Answer the question</span></div>",
    "zh error": "文件不存在，请检查路径后重试。",
    "zh form": "请输入用户名和密码，然后点击下面的按钮登录。",
    "ja form": "ログインしてください。パスワードを入力してください。",
    "de error": "Die Datei wurde nicht gefunden. Bitte prüfen Sie den Pfad und versuchen Sie es erneut.",
    "es error": "No se encontró el archivo. Comprueba la ruta e inténtalo de nuevo.",
    "lorem": "The river rose quickly that spring, and nobody in the village could remember a wetter year.",
    "as a": "As a result, you should see the new version of the page after the service was started again.",
    "what must be": "The software is yours. YOU MUST NOT SELL COPIES OF IT, AND YOU MUST KEEP THIS NOTICE.",
    "act as": "Objects of this kind act as a proxy for the connection and are closed with it.",
    "empty": "",
    "short": "You are an AI.",
}

# Prompts that are written as JSON.
INSTRUCTED = {
    "instruction": '{"instruction": "Sort the letters by their day.", "input": "$input"}',
    "on a row of its own": '\n{\n  "task_instruction": "\n  Sort the letters by their day.",\n  "input": $input\n}\n',
    "apostrophes": "{'Instructions': 'Sort the letters by their day.', 'input': '$input'}",
    "zh": '{"instruction": "请用三句话总结下面的会议记录。", "input": "$input"}',
}

MACHINE = {
    "json with a key of its own": '{"instruction": "sort_by_day", "input": "letters of the council that came today"}',
    "sql": "SELECT id, name FROM users WHERE age > 3",
    "sql in lower case": "select count(*) from orders where day = ?",
    "sql ddl": "CREATE TABLE IF NOT EXISTS notes (\n  id INTEGER PRIMARY KEY,\n  body TEXT NOT NULL\n)",
    "sql in lines": "\n    INSERT INTO notes (id, body)\n    VALUES (%s, %s)\n    ON CONFLICT (id) DO NOTHING\n",
    "cypher": "MATCH (p:Person)-[:KNOWS]->(q) WHERE p.name = $name RETURN q",
    "graphql": "query ($id: ID!) {\n  node(id: $id) {\n    name\n    size\n  }\n}",
    "html": "<!DOCTYPE html>\n<html><body><p>Welcome to the shop</p></body></html>",
    "html fragment": '<tr>\n  <td class="name">{name}</td>\n  <td>{size}</td>\n</tr>',
    "css": ".card {\n  margin: 0;\n  color: red;\n}\n.card h1 {\n  font-size: 2em;\n}",
    "javascript": "const el = document.getElementById('x');\nel.addEventListener('click', () => {\n  load();\n});",
    "python": "import os\n\ndef main(path):\n    for name in os.listdir(path):\n        print(name)\n    return 0\n",
    "shell": '#!/bin/sh\nset -e\nexport PATH=/opt/bin:$PATH\nexec "$@"',
    "shell commands": "sudo apt-get update && sudo apt-get install -y curl\ncurl -fsSL $URL -o /tmp/x",
    "dockerfile": 'FROM python:3.12\nRUN pip install flask\nCOPY . /app\nCMD ["python", "app.py"]',
    "yaml": "version: 2\nservices:\n  web:\n    image: nginx\n    ports:\n      - 80:80\n",
    "toml": '[tool.thing]\nname = "x"\nsize = 3\n\n[tool.other]\nflag = true\n',
    "commented settings": "# This file is written by the setup and read at start.\n# Do not edit it by hand.\nport=80",
    "latex": "\\documentclass{article}\n\\begin{document}\n\\section{One}\n\\end{document}",
    "regex": r"^(?P<year>\d{4})-(?P<month>\d{2})\s+(?:[A-Z]\w+)$",
    "url": "https://example.org/a/very/long/path?with=query&and=more",
    "base64": "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=",
    "log format": "%(asctime)s %(levelname)s %(name)s %(message)s",
    "usage": "usage: tool [-h] [--verbose] FILE\n\nCompress a file.",
    "json": '{"name": "Ada", "tags": ["a", "b"], "age": 36}',
}

POSSIBLE = {
    "short order": "Be concise.",
    "short order with a value": "Translate: {text}",
    "one line": "Pick the best Spanish translation",
    "few shot": "Input: a red apple\nOutput: fruit\n\nInput: a blue car\nOutput: vehicle",
    "few shot with json": 'Input: Ann is 3 years old.\nOutput: {"name": "Ann", "age": 3}\n',
    "question": "What is the capital of France?",
    "english select": "Select topics, rank them and hand the best one to the writer.",
    "english create": "Create user stories for each feature in the backlog",
    "english update": "Update the table of contents from the new headings.",
    "condition on failure": "If the answer is not found in the text, reply with UNKNOWN.",
    "using": "Using {tool}, look up the weather in {city}",
    "tool description": "Search the company handbook by keyword and return matching paragraphs.",
    "docstring": "Look up the price of a product.\n\nArgs:\n    name: Name of the product.\n",
    "prose with code": "Rewrite this loop as a comprehension:\n\nfor x in xs:\n    ys.append(x)\n",
    "sections in tags": "<rules>\nAlways cite your paragraph.\n</rules>\n<document>\n{document}\n</document>",
    "zh": "请用三句话总结下面的会议记录",
    "ja": "次の文章を要約してください",
    "ko": "다음 글을 세 문장으로 요약해 주세요",
    "th": "กรุณาสรุปข้อความต่อไปนี้",
    "ru": "Переведи текст на английский язык",
    "ar": "لخص النص التالي في ثلاث جمل",
    "hi": "नीचे दिए गए पाठ का सारांश लिखें",
}

IMPOSSIBLE = {
    "identifier": "customer_id",
    "two words": "red apple",
    "dotted path": "package.module.ClassName",
    "file": "templates/welcome_mail.html",
    "separator": "-" * 60,
    "placeholders": "{a}\n{b}\n{c}",
    "error": "Cannot connect to {host}: connection refused",
    "fault": "Object of type {kind} is not supported here",
    "progress": "Downloading {name} ({size} bytes)",
    "option": "Number of workers to start (default: 4)",
}


@pytest.mark.parametrize("name", PROMPTS)
def test_a_prompt_reads_like_one(name: str) -> None:
    assert reads_like_prompt(PROMPTS[name])
    assert could_be_prompt(PROMPTS[name])


@pytest.mark.parametrize("name", OTHERS)
def test_texts_for_people_and_machines_do_not(name: str) -> None:
    assert not reads_like_prompt(OTHERS[name])


@pytest.mark.parametrize("name", MACHINE)
def test_code_and_markup(name: str) -> None:
    assert looks_like_code_or_markup(MACHINE[name])
    assert not could_be_prompt(MACHINE[name])
    assert not reads_like_prompt(MACHINE[name])


@pytest.mark.parametrize("name", POSSIBLE)
def test_natural_language_could_be_a_prompt(name: str) -> None:
    assert could_be_prompt(POSSIBLE[name])
    assert not looks_like_code_or_markup(POSSIBLE[name])


@pytest.mark.parametrize("name", INSTRUCTED)
def test_json_may_be_a_prompt_by_its_instruction(name: str) -> None:
    assert could_be_prompt(INSTRUCTED[name])
    assert looks_like_code_or_markup(INSTRUCTED[name])


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_no_name_makes_a_prompt(name: str) -> None:
    assert not could_be_prompt(IMPOSSIBLE[name])


@pytest.mark.parametrize("name", [*PROMPTS, *POSSIBLE])
def test_indentation_and_newline_style_change_nothing(name: str) -> None:
    text = {**PROMPTS, **POSSIBLE}[name]
    shifted = "\n" + "\n".join("        " + line for line in text.split("\n")) + "\n    "
    assert could_be_prompt(shifted) == could_be_prompt(text)
    assert could_be_prompt(text.replace("\n", "\r\n")) == could_be_prompt(text)
    assert reads_like_prompt(shifted) == reads_like_prompt(text)


def test_a_long_text_is_judged_by_head_and_tail() -> None:
    filler = "The harbour lies quiet in the morning and loud at noon.\n" * 2_000
    assert not reads_like_prompt(filler)
    assert reads_like_prompt(PROMPTS["role and task"] + "\n" + filler)
    assert reads_like_prompt(filler + "\nSummarize the text above. Respond with one sentence only.\n")
    middle = len(filler) // 2
    assert not reads_like_prompt(filler[:middle] + PROMPTS["role and task"] + filler[middle:])


def test_code_outweighs_prose_only_two_to_one() -> None:
    code = "x = compute(1, 2);\n" * 20
    prose = "Explain to a beginner what each of these lines is doing.\n"
    assert looks_like_code_or_markup(code)
    assert looks_like_code_or_markup(code + prose)
    assert not looks_like_code_or_markup(code + prose * 20)


@pytest.mark.parametrize(
    "piece",
    ["{", "<", "a", "a ", "\n", " ", "- ", "{a}\n", "a-", "#\n", "if ", "you ", "return the ", "\\", "(((", "é", ".\n"],
)
def test_hostile_repetition_is_cheap(piece: str) -> None:
    text = (piece * (10 * SAMPLE))[: 10 * SAMPLE]
    within(1, lambda: (reads_like_prompt(text), could_be_prompt(text)))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_judged_without_an_error_and_a_prompt_could_be_one(text: str) -> None:
    code = looks_like_code_or_markup(text)
    if reads_like_prompt(text) and not code:
        assert could_be_prompt(text)
    if code:
        assert not could_be_prompt(text)


@pytest.mark.parametrize(
    ("text", "greeting"),
    [
        ("Hello! I am a bot that helps you book a room.", True),
        ("Hi, I'm Ada. I can help you with:\n- rooms\n- flights", True),
        ("Welcome to the desk! How can I help you today?", True),
        ("Hello! I am a trivia bot. Which question do you want?", True),
        ("Hi! I'm Alice, a chemist. Which journals should I read?", False),
        ("Hello {name}, this is the council. Write them a letter.", False),
        ("You are a bot that helps people. Say hello first.", False),
        ("This is a chat. Hello! I am a bot that helps you.", False),
    ],
)
def test_how_a_program_greets(text: str, greeting: bool) -> None:
    assert greets(text) is greeting


def test_one_look_tells_whether_any_of_many_words_stands_in_a_text() -> None:
    words = ("no a", "non inc", "no", "tâche", "a+b")
    found = any_of(words)
    for text in ("not one", "nun", "ma tâche", "xa+b", "aab", "n", "", "an on a no"):
        assert (found.search(text) is not None) == any(word in text for word in words), text


@pytest.mark.parametrize("signals", [ADDRESS_WESTERN, ORDERS_WESTERN])
def test_what_is_asked_of_texts_in_western_languages_alone_can_be_met_there(signals: tuple[Signal, ...]) -> None:
    for needles, *_ in signals:
        assert all(WESTERN.search(f"das {needle} y") is not None for needle in needles)


NEAR = (
    "as an editor of maps, your task is to draw",
    "as the clerk of a post office, you must sort",
    "(you specialize in maps)",
    "you excel at sums",
    "your specialty is maps",
    "your speciality includes maps",
    "your expertise lies in maps",
    "print the figures of each row in json",
    "write it as a valid xml document",
    "(return all of the rows into the following exact format",
    "list them using plain text",
    "valid json",
    "it is strict json.",
    "only json, single json",
    "the raw json of it",
    "output format",
    "(response format: a table)",
    "answer format",
    "in the reply format",
    "in the following format",
    "follow the following table format",
    "use the following format:",
    "the format below",
    "the output must be short",
    "response should contain figures",
    "each answer must follow",
    "json object with the keys",
    "json array containing two rows",
    "(json list with an id)",
)


@pytest.mark.parametrize("text", NEAR)
def test_what_tells_sooner_that_a_wording_is_not_there_is_met_wherever_it_is(text: str) -> None:
    found = [near for _, near, pattern in (*ADDRESS, *ORDERS) if near is not None and pattern.search(text)]
    assert found
    assert all(near.search(text) for near in found)
