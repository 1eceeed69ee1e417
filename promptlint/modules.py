"""Import paths -> files of the linted tree. Nothing is asked of the disk or of the interpreter's own `sys.path`.

Where a search for modules starts (its *root*) is worked out from the tree: the directory above an outermost package,
`src`, and the directories around the importing file. Of two modules of one name the nearest root wins:

1. the importer's own: the directory above its outermost regular package, else its own directory;
2. the directories around it, from the inside out, those first that are not part of a package themselves;
3. other roots, by how much of the path they share with the importer.
"""

from __future__ import annotations

import itertools
import sys
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from promptlint.extract.facts import Facts
from promptlint.operations import literal
from promptlint.template import Items

Path = tuple[str, ...]
Place = tuple[Facts, str]
# Longer import paths than this are no import paths; longer chains of re-exports are not followed.
MAX_NAMES, MAX_FOLLOWED = 40, 2_000
# Places that one name is looked for at, classes above and re-exports included.
MAX_DEFINITIONS = 200
# Stands for a name that no module has.
_ANY = "\0any"
# Who gives a package its names when it runs, and what one mentions that puts them into its own table.
_LAZY = frozenset({"LazyModule", "_LazyModule", "LazyImporter", "attach", "attach_stub"})
_TABLE = frozenset({"globals", "update"})
_SOURCE_ROOTS = frozenset({("src",), ("lib",), ("python",)})


class Modules:
    """Finds the definition behind a dotted import path. `paths` are the absolute paths of files by their names."""

    def __init__(self, all_facts: Sequence[Facts], paths: Mapping[str, str] | None = None) -> None:
        self.paths: dict[str, Path] = {}
        self.packages: set[Path] = set()
        self.by_path: dict[Path, Facts] = {}
        self.by_last: dict[str, list[Path]] = {}
        # For each module name: below each directory the best root that has it.
        self.roots: dict[Path, dict[Path, Path]] = {}
        self.found: dict[tuple[str, str], Place | None] = {}
        # By the importer and the name of a module, as one statement imports many names of it.
        self.absolute: dict[tuple[Path, Path], Facts | None] = {}
        self.folders: dict[Path, tuple[list[Path], list[Path]]] = {}
        # By place what it leads to, whoever asks; by file the names that `import *` of it may give, None for any.
        self.origins: dict[tuple[str, str], Place | None] = {}
        self.offers: dict[str, frozenset[str] | None] = {}
        for facts in all_facts:
            if not facts.file.endswith(".py"):
                continue
            name = (paths or {}).get(facts.file, facts.file).replace("\\", "/")
            path = tuple(part for part in name.removesuffix(".py").split("/") if part not in ("", "."))
            package = bool(path) and path[-1] == "__init__"
            self.paths[facts.file] = path
            path = path[:-1] if package else path
            if package:
                self.packages.add(path)
            # Of `x.py` and `x/__init__.py` the package is imported.
            if package or path not in self.packages:
                self.by_path[path] = facts
        # All of them in order, and what stands below a package that gets its names when it runs.
        self.sorted: list[Path] = []
        self.beneath: dict[Path, dict[str, Facts | None]] = {}
        # The names of all files and folders.
        self.names = {name for path in self.by_path for name in path}
        for path in self.by_path:
            if path:
                self.by_last.setdefault(path[-1], []).append(path)

    def find(self, importer: Facts, dotted: str) -> Place | None:
        """The file that defines what an import path leads to, re-exports followed, and its name there.

        Where nothing is known to define it, the place that the path itself names.
        """
        if self._foreign(dotted):
            return None
        asked = (importer.file, dotted)
        if asked not in self.found:
            places = self.places(importer, dotted)
            self.found[asked] = self._origin(*places[0]) if places else None
        return self.found[asked]

    def imported(self, home: Facts, key: str) -> Place | None:
        """What defines a name that a module does not bind itself: its imports, by name and then by `*`."""
        if key.partition(".")[0] in home.bases:
            return None
        asked = (home.file, f":{key}")
        if asked not in self.found:
            place = self._search(home, key, set())
            self.found[asked] = place if place is not None and place[0] is not home else None
        return self.found[asked]

    def above(self, home: Facts, name: str) -> Iterator[Place]:
        """The classes that a class is made from, as far as they are found, in the order in which it names them."""
        for base in home.bases.get(name, ()):
            found = (home, base) if base in home.bases else self.find(home, base)
            if found is not None:
                yield found

    def elsewhere(self, home: Facts, key: str) -> Iterator[Place]:
        """Where to look for a name that a file does not define: what it imports, and the bases of the name's class."""
        origin = self.imported(home, key)
        if origin is not None:
            yield origin
        owner, _, member = key.rpartition(".")
        for above, base in self.above(home, owner):
            yield above, f"{base}.{member}"

    def definitions(self, home: Facts, key: str) -> Iterator[Place]:
        """The places that may define a name, each once: its own, those `elsewhere`, and elsewhere of each of them."""
        seen: set[tuple[str, str]] = set()
        pending = [(home, key)]
        while pending and len(seen) < MAX_DEFINITIONS:
            place = pending.pop()
            if (place[0].file, place[1]) not in seen:
                seen.add((place[0].file, place[1]))
                yield place
                pending += reversed(list(self.elsewhere(*place)))

    def _origin(self, module: Facts, key: str) -> Place:
        """What defines what a module has under a name; the module itself, where nothing is known to."""
        place = (module.file, key)
        if place not in self.origins:
            known = _binds(module, key.partition(".")[0])
            self.origins[place] = None if known else self._search(module, key, {place}) or self._beneath(module, key)
        return self.origins[place] or (module, key)

    def _beneath(self, module: Facts, key: str) -> Place | None:
        """What a package that gets its names when it runs has under one: what a single module below it defines."""
        path = self.paths[module.file]
        package, name = path[:-1], key.partition(".")[0]
        if path[-1] != "__init__" or not _lazy(module) or name in module.aliases or (*package, name) in self.by_path:
            return None
        if package not in self.beneath:
            self.beneath[package] = self._defined_below(module, package)
        home = self.beneath[package].get(name)
        return None if home is None else (home, key)

    def _defined_below(self, module: Facts, package: Path) -> dict[str, Facts | None]:
        """By name the module below a package that defines it; None where several do, or one takes it from elsewhere."""
        stars = (path for name, path in module.aliases.items() if name[0] == "*")
        if any(not self._meant(module, f"{path}{_ANY}") for path in stars):
            # Whatever package that is may have the names.
            return {}
        self.sorted = self.sorted or sorted(self.by_path)
        defined: dict[str, Facts | None] = {}
        for path in itertools.islice(self.sorted, bisect_right(self.sorted, package), None):
            if path[: len(package)] != package:
                break
            facts = self.by_path[path]
            for name in {*facts.functions, *facts.bases, *facts.bindings}:
                if "." not in name:
                    defined[name] = None if name in defined else facts
            defined.update((name, None) for name, path in facts.aliases.items() if self._foreign(path))
        return defined

    def _search(self, module: Facts, key: str, seen: set[tuple[str, str]]) -> Place | None:
        """The place that binds what a module imports under a name, re-exports followed; `seen` are left out."""
        # The last import of a name, and the last `*`, is the one that holds.
        pending = [(module, target) for target in reversed(list(_imports(module, key)))]
        asked: set[tuple[str, str]] = set()
        while pending and len(seen) < MAX_FOLLOWED:
            home, path = pending.pop()
            if (home.file, path) in asked:
                continue
            asked.add((home.file, path))
            through, star, wanted = path.partition("*")
            places = self.places(home, through + wanted)
            if not places or (places[0][0].file, places[0][1]) in seen:
                continue
            module, key = places[0]
            name = key.partition(".")[0]
            if star and key == wanted and not (self._offers(module, name) and _exports(module, name)):
                continue
            seen.add((module.file, key))
            if _binds(module, name):
                return module, key
            pending += [(module, target) for target in reversed(list(_imports(module, key)))]
        return None

    def _offers(self, module: Facts, name: str) -> bool:
        """Whether a module may have a name, its own `import *` followed: what has not need not be searched."""
        if module.file not in self.offers:
            self.offers[module.file] = self._offered(module)
        offered = self.offers[module.file]
        return offered is None or name in offered

    def _knows(self, module: Facts, key: str) -> bool:
        return self._offers(module, key.partition(".")[0])

    def _offered(self, module: Facts) -> frozenset[str] | None:
        """The names that a module may have, or None when that is not known."""
        names: set[str] = set()
        seen, pending = {module.file}, [module]
        while pending:
            home = pending.pop()
            known = self.offers.get(home.file, frozenset())
            if known is None:
                return None
            if known:
                names |= known
                continue
            names.update(home.bindings, home.functions, home.bases, home.aliases)
            for alias in home.aliases:
                if alias[0] != "*":
                    continue
                found = self._meant(home, f"{home.aliases[alias]}{_ANY}")
                if found and found[0][1] != _ANY:
                    return None
                if found and found[0][0].file not in seen:
                    seen.add(found[0][0].file)
                    pending.append(found[0][0])
        return frozenset(names)

    def places(self, importer: Facts, dotted: str) -> list[Place]:
        """The modules that an import path may mean and the rest of the path in each, the likeliest first.

        The longest module is the likeliest, but `a.b.c` may also be an attribute of what `a` calls `b`.
        """
        found = self._meant(importer, dotted)
        # Those that know the name, then the others.
        return sorted(found, key=lambda place: not self._knows(*place)) if len(found) > 1 else found

    def _meant(self, importer: Facts, dotted: str) -> list[Place]:
        """The modules that an import path may mean and the rest of the path in each, the longest module first."""
        found: list[Place] = []
        if self._foreign(dotted):
            return found
        level = len(dotted) - len(dotted.lstrip("."))
        names = tuple(dotted[level:].split("."))
        own = self.paths.get(importer.file)
        if own is None or len(names) > MAX_NAMES:
            return found
        if level:
            # Up to the package itself, and up from it; above the top there is nothing.
            if level > len(own):
                return found
            base = own[: len(own) - level]
            for cut in range(len(names) - 1, -1, -1):
                facts = self.by_path.get(base + names[:cut])
                if facts is not None:
                    found.append((facts, ".".join(names[cut:])))
        else:
            for cut in range(len(names) - 1, 0, -1):
                asked = (own, names[:cut])
                if asked not in self.absolute:
                    self.absolute[asked] = self._absolute(*asked)
                facts = self.absolute[asked]
                if facts is not None:
                    found.append((facts, ".".join(names[cut:])))
        return found

    def _foreign(self, dotted: str) -> bool:
        """Whether a path begins with a name that no file or folder of the tree has: most imports are of packages."""
        return dotted[:1] != "." and dotted.partition(".")[0] not in self.names

    def _absolute(self, own: Path, module: Path) -> Facts | None:
        """The module of an absolute name, as a file at this path sees it."""
        below = self._below(module)
        if not below:
            return None
        around, roots = self._around(own[:-1])
        # The first of these is the importer's own root.
        for root in roots:
            facts = self.by_path.get(root + module)
            # `openai.py` that imports `openai` does not mean itself.
            if facts is not None and root + module != own:
                return facts
        if module[0] in sys.stdlib_module_names:
            return None
        best = next((below[folder] for folder in around if folder in below and below[folder] + module != own), None)
        # One name is not enough to go by: `utils` is somebody else's, unless it lies in a directory for sources.
        if best is None or (len(module) == 1 and not self._is_root(best, module)):
            return None
        return self.by_path[best + module]

    def _around(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """A folder and those around it, from the inside out; and the same with those first that are no packages."""
        known = self.folders.get(folder)
        if known is None:
            around = [folder[:cut] for cut in range(len(folder), -1, -1)]
            known = self.folders[folder] = (around, sorted(around, key=lambda each: each in self.packages))
        return known

    def _below(self, module: Path) -> dict[Path, Path]:
        """The directories below which a module of this name stands, each with the best root for it."""
        known = self.roots.get(module)
        if known is not None:
            return known
        below = self.roots[module] = {}
        for path in self.by_last.get(module[-1], ()):
            if path[-len(module) :] != module:
                continue
            root = path[: -len(module)]
            for cut in range(len(root) + 1):
                best = below.get(root[:cut])
                if best is None or self._rank(root) < self._rank(best):
                    below[root[:cut]] = root
        return below

    def _rank(self, root: Path) -> tuple[bool, int, Path]:
        return root in self.packages, len(root), root

    def _is_root(self, root: Path, module: Path) -> bool:
        """Whether a directory beside the importer is one that packages are imported from."""
        if root in self.packages:
            return False
        return root[-1:] in _SOURCE_ROOTS or root + module in self.packages


def _lazy(module: Facts) -> bool:
    """Whether a package gets names when it runs: `__getattr__`, `globals().update(...)`, or by who does that for it."""
    if "__getattr__" in module.functions or "__getattr__" in module.bindings:
        return True
    return not _LAZY.isdisjoint(module.mentions) or _TABLE.issubset(module.mentions)


def _binds(module: Facts, name: str) -> bool:
    """Whether a module gives a name its value itself."""
    return name in module.bindings or name in module.functions or name in module.bases


def _imports(module: Facts, key: str) -> Iterator[str]:
    """The import paths that a name of a module may come from, the likeliest first."""
    name, dot, rest = key.partition(".")
    target = module.aliases.get(name)
    if target is not None:
        yield f"{target}{dot}{rest}"
        return
    for alias in reversed(module.aliases):
        if alias[0] == "*":
            yield f"{module.aliases[alias]}*{key}"


def _exports(module: Facts, name: str) -> bool:
    """Whether `from module import *` gives a name: one that `__all__` lists, or, without it, one without underscore."""
    listed = module.bindings.get("__all__")
    names = [literal(item) for item in listed.items] if isinstance(listed, Items) else []
    if names and isinstance(listed, Items) and listed.complete and None not in names:
        return name in names
    return not name.startswith("_") or listed is not None
