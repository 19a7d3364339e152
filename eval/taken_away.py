"""Our own words and code as parts that can be taken away, and put back.

A word class finds nothing, a pattern matches nothing, a function gives what it gives where it has
nothing to say: the first of its arguments that is of the kind it returns, else none, no, or an
empty list, by its annotation. So every class of the lexicon and every function is a part without
a line of code for it.
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module, resources
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from retrieval.genre import lexicon
from retrieval.text import words

OURS = ("bot.", "retrieval.")
WORD_LISTS = tuple(
    sorted(
        file.name
        for file in (resources.files("retrieval") / "data").iterdir()
        if file.name.endswith((".txt", ".tsv"))
    )
)
CLASS = "class:"
GROUP = "same:"

_NEVER = re.compile("(?!)")
_NOTHING = "\ue000"  # stands in for an empty list: a pattern of no words would match everywhere
_EMPTY: dict[str, Callable[..., Any]] = {
    "bool": lambda *_, **__: False,
    "int": lambda *_, **__: 0,
    "float": lambda *_, **__: 0.0,
    "str": lambda *_, **__: "",
    "tuple": lambda *_, **__: (),
    "frozenset": lambda *_, **__: frozenset(),
    "set": lambda *_, **__: set(),
    "list": lambda *_, **__: [],
    "dict": lambda *_, **__: {},
    "Sequence": lambda *_, **__: (),
    "Mapping": lambda *_, **__: {},
    "Iterator": lambda *_, **__: iter(()),
    "None": lambda *_, **__: None,
}


def word_classes() -> tuple[str, ...]:
    """Return every class of the lexicon, and every group of words of one meaning, as parts."""
    classes = lexicon.word_classes()
    groups = classes["same"]["groups"]
    return (*(CLASS + name for name in classes), *(GROUP + name for name in groups))


def code_parts(room: str) -> tuple[str, ...]:
    """Return what a module, or the modules of a room, define themselves and can be taken away."""
    return tuple(
        f"{module.__name__}:{name}"
        for module in modules_of(room)
        for name, value in _defined(module)
        if stand_in(value) is not None
    )


def is_code(part: str) -> bool:
    """Tell whether a part is named as a function or a pattern of ours."""
    return part.startswith(OURS) and ":" in part


@contextmanager
def taken_away(part: str) -> Iterator[None]:
    """Have a word list, a word class, a pattern or a function of ours say nothing meanwhile."""
    with _changed(part):
        forget()
        try:
            yield
        finally:
            forget()


def forget() -> None:
    """Empty every cache of ours: what was read from a list is kept in them."""
    for module in ours():
        for value in list(vars(module).values()):
            if hasattr(value, "cache_clear") and hasattr(value, "cache_info"):
                value.cache_clear()


def ours() -> list[ModuleType]:
    """Return our modules as far as they are loaded."""
    return [m for name, m in list(sys.modules.items()) if name.startswith(OURS)]


@contextmanager
def _changed(part: str) -> Iterator[None]:
    if part in WORD_LISTS:
        empty = "" if part.endswith(".tsv") else _NOTHING
        real = words._text
        with _set(words, "_text", lambda name: empty if name == part else real(name)):
            yield
    elif part.startswith((CLASS, GROUP)):
        less = _classes_without(part)
        with _set(lexicon, "word_classes", lambda: less):
            yield
    else:
        with _without_code(part):
            yield


def _classes_without(part: str) -> dict[str, Any]:
    classes = {name: dict(row) for name, row in lexicon.word_classes().items()}
    if part.startswith(CLASS):
        name = part.removeprefix(CLASS)
        classes[name] = {**classes[name], "words": "(?!)", "groups": {}}
    else:
        gone = part.removeprefix(GROUP)
        groups = classes["same"]["groups"].items()
        classes["same"]["groups"] = {name: ws for name, ws in groups if name != gone}
    return classes


@contextmanager
def _without_code(part: str) -> Iterator[None]:
    value = find_code(part)
    other = stand_in(value)
    if isinstance(other, FunctionType):
        real = plain(value)
        kept = real.__code__, real.__defaults__, real.__kwdefaults__
        # the code is changed and not the name, since lists of checks hold functions themselves
        real.__code__, real.__defaults__, real.__kwdefaults__ = other.__code__, None, None
        try:
            yield
        finally:
            real.__code__, real.__defaults__, real.__kwdefaults__ = kept
        return
    holders = [(m, name) for m in ours() for name, held in list(vars(m).items()) if held is value]
    for module, name in holders:
        setattr(module, name, other)
    try:
        yield
    finally:
        for module, name in holders:
            setattr(module, name, value)


def find_code(part: str) -> Any:
    """Return the pattern or function that a part names; raises ``ValueError`` if there is none."""
    module, _, path = part.partition(":")
    if not path or not module.startswith(OURS):
        raise ValueError(f"{part}: no such part")
    try:
        owner: Any = import_module(module)
        *outer, name = path.split(".")
        for step in outer:
            owner = getattr(owner, step)
        value = inspect.getattr_static(owner, name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"{part}: no such part") from error
    if stand_in(value) is None:
        raise ValueError(f"{part}: nothing can stand in for it")
    return value


def plain(value: Any) -> FunctionType:
    """Return the function under a cache or a class method."""
    while not isinstance(value, FunctionType):
        value = getattr(value, "__wrapped__", None) or value.__func__
    return value


def stand_in(value: Any) -> Any:
    """Return what says nothing in the place of a pattern or a function; None if nothing can."""
    if isinstance(value, re.Pattern):
        return _NEVER
    try:
        function = plain(value)
    except AttributeError:
        return None
    if isinstance(value, functools.cached_property) or function.__code__.co_freevars:
        return None
    takes = [
        p for p in inspect.signature(function).parameters.values()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]  # fmt: skip
    gives = str(function.__annotations__.get("return", ""))
    for at, parameter in enumerate(takes):
        if gives and parameter.annotation == gives and gives not in ("bool", "int", "float"):
            names = ", ".join(p.name for p in takes[: at + 1])
            made: dict[str, Any] = {}
            exec(f"def same({names}, *_, **__): return {parameter.name}", made)
            return made["same"]
    kind = "None" if gives.endswith("| None") else gives.split("[", 1)[0]
    return _EMPTY.get(kind)


def functions_of(module: ModuleType) -> Iterator[FunctionType]:
    """Yield the functions and methods that a module defines, without what is wrapped around them."""
    for value in list(vars(module).values()):
        own = isinstance(value, type) and value.__module__ == module.__name__
        for held in list(vars(value).values()) if own else [value]:
            held = getattr(held, "fget", None) or getattr(held, "func", None) or held
            try:
                function = plain(held)
            except AttributeError:
                continue
            if function.__module__ == module.__name__:
                yield function


def codes_of(code: CodeType) -> Iterator[CodeType]:
    """Yield a code and what is defined inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_of(constant)


def modules_of(room: str) -> Sequence[ModuleType]:
    """Return a module, or the modules of a room; raises ``ValueError`` for what is none of ours."""
    if not f"{room}.".startswith(OURS):
        raise ValueError(f"{room}: no such part")
    try:
        module = import_module(room)
    except ImportError as error:
        raise ValueError(f"{room}: no such part") from error
    if not hasattr(module, "__path__"):
        return [module]
    files = sorted(p for folder in module.__path__ for p in Path(folder).rglob("*.py"))
    root = Path(module.__path__[0])
    names = [f.relative_to(root).with_suffix("").parts for f in files if f.stem[:2] != "__"]
    return [import_module(".".join((room, *parts))) for parts in names]


def _defined(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the functions, methods and patterns that a module defines, with their names."""
    for name, value in list(vars(module).items()):
        if isinstance(value, type) and value.__module__ == module.__name__:
            for own, method in list(vars(value).items()):
                if not own.startswith("__") and callable(method):
                    yield f"{name}.{own}", method
        elif isinstance(value, re.Pattern) or (
            callable(value) and getattr(value, "__module__", "") == module.__name__
        ):
            yield name, value


@contextmanager
def _set(module: ModuleType, name: str, value: Any) -> Iterator[None]:
    real = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, real)
