"""A generated family of small programs that build prompts in every way and send them.

`make(draw)` builds one program from a stream of choices: `draw(n)` gives a number below `n`, 0 being the simplest
choice, so any source of numbers will do (a seeded generator, hypothesis, a recorded list that is being shrunk).

What the outside world puts in is unmistakable: texts are `~17~`, numbers begin with 90 and have seven digits. All else
that a program sends is its own static text.
"""

from __future__ import annotations

from collections.abc import Callable

from program_parts import PLAIN, SAFE, Class, Draw, Maker, Mode, Program, Scope


def make(draw: Draw) -> Program:
    """One program."""
    return Forms(draw).program()


class Texts(Maker):
    """Expressions whose value is a text."""

    def text(self, scope: Scope, mode: Mode = PLAIN, depth: int = 3) -> str:
        """An expression of type `str`; statements that it needs are emitted in front of it."""
        self.budget -= 1
        if depth <= 0 or self.budget < 0:
            return self.pick((self.plain, self.fstring, self.constant))(scope, mode, 0)
        form = self.pick(self.forms_for(scope, mode))
        self.forms.append(form.__name__)
        return form(scope, mode, depth - 1)

    def forms_for(self, scope: Scope, mode: Mode) -> list[Callable[[Scope, Mode, int], str]]:
        forms = [
            self.plain,
            self.fstring,
            self.constant,
            self.addition,
            self.format_keywords,
            self.joined,
            self.function,
            self.gathered,
        ]
        forms += [
            self.percent_tuple,
            self.percent_dict,
            self.format_positional,
            self.replaced,
            self.stripped,
            self.dedented,
        ]
        forms += [
            self.template,
            self.rendered,
            self.container,
            self.class_attribute,
            self.times,
            self.affix,
            self.walrus,
            self.plain_lines,
        ]
        if not scope.in_class_body:
            forms += [
                self.augmented,
                self.branches,
                self.loop,
                self.listed,
                self.conditional,
                self.default,
                self.either_name,
            ]
            forms += [self.nested_function, self.instance, self.matched, self.chosen, self.attempt]
        if scope.owner is not None and not scope.in_class_body:
            forms += [self.own_attribute, self.own_method, self.own_class_attribute]
        if mode.plain():
            forms += [self.recased, self.sliced]
        return forms

    # ---- in one expression

    def plain(self, scope: Scope, mode: Mode, depth: int) -> str:
        return self.literal(self.prose(mode))

    def plain_lines(self, scope: Scope, mode: Mode, depth: int) -> str:
        return "(" + "\n    ".join(self.literal(self.prose(mode), bare=True) for _ in range(1 + self.draw(4))) + ")"

    def fstring(self, scope: Scope, mode: Mode, depth: int) -> str:
        quote = self.pick(('"', '"""', "'''"))
        pieces: list[str] = []
        for _ in range(1 + self.draw(3)):
            text = self.prose(mode).replace("\\", "\\\\").replace(quote[0], "\\" + quote[0])
            pieces.append(
                (text if len(quote) == 3 else text.replace("\n", "\\n")).replace("{", "{{").replace("}", "}}")
            )
            pieces.append(self.field(scope, mode, depth, quote))
        return "f" + quote + "".join(pieces) + quote

    def field(self, scope: Scope, mode: Mode, depth: int, quote: str) -> str:
        form = self.draw(6)
        if form == 1:
            return "{" + self.input(scope, "number") + self.pick(("", ":d", "!r", ":.1f", "!s", ":>{2}")) + "}"
        if form == 2:
            return "{" + self.input(scope, "full") + "}"
        value = self.text(scope, mode, depth) if form >= 4 and not scope.in_class_body else self.data(scope)
        if {"\\", "\n", "#", quote[0]} & set(value) or value.startswith("{"):
            if scope.in_class_body:
                return "{" + self.input(scope, "text") + "}"
            name = self.fresh("part")
            scope.emit(f"{name} = {value}")
            value = name
        return "{" + self.pick(("", " ")) + value + self.pick(("", " ", "!s")) + "}"

    def addition(self, scope: Scope, mode: Mode, depth: int) -> str:
        terms = [self.text(scope, mode, depth) for _ in range(2 + self.draw(2))]
        if self.chance(3):
            terms.insert(1 + self.draw(len(terms)), self.data(scope))
        return "(" + self.pick((" + ", "\n        + ")).join(terms) + ")"

    def conditional(self, scope: Scope, mode: Mode, depth: int) -> str:
        first, second = self.text(scope, mode, depth), self.text(scope, mode, depth)
        return f"({first} if {self.condition(scope)} else {self.pick((second, second, repr('')))})"

    def condition(self, scope: Scope) -> str:
        name = self.input(scope, self.pick(("flag", "text", "list")))
        return self.pick(("{}", "not {}")).format(name)

    def default(self, scope: Scope, mode: Mode, depth: int) -> str:
        return f"({self.input(scope, 'maybe')} or {self.text(scope, mode, depth)})"

    def stripped(self, scope: Scope, mode: Mode, depth: int) -> str:
        how = self.pick((".strip()", ".lstrip()", ".rstrip()", ".rstrip('\\n')", ".strip('\\n ')"))
        return f"{self.text(scope, mode, depth)}{how}"

    def affix(self, scope: Scope, mode: Mode, depth: int) -> str:
        start = mode.escape(self.fresh("pre"))
        body = f"({self.literal(start)} + {self.text(scope, mode, depth)})"
        wanted = self.pick((start, start[:2], "absent"))
        if self.chance(2):
            return f'({self.text(scope, mode, depth)} + {self.literal(start)}).removesuffix("{wanted}")'
        return f'{body}.removeprefix("{wanted}")'

    def recased(self, scope: Scope, mode: Mode, depth: int) -> str:
        if self.chance(3):
            return (
                f"{self.pick((self.plain, self.constant))(scope, PLAIN, 0)}{self.pick(('.title()', '.capitalize()'))}"
            )
        return f"{self.text(scope, PLAIN, depth)}{self.pick(('.upper()', '.lower()'))}"

    def times(self, scope: Scope, mode: Mode, depth: int) -> str:
        line = self.literal(self.pick(("- ", "= \n", mode.escape(self.fresh("again ")))))
        return self.pick(("({} * {})", "({1} * {0})")).format(line, 1 + self.draw(6))

    def sliced(self, scope: Scope, mode: Mode, depth: int) -> str:
        value = self.pick((self.plain, self.constant))(scope, PLAIN, 0)
        return f"{value}[{self.pick(('3:', ':12', '2:-3', ':', ':-1', '-9:'))}]"

    def walrus(self, scope: Scope, mode: Mode, depth: int) -> str:
        name = self.fresh("w")
        return (
            f"(({name} := {self.text(scope, mode, depth)}) + {name})"
            if not scope.in_class_body
            else self.plain(scope, mode, 0)
        )

    def dedented(self, scope: Scope, mode: Mode, depth: int) -> str:
        module, function = self.pick((("textwrap", "dedent"), ("inspect", "cleandoc")))
        if self.chance(2):
            scope.module.imports[f"import {module}"] = None
            function = f"{module}.{function}"
        else:
            scope.module.imports[f"from {module} import {function}"] = None
        lines = [self.pick(("", "    ", "  ")) + mode.escape(self.fresh("line")) for _ in range(2 + self.draw(4))]
        if self.chance(2):
            lines.insert(1, self.pick(("", "   ")))
        body = "\n".join(f"        {line}" for line in lines)
        if self.chance(2):
            body += "{" + self.data(scope).replace('"', "'") + "}\n        "
            text = 'f"""' + self.pick(("\\\n", "\n", "")) + body + '"""'
        else:
            text = self.pick(('"""{}"""', '"""\\\n{}\n"""', '"""\n{}\n        """')).format(body.replace("\\", "\\\\"))
        if self.chance(4):
            forms = [self.plain, self.fstring, self.constant] + ([] if scope.in_class_body else [self.branches])
            return f"{function}({self.pick(forms)(scope, mode, 0)})"
        return f"{function}({text})" + self.pick(("", ".strip()"))

    # ---- formatting

    def format_keywords(self, scope: Scope, mode: Mode, depth: int) -> str:
        names = tuple(self.fresh("f") for _ in range(1 + self.draw(2)))
        target = self.text(scope, Mode("format", names, mode), depth)
        values = [(name, self.value(scope, mode, depth)) for name in names]
        how = self.draw(4)
        if how == 1:
            return f"{target}.format_map({{{', '.join(f'{name!r}: {value}' for name, value in values)}}})"
        if how == 2:
            return f"{target}.format(**{{{', '.join(f'{name!r}: {value}' for name, value in values)}}})"
        if how == 3:
            return f"{target}.format(**dict({', '.join(f'{name}={value}' for name, value in values)}))"
        return f"{target}.format({', '.join(f'{name}={value}' for name, value in values)})"

    def value(self, scope: Scope, mode: Mode, depth: int) -> str:
        return self.text(scope, mode, depth) if self.chance(3) else self.data(scope)

    def format_positional(self, scope: Scope, mode: Mode, depth: int) -> str:
        target, inner = "", Mode("format", (), mode)
        count = 1 + self.draw(2)
        automatic = self.draw(2)
        for number in range(count):
            target += self.prose(inner, fields=False) + ("{}" if automatic else f"{{{number}}}")
        values = ", ".join(self.value(scope, mode, depth) for _ in range(count))
        return f"{self.literal(target + self.prose(inner, fields=False))}.format({values})"

    def percent_tuple(self, scope: Scope, mode: Mode, depth: int) -> str:
        inner = Mode("percent", (), mode)
        if self.chance(3):
            number = self.input(scope, "number")
            return f"({self.literal(self.prose(inner, fields=False) + self.pick(('%s', '%d', '%r')))} % {number})"
        count = 1 + self.draw(3)
        target = "".join(self.prose(inner, fields=False) + "%s" for _ in range(count))
        return f"({self.literal(target)} % ({', '.join(self.value(scope, mode, depth) for _ in range(count))},))"

    def percent_dict(self, scope: Scope, mode: Mode, depth: int) -> str:
        names = tuple(self.fresh("p") for _ in range(1 + self.draw(2)))
        target = self.text(scope, Mode("percent", names, mode), depth)

        def filled(text: str, values: dict[str, str], where: Scope) -> str:
            return f"({text} % {{{', '.join(f'{name!r}: {value}' for name, value in values.items())}}})"

        return self.filled(scope, target, {name: self.value(scope, mode, depth) for name in names}, filled)

    def template(self, scope: Scope, mode: Mode, depth: int) -> str:
        names = tuple(self.fresh("d") for _ in range(1 + self.draw(2)))
        target = self.text(scope, Mode("dollar", names, mode), depth)
        how = self.pick(("substitute", "safe_substitute"))

        def filled(text: str, values: dict[str, str], where: Scope) -> str:
            where.module.imports["from string import Template"] = None
            return f"Template({text}).{how}({', '.join(map('='.join, values.items()))})"

        return self.filled(scope, target, {name: self.value(scope, mode, depth) for name in names}, filled)

    def filled(
        self, scope: Scope, target: str, values: dict[str, str], made: Callable[[str, dict[str, str], Scope], str]
    ) -> str:
        """A text with fields that is filled where it stands, or in a function that is given it."""
        if not self.chance(3):
            return made(target, values, scope)
        home, name = self.fixed(scope), self.fresh("fill")
        given = {each: f"value_{each}" for each in values}
        home.emit(f"def {name}(text, {', '.join(given.values())}):\n    return {made('text', given, home)}")
        return f"{self.done(scope, home, name)}({target}, {', '.join(values.values())})"

    def rendered(self, scope: Scope, mode: Mode, depth: int) -> str:
        names = tuple(self.fresh("j") for _ in range(1 + self.draw(2)))
        target = self.text(scope, Mode("jinja", names, mode, safe=True), depth)
        # A newline at its very end is left out, whichever way its last part goes.
        target = f"({target} + {self.literal(mode.escape('.'))})"
        how = self.pick(("Template({})", "Environment().from_string({})"))

        def filled(text: str, values: dict[str, str], where: Scope) -> str:
            where.module.imports["import jinja2"] = None
            return f"jinja2.{how.format(text)}.render({', '.join(map('='.join, values.items()))})"

        return self.filled(scope, target, {name: self.value(scope, mode, depth) for name in names}, filled)

    def replaced(self, scope: Scope, mode: Mode, depth: int) -> str:
        names = tuple(self.fresh("R") for _ in range(1 + self.draw(2)))
        target = self.text(scope, Mode("replace", names, mode), depth)
        return target + "".join(f'.replace("[[{name}]]", {self.value(scope, mode, depth)})' for name in names)

    # ---- names, containers, functions, classes

    def fixed(self, scope: Scope) -> Scope:
        """The top level of this module or of another one."""
        return Scope(self.other(scope.module), [])

    def done(self, scope: Scope, home: Scope, name: str) -> str:
        """Put finished statements into their module, and give the expression for the name that they bind."""
        home.module.body.extend(home.lines)
        return self.imported(scope.module, home.module, name)

    def constant(self, scope: Scope, mode: Mode, depth: int) -> str:
        home = self.fixed(scope)
        name = self.fresh("TEXT_")
        home.emit(
            f"{name}{self.pick(('', ': str'))} = {self.text(home, mode, depth) if depth else self.plain(home, mode, 0)}"
        )
        return self.done(scope, home, name)

    def container(self, scope: Scope, mode: Mode, depth: int) -> str:
        home = self.fixed(scope)
        name = self.fresh("TABLE_")
        first, second = self.text(home, mode, depth), self.text(home, mode, 0)
        way = self.draw(5)
        if way == 0:
            home.emit(f'{name} = {{"one": {first}, "two": {second}}}')
            key = self.pick(('["one"]', '["two"]', '.get("one")', '.get("one", "")'))
        elif way == 1:
            home.emit(f"{name} = [{first}, {second}]")
            key = self.pick(("[0]", "[1]", "[-1]"))
        elif way == 2:
            home.emit(f'{name} = {{"a": {{"one": {first}}}, "b": {second}}}')
            key = '["a"]["one"]'
        elif way == 3:
            home.emit(f'{name} = {{"one": {second}}}')
            home.emit(f'{name}["two"] = {first}')
            key = self.pick(('["two"]', '["one"]'))
        else:
            home.emit(f"{name} = dict(one={first}, two={second})")
            key = '["two"]'
        return self.done(scope, home, name) + key

    def chosen(self, scope: Scope, mode: Mode, depth: int) -> str:
        home = self.fixed(scope)
        name = self.fresh("TABLE_")
        home.emit(f'{name} = {{"one": {self.text(home, mode, depth)}, "two": {self.text(home, mode, 0)}}}')
        key = (
            self.new_input(scope, "key", self.pick(("one", "two")))
            if scope.entry
            else '("two" if inputs.flag(2) else "one")'
        )
        scope.module.imports["import inputs"] = None
        return f"{self.done(scope, home, name)}[{key}]"

    def class_attribute(self, scope: Scope, mode: Mode, depth: int) -> str:
        home = self.fixed(scope)
        name = self.fresh("Texts")
        way = self.draw(3)
        base, member = "", "body"
        if way == 1:
            base = self.fresh("Base")
            inner = Scope(home.module, home.lines, in_class_body=True)
            home.emit(f"class {base}:\n    body = {self.text(inner, mode, depth)}\n")
            home.emit(f"class {name}({base}):\n    other = {self.literal(self.prose(PLAIN))}\n")
        elif way == 2:
            home.module.imports["from enum import Enum"] = None
            inner = Scope(home.module, home.lines, in_class_body=True)
            home.emit(
                f"class {name}(str, Enum):\n    BODY = {self.text(inner, mode, depth)}\n    OTHER = {self.fresh('9')}\n"
            )
            member = "BODY.value"
        else:
            inner = Scope(home.module, home.lines, in_class_body=True)
            home.emit(f"class {name}:\n    {self.pick(('body', 'body: str'))} = {self.text(inner, mode, depth)}\n")
        return f"{self.done(scope, home, name)}.{member}"

    def function(self, scope: Scope, mode: Mode, depth: int) -> str:
        home = self.fixed(scope)
        name = self.fresh("build")
        source, call = self._function(home, name, mode, depth, scope, "")
        home.lines.append(source)
        return f"{self.done(scope, home, name)}({call})"

    def gathered(self, scope: Scope, mode: Mode, depth: int) -> str:
        """A function that joins what it is given: several texts, or a list of them."""
        home = self.fixed(scope)
        name, parts = self.fresh("joined"), self.fresh("parts")
        several, first = self.chance(2), self.chance(3)
        takes = [*(["first"] if first else []), f"*{parts}" if several else parts]
        takes += ["end=''"] if several and self.chance(3) else []
        inner = Scope(home.module, [], home.indent + 1)
        way = self.draw(5)
        if way == 1 and several:
            inner.emit(f"{parts} = [{parts}[0], *{parts}[1:]]")
        elif way == 2:
            inner.emit(f"{parts} = [*{parts}, {self.text(inner, mode, 0)}]")
        elif way == 3:
            kept = self.pick(("[item for item in {} if item]", "filter(None, {})", "(item for item in {} if item)"))
            inner.emit(f"{parts} = {kept.format(parts)}")
        elif way == 4:
            with inner.block("if inputs.flag(3):"):
                inner.emit(f"return {self.text(inner, mode, 0)}")
            home.module.imports["import inputs"] = None
        front = "first + " if first else ""
        inner.emit(f"return {front}{self.separator(mode)}.join({parts}){' + end' if 'end' in takes[-1] else ''}")
        home.lines.append("\n".join([f"def {name}({', '.join(takes)}):", *inner.lines, ""]))
        given = [self.text(scope, mode, depth) for _ in range(1 + self.draw(3))]
        given += [f"*{self.input(scope, 'list')}"] if self.chance(4) else []
        handed = ", ".join(given) if several else f"[{', '.join(given)}]"
        front = f"{self.text(scope, mode, 0)}, " if first else ""
        return f"{self.done(scope, home, name)}({front}{handed})"

    def _function(
        self, home: Scope, name: str, mode: Mode, depth: int, caller: Scope, receiver: str
    ) -> tuple[str, str]:
        """The source of a function and the arguments of a call of it."""
        inner = Scope(home.module, [], home.indent + 1, owner=home.owner if receiver else None)
        parameters, arguments = [receiver] if receiver else [], []
        named = False
        for _ in range(self.draw(4)):
            parameter = self.fresh(self.pick(("style", "question", "persona", "text")))
            how = self.draw(4)
            named = named or how == 1
            default = how == 2 or named
            parameters.append(f"{parameter}={self.literal(self.prose(SAFE))}" if default else parameter)
            named = named or default
            if how != 2:
                value = self.value(caller, SAFE, depth)
                arguments.append(f"{parameter}={value}" if named or self.chance(3) else value)
                named = named or "=" in arguments[-1][: len(parameter) + 1]
            inner.inputs.setdefault("text", []).append(parameter)
        if self.chance(4):
            flag = self.fresh("detailed")
            parameters.append(f"{flag}=False")
            inner.inputs["flag"] = [flag]
            if self.chance(2):
                arguments.append(f"{flag}={self.input(caller, 'flag')}")
        if self.chance(3):
            with inner.block(f"if {self.condition(inner)}:"):
                inner.emit(f"return {self.text(inner, mode, depth)}")
        inner.emit(f"return {self.text(inner, mode, depth)}")
        head = "    " * home.indent + f"def {name}({', '.join(parameters)}){self.pick(('', ' -> str'))}:"
        return "\n".join([head, *inner.lines, ""]), ", ".join(arguments)

    def nested_function(self, scope: Scope, mode: Mode, depth: int) -> str:
        name = self.fresh("inner")
        inner = Scope(scope.module, [], scope.indent + 1, {key: list(names) for key, names in scope.inputs.items()})
        # With a text of its own: functions that hold none in several statements are not read.
        value = self.addition(inner, mode, depth) + " + " + self.plain(inner, mode, 0)
        scope.emit(f"def {name}():")
        scope.lines.extend([*inner.lines, "    " * inner.indent + f"return {value}"])
        return f"{name}()"

    def instance(self, scope: Scope, mode: Mode, depth: int) -> str:
        """An object built in sight, and what was put in it."""
        home = self.fixed(scope)
        name, instance = self.fresh("Config"), self.fresh("config")
        members = ("system",)
        if self.chance(2):
            members = ("system", "other")
            home.module.imports["from dataclasses import dataclass"] = None
            home.emit(
                f"@dataclass\nclass {name}:\n    system: str\n    other: str = {self.literal(self.prose(mode))}\n"
            )
        else:
            home.emit(f"class {name}:\n    def __init__(self, system, other={self.literal(self.prose(mode))}):")
            home.emit("        self.system = system\n        self.other = other\n")
        scope.emit(f"{instance} = {self.done(scope, home, name)}(system={self.text(scope, mode, depth)})")
        return f"{instance}.{self.pick(members)}"

    # ---- statements

    def augmented(self, scope: Scope, mode: Mode, depth: int) -> str:
        name = self.fresh("text")
        scope.emit(f"{name} = {self.text(scope, mode, depth)}")
        for _ in range(1 + self.draw(2)):
            value = self.text(scope, mode, depth)
            scope.emit(self.pick((f"{name} += {value}", f"{name} = {name} + {value}", f"{name} = {value} + {name}")))
        return name

    def branches(self, scope: Scope, mode: Mode, depth: int) -> str:
        name = self.fresh("text")
        scope.emit(f"{name} = {self.text(scope, mode, depth)}")
        way = self.draw(3)
        with scope.block(f"if {self.condition(scope)}:"):
            scope.emit(f"{name} {self.pick(('=', '+='))} {self.text(scope, mode, depth)}")
        if way == 1:
            with scope.block(f"elif {self.condition(scope)}:"):
                scope.emit(f"{name} += {self.text(scope, mode, 0)}")
        if way:
            with scope.block("else:"):
                scope.emit(self.pick((f"{name} += {self.text(scope, mode, 0)}", "pass")))
        return name

    def either_name(self, scope: Scope, mode: Mode, depth: int) -> str:
        """One condition twice: the branches belong together."""
        name, condition = self.fresh("text"), self.input(scope, "flag")
        scope.emit(f"{name} = {self.literal(self.prose(mode))}")
        for _ in range(2):
            with scope.block(f"if {condition}:"):
                scope.emit(f"{name} += {self.text(scope, mode, 0)}")
            with scope.block("else:"):
                scope.emit(f"{name} += {self.text(scope, mode, 0)}")
        return name

    def matched(self, scope: Scope, mode: Mode, depth: int) -> str:
        name = self.fresh("text")
        if self.chance(2):
            scope.emit(f"{name} = {self.literal(self.prose(mode))}")
        subject = (
            self.new_input(scope, "key", self.pick(("one", "two", "three")))
            if scope.entry
            else self.input(scope, "text")
        )
        with scope.block(f"match {subject}:"):
            for case in ('"one"', '"two"', "_"):
                with scope.block(f"case {case}:"):
                    scope.emit(f"{name} = {self.text(scope, mode, depth if case == '_' else 0)}")
        return name

    def attempt(self, scope: Scope, mode: Mode, depth: int) -> str:
        name = self.fresh("text")
        with scope.block("try:"):
            scope.emit(f"{name} = {self.text(scope, mode, depth)}")
            if self.chance(2):
                scope.emit(f"{name} += inputs.missing")
        scope.module.imports["import inputs"] = None
        with scope.block("except AttributeError:"):
            scope.emit(f"{name} = {self.text(scope, mode, 0)}")
        return name

    def loop(self, scope: Scope, mode: Mode, depth: int) -> str:
        name, item = self.fresh("text"), self.fresh("item")
        scope.emit(f"{name} = {self.text(scope, mode, 0)}")
        over = self.input(scope, "list")
        head = f"for {item} in {over}:"
        if self.chance(3):
            head = f"for number{item}, {item} in enumerate({over}, 9000001):"
        with scope.block(head):
            inner = Scope(scope.module, scope.lines, scope.indent, {**scope.inputs, "text": [item]})
            if self.chance(4):
                with inner.block(f"if not {item}:"):
                    inner.emit(self.pick(("continue", "break")))
            scope.emit(f"{name} += {self.text(inner, mode, depth)}")
        if self.chance(2):
            scope.emit(f"{name} += {self.text(scope, mode, 0)}")
        return name

    def listed(self, scope: Scope, mode: Mode, depth: int) -> str:
        """A list grown step by step, then joined."""
        name = self.fresh("lines")
        scope.emit(f"{name} = [{', '.join(self.text(scope, mode, 0) for _ in range(self.draw(3)))}]")
        for _ in range(1 + self.draw(3)):
            value = self.text(scope, mode, depth)
            ways = [
                f"{name}.append({value})",
                f"{name}.extend([{value}, {self.text(scope, mode, 0)}])",
                f"{name} += [{value}]",
            ]
            ways += [f"{name}.insert(0, {value})", f"{name} = {name} + [{value}]", f"{name} = [*{name}, {value}]"]
            ways.append(f'{name}.extend(["", {value}])')
            guard = self.draw(4)
            if guard == 1:
                with scope.block(f"if {self.condition(scope)}:"):
                    if self.chance(3):
                        with scope.block(f"if {self.condition(scope)}:"):
                            scope.emit(self.pick(ways))
                    scope.emit(self.pick(ways))
            elif guard == 2:
                item = self.fresh("item")
                with scope.block(f"for {item} in {self.input(scope, 'list')}:"):
                    scope.emit(
                        f"{name}.append({self.pick((item, f'f{chr(34)}- {{{item}}} {self.fresh(chr(97))}{chr(34)}'))})"
                    )
            else:
                scope.emit(self.pick(ways))
        return f"{self.separator(mode)}.join({name})"

    def separator(self, mode: Mode) -> str:
        return self.literal(self.pick(("", "\n", ", ", "\n\n", mode.escape(self.fresh(" then ")))), simple=True)

    def joined(self, scope: Scope, mode: Mode, depth: int) -> str:
        separator = self.separator(mode)
        way = self.draw(5)
        if way >= 3 and not scope.in_class_body:
            item = self.fresh("item")
            inner = Scope(scope.module, scope.lines, scope.indent, {**scope.inputs, "text": [item]}, in_class_body=True)
            body = self.pick((self.fstring, self.format_positional, self.percent_tuple))(inner, mode, 0)
            test = self.pick(("", f" if {item}"))
            source = f"{body} for {item} in {self.input(scope, 'list')}{test}"
            return f"{separator}.join({source})" if way == 3 else f"{separator}.join([{source}])"
        items = ", ".join(self.text(scope, mode, depth) for _ in range(1 + self.draw(3)))
        return f"{separator}.join([{items}])" if way != 1 else f"{separator}.join(({items},))"

    # ---- inside of methods

    def own_class_attribute(self, scope: Scope, mode: Mode, depth: int) -> str:
        assert scope.owner is not None
        home = self.pick((scope.owner, *scope.owner.bases))
        name = self.fresh("BODY_")
        inner = Scope(self.main, self.main.body, in_class_body=True)
        home.attributes.append(f"{name} = {self.text(inner, mode, depth)}")
        return self.pick((f"self.{name}", f"self.{name}", f"{scope.owner.name}.{name}"))

    def own_attribute(self, scope: Scope, mode: Mode, depth: int) -> str:
        assert scope.owner is not None
        home = self.pick((scope.owner, *scope.owner.bases))
        name = self.fresh("text_")
        inner = Scope(self.main, [], 2, owner=home)
        value = self.text(inner, mode, depth)
        inner.emit(f"self.{name} = {value}")
        if self.chance(3):
            with inner.block(f"if {self.condition(inner)}:"):
                inner.emit(f"self.{name} {self.pick(('=', '+='))} {self.text(inner, mode, 0)}")
        home.start.extend(inner.lines)
        return f"self.{name}"

    def own_method(self, scope: Scope, mode: Mode, depth: int) -> str:
        assert scope.owner is not None
        home = self.pick((scope.owner, *scope.owner.bases))
        name = self.fresh("method")
        kind = self.draw(4)
        inner = Scope(self.main, home.methods, 1, owner=home)
        if kind == 1:
            value = Scope(self.main, [], 2, owner=home)
            result = self.text(value, mode, depth)
            home.methods.append(
                "\n".join(["    @property", f"    def {name}(self):", *value.lines, f"        return {result}", ""])
            )
            return f"self.{name}"
        receiver = "self" if kind != 2 else ""
        source, call = self._function(inner, name, mode, depth, scope, receiver)
        home.methods.append(source if receiver else "    @staticmethod\n" + source)
        return f"self.{name}({call})"


class Forms(Texts):
    """Requests, and the program around them."""

    def program(self) -> Program:
        scope = Scope(self.main, [], 1, entry=True)
        tail: list[str] = []
        shape = self.draw(4)
        self.main.imports["import openai"] = None
        if shape == 3:
            self.forms.append("class")
            bases = [Class(self.fresh("Base"))] if self.chance(2) else []
            owner = Class(self.fresh("Agent"), bases)
            scope.owner, scope.indent = owner, 2
            self.client(scope)
            self.request(scope)
            for cls in (*bases, owner):
                tail.append(self.written(cls, scope if cls is owner else None))
            tail.append(
                f"def main({', '.join(self.parameters)}):\n    {owner.name}().run({', '.join(self.parameters)})"
            )
        elif shape == 2:
            self.forms.append("script")
            scope = Scope(self.main, [])
            self.client(scope)
            self.request(scope)
            tail.extend(scope.lines)
        else:
            self.client(scope)
            for _ in range(1 + self.draw(2)):
                self.request(scope)
            tail.append("\n".join([f"def main({', '.join(self.parameters)}):", *scope.lines]))
        self.main.body.extend(tail)
        newline = "\r\n" if self.chance(10) else "\n"
        files = {
            module.path: newline.join("\n".join([*module.imports, "", *module.body, ""]).split("\n"))
            for module in self.modules
        }
        return Program(files, tuple(self.arguments), tuple(self.forms), self.loose)

    def written(self, cls: Class, run: Scope | None) -> str:
        calls = bool(cls.bases) and (self.draw(4) < 3 or bool(cls.bases[0].start))
        start = ["        super().__init__()"] if calls else []
        lines = [f"class {cls.name}{'(' + cls.bases[0].name + ')' if cls.bases else ''}:", '    """An agent."""', ""]
        lines += [f"    {attribute}" for attribute in cls.attributes]
        lines += ["    def __init__(self):", *(start + cls.start or ["        pass"]), "", *cls.methods]
        if run is not None:
            lines += [f"    def run({', '.join(['self', *self.parameters])}):", *run.lines, ""]
        return "\n".join(lines)

    def client(self, scope: Scope) -> None:
        self.main.body.append("client = openai.OpenAI()")

    # ---- requests

    def request(self, scope: Scope) -> None:
        mark = f'user="{self.fresh("call-")}"'
        model = self.model(scope)
        if self.chance(4):
            self.wrapped(scope, mark)
            return
        api = self.draw(4)
        if api == 1:
            self.forms.append("responses")
            way = self.draw(3)
            given = self.text(scope) if way == 0 else self.messages(scope, ("user",))
            extra = f", instructions={self.text(scope)}" if self.draw(3) else ""
            scope.emit(f"client.responses.create(model={model}, input={given}{extra}, {mark})")
        elif api == 2:
            self.forms.append("anthropic")
            self.main.imports["import anthropic"] = None
            self.main.body.append("claude = anthropic.Anthropic()")
            system = (
                self.text(scope) if self.draw(3) else f'[{{"type": "text", "text": {self.text(scope)}{self.marker()}}}]'
            )
            messages = self.messages(scope, ("user", "assistant"))
            scope.emit(
                f"claude.messages.create(model={model}, system={system}, messages={messages}, max_tokens=100, {mark})"
            )
        else:
            self.forms.append("chat")
            messages = self.messages(scope, ("system", "user", "assistant", "developer"))
            result = self.pick(("", "reply = "))
            given = self.pick((f"model={model}, messages={messages}", f"messages={messages}, model={model}"))
            scope.emit(f"{result}client.chat.completions.create({given}, {mark})")

    def wrapped(self, scope: Scope, mark: str) -> None:
        """Calls of a function or a method, in whatever module, that sends what it is given."""
        self.forms.append("wrapper")
        home = self.fixed(scope)
        method = self.chance(2)
        name, names = self.fresh("ask_llm"), [self.fresh("system"), self.fresh("question")]
        owner = self.fresh("Client") if method else ""
        source = self.wrapper(home, name, names, mark, method)
        if method:
            lines = [f"class {owner}:", "    def __init__(self):", "        self.api = openai.OpenAI()", source]
            home.emit("\n".join(lines))
        else:
            home.emit(source)
        called = self.done(scope, home, owner or name)
        if method:
            called = self.receiver(scope, called) + f".{name}"
        elif self.chance(3):
            called, names = self.outer(scope, called, names)
        for _ in range(1 + self.draw(2)):
            # One word alone would not be taken for a text.
            first = f"({self.literal(self.prose(PLAIN))} + {self.text(scope)})"
            second = self.value(scope, PLAIN, 2)
            scope.emit(
                self.pick(
                    (
                        f"{called}({first}, {second})",
                        f"{called}({first}, {names[1]}={second})",
                        f"{called}({names[1]}={second}, {names[0]}={first})",
                    )
                )
            )

    def wrapper(self, home: Scope, name: str, names: list[str], mark: str, method: bool) -> str:
        """The source of a function that sends its parameters."""
        home.module.imports["import openai"] = None
        system, question = names
        inner = Scope(home.module, [], 2 if method else 1, {"text": [question]})
        contents = [
            system,
            self.pick((question, question, f"{question}.strip()", f'f"{self.fresh("Task")}: {{{question}}}"')),
        ]
        messages = [
            f'{{"role": "{role}", "content": {content}}}'
            for role, content in zip(("system", "user"), contents, strict=True)
        ]
        given = f"[{', '.join(messages)}]"
        if self.chance(3):
            inner.emit(f"messages = [{messages[0]}]")
            inner.emit(f"messages.append({messages[1]})")
            given = "messages"
        model, parameter = f'"gpt-5.{self.fresh("")}"', self.fresh("model")
        extra, model = (f", {parameter}={model}", parameter) if self.chance(2) else ("", model)
        client = "self.api" if method else "openai.OpenAI()"
        inner.emit(f"return {client}.chat.completions.create(model={model}, messages={given}, {mark})")
        head = f"def {name}({'self, ' if method else ''}{system}, {question}{extra}):"
        return "\n".join(["    " * (inner.indent - 1) + head, *inner.lines, ""])

    def receiver(self, scope: Scope, owner: str) -> str:
        """An object of a class, in one of the ways in which its class can be seen."""
        name = self.fresh("llm")
        way = self.draw(3)
        if way == 1:
            scope.emit(f"{name} = {owner}()")
            return name
        if way == 2 and scope.owner is not None:
            scope.owner.start.append(f"        self.{name} = {owner}()")
            return f"self.{name}"
        return f"{owner}()"

    def outer(self, scope: Scope, called: str, names: list[str]) -> tuple[str, list[str]]:
        """A function of this module that hands on what it is given, the other way round."""
        self.forms.append("outer wrapper")
        name, one, two = self.fresh("again_llm"), self.fresh("rules"), self.fresh("text")
        given = self.pick((f"{names[1]}={two}, {names[0]}={one}", f"{one}, {two}", f"{one}, {names[1]}={two}"))
        self.main.body.append(f"def {name}({one}, {two}):\n    return {called}({given})\n")
        return name, [one, two]

    def marker(self) -> str:
        return self.pick(("", ', "cache_control": {"type": "ephemeral"}'))

    def model(self, scope: Scope) -> str:
        way = self.draw(3)
        name = f'"gpt-5.{self.fresh("")}"'
        if way == 1:
            constant = self.fresh("MODEL_")
            self.main.body.append(f"{constant} = {name}")
            return constant
        return name

    def message(self, scope: Scope, role: str, depth: int = 3) -> str:
        way = self.draw(6)
        content = self.text(scope, depth=depth)
        if way == 1:
            return f'dict(role="{role}", content={content})'
        if way == 2:
            return f'{{"content": {content}, "role": "{role}"}}'
        if way == 3:
            self.forms.append("content-parts")
            parts = [f'{{"type": "text", "text": {content}}}']
            parts += [
                f'{{"type": "text", "text": {self.text(scope, depth=1)}{self.marker()}}}' for _ in range(self.draw(3))
            ]
            return f'{{"role": "{role}", "content": [{", ".join(parts)}]}}'
        if way == 4:
            return self.message_helper(scope, role, content)
        return f'{{"role": "{role}", "content": {content}}}'

    def message_helper(self, scope: Scope, role: str, content: str) -> str:
        self.forms.append("message-helper")
        home = self.fixed(scope)
        name = self.fresh("message")
        body = self.pick((f'{{"role": "{role}", "content": text}}', f'dict(role="{role}", content=text)'))
        home.lines.append(f"def {name}(text):\n    return {body}\n")
        return f"{self.done(scope, home, name)}({content})"

    def messages(self, scope: Scope, roles: tuple[str, ...]) -> str:
        """An expression for a list of messages."""
        chosen = [self.pick(roles) for _ in range(1 + self.draw(3))]
        first, *rest = [self.message(scope, role) for role in chosen]
        way = self.draw(9)
        if way == 0 or not rest:
            return f"[{', '.join([first, *rest])}]"
        if way == 1:
            self.forms.append("unpacked")
            name = self.fresh("messages")
            scope.emit(f"{name} = [{first}]")
            return f"[*{name}, {', '.join(rest)}]"
        if way == 2:
            return f"([{first}] + [{', '.join(rest)}])"
        if way == 3:
            self.forms.append("message-function")
            return self.message_function(scope, roles)
        name = self.fresh("messages")
        scope.emit(f"{name} = [{first}]")
        for message in rest:
            how = self.draw(6)
            self.forms.append(("append", "extend", "list +=", "insert", "if: append", "for: append")[how])
            if how == 4:
                self.loose = True
                with scope.block(f"if {self.condition(scope)}:"):
                    scope.emit(f"{name}.append({message})")
            elif how == 5:
                self.loose = True
                item = self.fresh("item")
                with scope.block(f"for {item} in {self.input(scope, 'list')}:"):
                    content = self.pick((item, f'f"{self.fresh("turn")} {{{item}}}"'))
                    scope.emit(f'{name}.append({{"role": "{self.pick(roles)}", "content": {content}}})')
                scope.emit(f"{name}.append({message})")
            else:
                ways = (
                    f"{name}.append({message})",
                    f"{name}.extend([{message}])",
                    f"{name} += [{message}]",
                    f"{name}.insert(0, {message})",
                )
                scope.emit(ways[how])
        return name

    def message_function(self, scope: Scope, roles: tuple[str, ...]) -> str:
        home = self.fixed(scope)
        name = self.fresh("conversation")
        inner = Scope(home.module, [], 1, {"text": ["question"]})
        messages = ", ".join(self.message(inner, self.pick(roles), 1) for _ in range(1 + self.draw(2)))
        home.lines.append("\n".join([f"def {name}(question):", *inner.lines, f"    return [{messages}]", ""]))
        return f"{self.done(scope, home, name)}({self.data(scope)})"
