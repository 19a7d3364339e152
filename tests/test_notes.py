"""Notes are values: every kind made anywhere has its words in both catalogues, and they agree."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from bot.notes import Note, kinds, note, text_of, words
from retrieval.documents import Role

ROOT = Path(__file__).parent.parent
MAKERS = {"Note", "note"}


def made() -> Iterator[tuple[str, str]]:
    """Yield each kind that the source makes, as written; a part computed is ``*``."""
    for path in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("retrieval/**/*.py")]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            makes = isinstance(call, ast.Call) and getattr(call.func, "id", "") in MAKERS
            if makes and isinstance(call, ast.Call) and call.args:
                yield from ((kind, path.name) for kind in literals(call.args[0]))


def literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(p.value) if isinstance(p, ast.Constant) else "*" for p in node.values)
    elif isinstance(node, ast.BinOp) and isinstance(node.left, ast.Constant):
        yield f"{node.left.value}*"


def wanted(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


MADE = sorted(set(made()))


@pytest.mark.parametrize(("kind", "path"), MADE, ids=[kind for kind, _ in MADE])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_has_its_words(kind: str, path: str, language: str) -> None:
    pattern = re.compile(re.escape(kind).replace(r"\*", r"[a-z_.]+"))
    assert any(pattern.fullmatch(held) for held in kinds(language)), path  # type: ignore[arg-type]


def test_both_catalogues_have_the_same_kinds_with_the_same_values() -> None:
    assert {k: wanted(t) for k, t in kinds("zh").items()} == {
        k: wanted(t) for k, t in kinds("en").items()
    }


def test_every_kind_of_a_catalogue_is_made_somewhere() -> None:
    patterns = [re.compile(re.escape(k).replace(r"\*", r"[a-z_.]+")) for k, _ in MADE]
    named = "\n".join(
        path.read_text(encoding="utf-8")
        for path in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("retrieval/**/*.py")]
    )
    idle = [
        kind
        for kind in kinds("zh")
        if not any(p.fullmatch(kind) for p in patterns) and f'"{kind}"' not in named
    ]
    assert idle == []


def test_every_role_has_a_name() -> None:
    assert {f"role.{role}" for role in get_args(Role)} <= set(kinds("zh"))


@pytest.mark.parametrize(
    ("said", "chinese", "english"),
    [
        (
            Note("items_counted", {"part": Note("role.problems"), "count": 3}),
            "存在问题，原文共3条：",
            "Problems — 3 listed in the original (原文共3条):",
        ),
        (
            Note("other_years_held", {"name": "上虞区", "year": 2021, "held": (2022, 2023)}),
            "未收录上虞区2021年度的报告（现有2022、2023年度）",
            "No report is held for 上虞区 2021 (held: 2022, 2023)",
        ),
        (Note("confirmed"), "是的，原文如此：", "Yes; the report says:"),
        (
            Note("and_so", {"clauses": (Note("number_absent", {"name": "第三条"}), "另一句")}),
            "原文没有第三条；另一句",
            "The report has no 第三条; 另一句",
        ),
    ],
)
def test_words(said: Note, chinese: str, english: str) -> None:
    assert (words(said), words(said, "en")) == (chinese, english)


def test_a_note_comes_back_from_json() -> None:
    said = Note("cut_off", {"where": "三、", "parts": (Note("role.problems"), Note("role.plans"))})
    assert Note.from_json(said.to_json()) == said
    assert len({said, Note.from_json(said.to_json())}) == 1


def test_braces_in_a_value_are_left_alone() -> None:
    assert text_of(note("phrase_absent", phrase="{x}")).startswith("报告中没有“{x}”")


def test_a_kind_without_words_is_refused() -> None:
    with pytest.raises(KeyError):
        words(Note("no_such_kind"))
