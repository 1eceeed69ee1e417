"""The settings that hold for a path, for `promptlint check --show-settings`."""

from __future__ import annotations

import msgspec

from promptlint.config import Settings
from promptlint.extract.catalogue import KINDS, Words
from promptlint.rules import all_rules


def render(settings: Settings) -> str:
    """The settings of a directory, a line each."""
    rules = all_rules()
    lines = [
        f"configuration: {settings.source or 'none'}",
        f"include-tests: {'true' if settings.include_tests else 'false'}",
        f"fail-on: {settings.fail_on}",
        f"provider: {settings.provider or 'as the source says'}",
        f"model: {settings.model or 'as the source says'}",
    ]
    lines += [f"exclude: {pattern} (from {each.root})" for each in settings.exclude for pattern in each.lines]
    for pattern, said in settings.models.items():
        named = (f"{key}={value}" for key, value in msgspec.structs.asdict(said).items() if value is not None)
        lines.append(f"models: {pattern}: {', '.join(named)}")
    for patterns, ignored in settings.per_file_ignores:
        lines.append(f"per-file-ignores: {', '.join(patterns.lines)}: {', '.join(sorted(ignored))}")
    lines += _words_lines(settings.words)
    lines.append("rules:")
    for name in sorted(settings.rules):
        options = {**rules[name].options}
        options.update({key.replace("_", "-"): value for key, value in settings.options.get(name, {}).items()})
        words = "".join(f" {key}={value!r}" for key, value in options.items())
        lines.append(f"  {name} [{rules[name].severity}]{words}")
    return "\n".join(lines) + "\n"


def _words_lines(encoded: bytes) -> list[str]:
    """What is said of the project's own code."""
    words = msgspec.json.decode(encoded, type=Words) if encoded else Words()
    lines = [f"{kind}: {', '.join(entry.match)}" for kind in KINDS for entry in getattr(words.catalogue, kind)]
    for key, patterns in (("names", words.names), ("not-names", words.not_names)):
        lines += [f"{key}: {', '.join(patterns)}"] if patterns else []
    return lines
