"""Conditions of our code as parts: each `if`, and each side of an `and` or `or`, settled beforehand.

A condition that seldom decides is a special case. It is settled as it comes out elsewhere: a test of an
`if` and a side of an `or` are never met, a side of an `and` and of a filter always. So every special case
is a part without a line of code for it. The code of a function is changed in its place, as by
``eval.taken_away``; what a function holds that is made at import (a lambda in a list) is not reached,
nor what stands in a `while`, which might never end.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from eval.taken_away import codes_of, forget, functions_of, modules_of

PREFIX = "if:"
_DECIDES = "__condition_decides__"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: its place, how it stands there, and its words."""

    line: int
    kind: str
    words: str

    @property
    def otherwise(self) -> bool:
        """What it is where it decides nothing."""
        return self.kind in ("and", "filter")


Change = Callable[[int, Condition, ast.expr], ast.expr]


class _Numbered(ast.NodeTransformer):
    """Numbers the conditions inside functions, and puts what ``change`` gives in the place of each."""

    def __init__(self, change: Change) -> None:
        self.found: list[Condition] = []
        self._change = change
        self._inside = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._inside += 1
        self.generic_visit(node)
        self._inside -= 1
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        node.test = self._at(node.test, "if")
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        node.test = self._at(node.test, "if")
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        kind = "or" if isinstance(node.op, ast.Or) else "and"
        node.values = [self._at(value, kind) for value in node.values]
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        node.ifs = [self._at(value, "filter") for value in node.ifs]
        return node

    def _at(self, node: ast.expr, kind: str) -> ast.expr:
        if not self._inside:
            return node
        self.found.append(Condition(node.lineno, kind, ast.unparse(node)))
        changed = self._change(len(self.found) - 1, self.found[-1], node)
        return ast.copy_location(changed, node)


def condition_parts(room: str) -> tuple[str, ...]:
    """Return the conditions of a module or of a room as parts: ``if:module:number``.

    Such a part stands for itself. Raises ``ValueError`` for what is none of ours.
    """
    name, _, number = room.partition(":")
    if number:
        module = modules_of(name)[0]
        if not number.isdecimal() or int(number) >= len(conditions_of(module)):
            raise ValueError(f"{PREFIX}{room}: no such part")
        return (f"{PREFIX}{room}",)
    return tuple(
        f"{PREFIX}{module.__name__}:{number}"
        for module in modules_of(room)
        for number in range(len(conditions_of(module)))
    )


@cache
def conditions_of(module: ModuleType) -> list[Condition]:
    """Return the conditions of a module in the order of their numbers."""
    return _compiled(module, lambda _number, _condition, node: node)[1]


def described(part: str) -> str:
    """Return a part with the line and the words of its condition."""
    module, number = _place(part)
    condition = conditions_of(module)[number]
    return f"{part}  line {condition.line}, {condition.kind}: {condition.words[:60]}"


@contextmanager
def settled(part: str) -> Iterator[None]:
    """Have a condition decide nothing meanwhile."""
    module, at = _place(part)

    def change(number: int, condition: Condition, node: ast.expr) -> ast.expr:
        return ast.Constant(condition.otherwise) if number == at else node

    kept = _swap(module, _compiled(module, change)[0])
    forget()
    try:
        yield
    finally:
        _put_back(kept)
        forget()


class Deciding:
    """Watches the conditions of some parts: which decided while a question was answered."""

    def __init__(self, parts: Sequence[str]) -> None:
        self._found: set[str] = set()
        self._codes = [
            (module, _compiled(module, partial(_telling, module.__name__))[0])
            for module in dict.fromkeys(_place(part)[0] for part in parts)
        ]

    @contextmanager
    def watching(self) -> Iterator[set[str]]:
        """Yield the parts whose condition decided until the context is left."""
        self._found = set()
        setattr(builtins, _DECIDES, self._decides)
        kept = [had for module, code in self._codes for had in _swap(module, code)]
        try:
            yield self._found
        finally:
            _put_back(kept)
            delattr(builtins, _DECIDES)

    def _decides(self, part: str, otherwise: bool, value: Any) -> Any:
        if bool(value) != otherwise:
            self._found.add(part)
        return value


def _telling(module: str, number: int, condition: Condition, node: ast.expr) -> ast.expr:
    part = ast.Constant(f"{PREFIX}{module}:{number}")
    given: list[ast.expr] = [part, ast.Constant(condition.otherwise), node]
    return ast.Call(ast.Name(_DECIDES, ast.Load()), given, [])


def _place(part: str) -> tuple[ModuleType, int]:
    name, _, number = part.removeprefix(PREFIX).rpartition(":")
    return modules_of(name)[0], int(number)


def _compiled(module: ModuleType, change: Change) -> tuple[CodeType, list[Condition]]:
    """Return a module's code with its conditions changed, and the conditions."""
    file = Path(str(module.__file__))
    numbered = _Numbered(change)
    tree = numbered.visit(ast.parse(file.read_text(encoding="utf-8")))
    return compile(ast.fix_missing_locations(tree), str(file), "exec"), numbered.found


def _swap(module: ModuleType, code: CodeType) -> list[tuple[FunctionType, CodeType]]:
    """Give the functions of a module the code that ``code`` has for them; return what they had."""
    new = {(c.co_qualname, c.co_firstlineno): c for c in codes_of(code)}
    kept = []
    for function in functions_of(module):
        had = function.__code__
        other = new.get((had.co_qualname, had.co_firstlineno))
        if other is not None and other.co_freevars == had.co_freevars:
            kept.append((function, had))
            function.__code__ = other
    return kept


def _put_back(kept: Sequence[tuple[FunctionType, CodeType]]) -> None:
    for function, code in kept:
        function.__code__ = code
