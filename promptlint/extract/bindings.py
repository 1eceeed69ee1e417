"""Names, attributes and items that are given a value: it may be a prompt, by their name or by its own text."""

from __future__ import annotations

import ast

import msgspec

from promptlint.extract import equipped, lists, makers, schemas
from promptlint.extract.attributes import note_given
from promptlint.extract.bounds import bounded, full
from promptlint.extract.expressions import evaluate
from promptlint.extract.extents import extent, sample
from promptlint.extract.facts import SEVERAL, Site
from promptlint.extract.invocations import note_type
from promptlint.extract.iteration import part_of
from promptlint.extract.keyed import steps, to_choose
from promptlint.extract.later import note_object
from promptlint.extract.messages import as_message, note_company, note_message
from promptlint.extract.names import (
    about_prompt,
    class_of_prompts,
    leads_on,
    of_template,
    role_of,
    settings_of_prompts,
    told_of_prompt,
    words,
)
from promptlint.extract.overwritten import take_back
from promptlint.extract.partials import name_bound
from promptlint.extract.places import SHARED, alias, renew
from promptlint.extract.reads import in_sentences
from promptlint.extract.sending import OPENAI_ADDRESSES, note_patched
from promptlint.extract.shown_as import key_of
from promptlint.extract.sites import (
    KEYWORD,
    NAME,
    READS,
    consider,
    feeds,
    note_content,
    note_fed,
    note_setting,
    place,
    unclaimed,
)
from promptlint.extract.spreads import with_entry
from promptlint.extract.state import File, Scope, single_hole, textual
from promptlint.extract.volatility import NAMES, dotted, of_name
from promptlint.template import Items, Mapping, Message, Ref, Value

# What an object holds, attributes that are set after it was made included: each of these copies it.
MAX_SET = 64
# Expressions of which nothing says whose object they are.
_NO_TYPE = frozenset(
    {ast.Constant, ast.JoinedStr, ast.BinOp, ast.Dict, ast.List, ast.Tuple, ast.Compare}
)
# Values that names share: what is changed under one of them is changed under all.
_TOOLS = frozenset({"tool", "tools", "toolset", "toolkit"})


def _share(scope: Scope, target: ast.Name, value: Value, node: ast.expr) -> None:
    """Remember what else stands for what a name is given, which is changed with it."""
    if type(node) is ast.Attribute or scope.equipment:
        equipped.name(scope, target.id, node)
    if type(value) in SHARED:
        alias(scope, target, node)


# Keys of dicts that are what a request says.
_OF_REQUESTS = frozenset("messages content role system tools input contents prompt instructions".split())


def bind(file: File, scope: Scope, target: ast.expr, value: Value, node: ast.expr) -> None:
    """Give a target its value, and take the value for a prompt if the target's name or the text says so."""
    taken = type(node) not in NAMES
    if type(target) is ast.Name:
        name = target.id
        if name in scope.attributed:
            lists.forget(scope, name)
        scope.values[name] = value
        _share(scope, target, value, node)
        scope.lent.pop(name, None)
        if type(node) is ast.Call or type(node) is ast.Subscript:
            lists.note_item(scope, name, node)
        elif name in scope.among:
            del scope.among[name]
        if file.alone and type(value) is Items:
            note_company(file, value, True)
        if type(node) not in _NO_TYPE:
            note_type(file, scope, name, node)
        if file.bound:
            name_bound(file, scope, name, node)
        if taken or file.prompt_like(name):
            if name in scope.noted:
                take_back(file, scope, target)
            note_value(file, scope, name, value, node)
        return
    match target:
        case ast.Attribute():
            _bind_attribute(file, scope, target, value, node)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
            _bind_item(file, scope, target, name, key, value, node)
        case ast.Subscript():
            evaluate(file, scope, target.slice)
            lists.put(file, scope, target, value)
            names = lists.keys_of(target)
            if names[-1] == "content":
                note_content(file, names[:-1], value, node, NAME)
            if taken:
                consider(file, value, node, ".".join(names), named=any(map(file.prompt_like, names)))
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            items = value.items if type(value) is Items and len(value.items) == len(targets) else ()
            hole = single_hole(value)
            for number, element in enumerate(targets):
                if items:
                    bind(file, scope, element, items[number], node)
                elif isinstance(element, ast.Attribute):
                    # What is known of the object says nothing of this any more.
                    scope.values[dotted(element)] = (file.hole(element, *of_name(element.attr)),)
                elif isinstance(element, ast.Name):
                    state = of_name(element.id)
                    if hole is not None and hole.volatility > state[0]:
                        state = (hole.volatility, hole.origin)
                    scope.values[element.id] = part = part_of(value, number, file.hole(element, *state))
                    if file.prompt_like(element.id) and single_hole(part) is None:
                        note_value(file, scope, element.id, part, node)
        case ast.Starred(value=inner):
            bind(file, scope, inner, value, node)
        case _:
            pass


def _bind_attribute(file: File, scope: Scope, target: ast.Attribute, value: Value, node: ast.expr) -> None:
    """`owner.name = ...`: what is known of the object under this name from here on."""
    target = _of_object(target)
    written = dotted(target)
    if scope.guards and written not in scope.values and textual(value) and type(node) is not ast.Call:
        _keep_before(file, scope, target, written)
    scope.values[written] = value
    owner = written.rpartition(".")[0]
    if owner in scope.among:
        lists.put_into_one(file, scope, owner, target.attr, target)
    lists.track(file, scope, written)
    if (said := lists.said_of(scope, target)) is not None:
        lists.put(file, scope, said, value)
    _set_in_object(file, scope, owner, target, value)
    if owner in scope.made:
        # What an object is made with is no longer what it holds.
        scope.made[owner] = (*scope.made[owner][:2], SEVERAL)
    if type(value) in SHARED:
        alias(scope, target, node)
    if target.attr in file.lexicon.tails:
        note_patched(file, written)
    if file.resolve(written) in OPENAI_ADDRESSES:
        file.module.values.setdefault(written, value)
    if type(node) not in _NO_TYPE:
        note_type(file, scope, written, node)
    if file.bound:
        name_bound(file, scope, written, node)
    if written.count(".") > 1 or not owner_of(scope, written.partition(".")[0]):
        note_given(file, "", target.attr, value)
        note_object(file, scope, written, value)
    equipped.note_tools(file, scope, target, value)
    if target.attr in equipped.TELLING:
        equipped.retold(file, scope, target, lambda each: evaluate(file, scope, each))
    if target.attr == "__doc__":
        note_doc(file, written, value, node)
    elif type(target.value) is ast.Name and makers.mark_of_tool(target.attr):
        makers.note_marked(file, evaluate(file, scope, target.value), target.attr)
    elif target.attr == "content":
        note_content(file, [written.rpartition(".")[0]], value, node)
    elif target.attr == "description" and words(owner.removesuffix(".metadata").rpartition(".")[2])[-1:] == ("tool",):
        # `tool.metadata.description += "..."` (LlamaIndex)
        consider(file, value, node, "tool_description", named=True)
    if type(node) not in NAMES or file.prompt_like(target.attr):
        note_value(file, scope, written, value, node)


def _keep_before(file: File, scope: Scope, target: ast.Attribute, written: str) -> None:
    """Remember what an attribute holds that is set under a condition: elsewhere it holds that still."""
    if written and not scope.name.endswith("__init__"):
        read = ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
        scope.before[written] = file.unnoted(lambda: evaluate(file, scope, read))


def _set_in_object(file: File, scope: Scope, owner: str, target: ast.Attribute, value: Value) -> None:
    """`config.model = name`: an object that was made in sight holds that from here on."""
    current, attribute = scope.values.get(owner), target.attr
    if type(current) is not Mapping or not current.kind or full(current):
        return
    before = current.get(attribute)
    if before is None and len(current.entries) >= MAX_SET:
        renew(scope, owner, msgspec.structs.replace(current, complete=False))
        return
    changed = current.put(attribute, value)
    for key, item in current.entries:
        if key[:1] == "@" and before is not None and item is before:
            # What the catalogue says of it.
            changed = changed.put(key, value)
            equipped.given_anew(file, current, attribute, value, target)
    if before is None or attribute in schemas.OUTPUTS:
        changed = equipped.equip(file, changed, attribute, value, target)
    renew(scope, owner, bounded(changed, len(current.entries)))


def _of_object(target: ast.Attribute) -> ast.Attribute:
    """`type(self).name` and `self.__class__.name`, which the object has, too: `self.name`."""
    owner = target.value
    if isinstance(owner, ast.Attribute) and owner.attr == "__class__":
        return ast.copy_location(ast.Attribute(owner.value, target.attr, target.ctx), target)
    if isinstance(owner, ast.Call) and len(owner.args) == 1 and dotted(owner.func) == "type":
        return ast.copy_location(ast.Attribute(owner.args[0], target.attr, target.ctx), target)
    return target


def _bind_item(
    file: File, scope: Scope, target: ast.Subscript, name: str, key: str, value: Value, node: ast.expr
) -> None:
    """`name["key"] = ...`: a dict grows, and may be a message now."""
    current = scope.values.get(name)
    if scope.among:
        lists.put_into_one(file, scope, name, key, target)
    if current is None or key in _OF_REQUESTS:
        lists.note_change(file, scope, (name, key), value)
    if type(current) is Mapping and not full(current):
        grown: Mapping | None = current.put(key, value)
        assert grown is not None
        message = as_message(grown) if key in ("content", "parts") else None
        if message is not None:
            note_message(file, message, "role-dict")
            renew(scope, name, message)
            return
        size = len(grown.entries)
        renew(scope, name, bounded(grown, size - 1) if lists.to_weigh(value, size) else grown)
    elif type(current) is Message:
        lists.put(file, scope, target, value)
    elif (grown := with_entry(current, key, value, file.span(target.value))) is not None:
        scope.values[name] = grown
    if type(value) in SHARED:
        alias(scope, target, node)
    if member := key_of(target.slice):
        note_given(file, file.name, member, value)
    schemas.note_form(file, key, value)
    if key == "content":
        note_content(file, [name], value, node, NAME)
    if type(node) not in NAMES:
        told = file.prompt_like(key) and not steps(key, value) and not to_choose(key, value)
        consider(file, value, node, f"{name}.{key}", named=file.prompt_like(name) or told)


def owner_of(scope: Scope, receiver: str) -> str:
    """The class whose object a name stands for inside of a method, or ""."""
    here: Scope | None = scope
    while here is not None:
        if here.receiver and here.receiver == receiver:
            return here.owner
        here = here.parent
    return ""


def note_value(file: File, scope: Scope, name: str, value: Value, node: ast.expr) -> None:
    """A prompt held by a name; in classes and modules of prompts every text counts."""
    last = name.rpartition(".")[2]
    if scope.kind != "class" and single_hole(value) is not None:
        # Most values by far: a run-time value, which is no text itself.
        if file.prompt_like(last) and leads_on(last):
            note_fed(file, value, last)
        scope.noted.pop(name, None)
        return
    owner = scope.name.rpartition(".")[2] if scope.kind == "class" else ""
    named = bool(owner) and class_of_prompts(owner) and not name.startswith("__")
    named = named and not about_prompt(name) and not told_of_prompt(owner, name)
    named = named or (of_template(name) and _is_template(file, scope, name, value))
    if owner and not named and settings_of_prompts(owner):
        note_setting(file, name, value, node)
    if type(value) is tuple and len(value) == 1 and file.prompt_like(last) and leads_on(last):
        note_fed(file, value, last)
        held = value[0] if scope.kind != "class" and not file.muted else None
        if type(held) is Ref and held.call is None and feeds(value):
            # A constant that is one, as a name says: `prompt = _GREETING`. What a class holds is shown to people, too.
            file.note(value, extent(value) or file.span(node), last, role_of(last), "within", READS)
    if single_hole(value) is not None:
        scope.noted.pop(name, None)
        return
    if type(value) is Mapping and _puts_together(node):
        value = _fresh(file, value, named or file.prompt_like(last))
    index = unclaimed(file, consider(file, value, node, last, named=named), "." in name)
    if index is None:
        scope.noted.pop(name, None)
    else:
        scope.noted[name] = index


def _is_template(file: File, scope: Scope, name: str, value: Value) -> bool:
    """Whether an attribute called a template is that of a prompt: its class or one that this is made from says so."""
    receiver = name.rpartition(".")[0]
    owner = owner_of(scope, receiver) if receiver else scope.name if scope.kind == "class" else ""
    if not owner or (type(value) is Mapping and value.kind):
        return False
    lineage = (owner, *file.facts.bases.get(owner, ()))
    if any(class_of_prompts(each.rpartition(".")[2]) for each in lineage):
        return True
    told = scope.kind == "class" and isinstance(value, tuple) and in_sentences(sample(value))
    return told and _templates(file, owner)


def _templates(file: File, name: str) -> bool:
    """Whether a class holds the template of a system message: what else it calls a template stands in messages."""
    for node in file.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            targets: list[ast.expr] = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
            targets += [each.targets[0] for each in node.body if isinstance(each, ast.Assign)]
            held = [each.id for each in targets if isinstance(each, ast.Name)]
            return any(of_template(each) and words(each)[0] == "system" for each in held)
    return False


def _puts_together(node: ast.expr) -> bool:
    """Whether an expression makes a dict of others: `known | {"task": "..."}`, `{**known, "task": "..."}`."""
    return type(node) is ast.BinOp or (type(node) is ast.Dict and None in node.keys)


def _fresh(file: File, value: Mapping, named: bool) -> Mapping:
    """What a dict that was made of others has that none before it had: a dict may grow in a thousand such steps.

    An entry is asked about once for every function, and anew where something has `named` the dict a prompt.
    """
    if file.muted:
        return value
    known = file.united.setdefault((file.function, named), {})
    fresh = tuple([entry for entry in value.entries if id(entry) not in known])
    known.update((id(entry), entry) for entry in fresh)
    return value if len(fresh) == len(value.entries) else Mapping(fresh, value.span, value.complete, value.kind)


def note_doc(file: File, name: str, value: Value, node: ast.expr) -> None:
    """A docstring that is put together at run time, where tools are made: it describes one."""
    around = "/".join(file.name.replace("\\", "/").split("/")[-2:])
    if textual(value) and not _TOOLS.isdisjoint((*words(around), *words(file.function))):
        file.note(value, place(file, value, node), name.split(".")[-2], "tool", "schema", KEYWORD)


def note_grown(file: File, scope: Scope, name: str) -> None:
    """A noted value has grown: the site is the whole of it."""
    index = scope.noted.get(name)
    value = scope.values.get(name)
    if index is not None and isinstance(value, tuple):
        site = file.facts.sites[index]
        file.facts.sites[index] = Site(value, site.role, site.name, site.evidence, site.span, site.rank, site.once)
