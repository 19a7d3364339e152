"""The evaluation set: one case a line of JSON, checked strictly when it is read.

A case that is wrong measures nothing, so nothing is forgiven: an unknown key, an id used
twice, evidence that does not stand word for word in the report. Every fault is told with its
file and line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from retrieval.readers.files import find_files
from retrieval.readers.reading import read_file

CaseKind = Literal[
    "fact", "list", "cross", "lang", "followup", "unanswerable", "false_premise", "brief", "table"
]
KINDS: tuple[str, ...] = get_args(CaseKind)
"""The kinds that measures know; a writer of cases may name others, which count in the whole."""
_KIND = re.compile("[a-z][a-z_]*")
_KEYS = frozenset(
    ["id", "kind", "question", "history", "docs", "must", "must_not", "evidence", "answerable"]
)
_FOR_PEOPLE = frozenset(["gold", "note", "hand", "first_version"])
"""Keys that no measure reads: the right answer in words, and what was seen of it."""


class BadCase(ValueError):
    """A case file that cannot be trusted; the text lists every fault as ``file:line: what``."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Official words that answer the question: ``doc`` is how the source's name begins."""

    doc: str
    quote: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what a right answer must say and must not say.

    ``must`` is an AND of ORs over the answer; ``history`` are the questions asked before in the
    same conversation; ``docs`` are beginnings of source file names, empty if any report will do.
    """

    id: str
    kind: str
    question: str
    history: tuple[str, ...]
    docs: tuple[str, ...]
    must: tuple[tuple[str, ...], ...]
    must_not: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    answerable: bool


def list_sources(*folders: Path) -> list[Path]:
    """Return the file of every report directly in ``folders``, by name."""
    found = [
        met.path
        for folder in folders
        for met in find_files([folder])
        if met.path.parent == folder and not met.skipped and met.path.suffix != ".md"
    ]
    return sorted(found, key=lambda path: path.name)


def read_sources(*folders: Path) -> dict[str, str]:
    """Return file name → decoded text of every report directly in ``folders``."""
    return {path.name: read_file(path).text for path in list_sources(*folders)}


def load_cases(files: Sequence[Path], sources: Mapping[str, str]) -> tuple[Case, ...]:
    """Read case files against ``sources`` (file name → text); raise ``BadCase`` with all faults."""
    cases: list[Case] = []
    faults: list[str] = []
    seen: dict[str, str] = {}
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            where = f"{file.name}:{number}"
            try:
                case = parse_case(json.loads(line))
            except ValueError as error:
                faults.append(f"{where}: {error}")
                continue
            if case.id in seen:
                faults.append(f"{where}: id {case.id!r} is already used at {seen[case.id]}")
            seen[case.id] = where
            faults.extend(f"{where}: {fault}" for fault in _unfounded(case, sources))
            cases.append(case)
    if faults:
        raise BadCase("\n".join(faults))
    return tuple(cases)


def parse_case(raw: object) -> Case:
    """Return the case one JSON object describes; raise ``ValueError`` saying what is wrong."""
    if not isinstance(raw, dict):
        raise ValueError("a case is a JSON object")
    unknown, absent = sorted(raw.keys() - _KEYS - _FOR_PEOPLE), sorted(_KEYS - raw.keys())
    if unknown:
        raise ValueError(f"unknown key {', '.join(unknown)}")
    if absent:
        raise ValueError(f"missing key {', '.join(absent)}")
    case = Case(
        id=_words(raw, "id"),
        kind=_words(raw, "kind"),
        question=_words(raw, "question"),
        history=_list_of_words(raw["history"], "history"),
        docs=_list_of_words(raw["docs"], "docs"),
        must=tuple(_alternatives(raw["must"])),
        must_not=_list_of_words(raw["must_not"], "must_not"),
        evidence=tuple(_evidence(raw["evidence"])),
        answerable=_truth(raw["answerable"]),
    )
    _check_sense(case)
    return case


def _check_sense(case: Case) -> None:
    if not _KIND.fullmatch(case.kind):
        raise ValueError(f"kind {case.kind!r} is no name of small letters")
    if case.kind in KINDS and case.answerable == (case.kind == "unanswerable"):
        raise ValueError("answerable must be false for kind unanswerable, true for others measured")
    if case.answerable and not case.must:
        raise ValueError("an answerable case needs at least one group in must")
    if case.kind == "followup" and not case.history:
        raise ValueError("a followup needs a history")


def _unfounded(case: Case, sources: Mapping[str, str]) -> Iterator[str]:
    for doc in case.docs:
        if not any(name.startswith(doc) for name in sources):
            yield f"no report's file name begins with {doc!r}"
    for piece in case.evidence:
        texts = [text for name, text in sources.items() if name.startswith(piece.doc)]
        if not texts:
            yield f"no report's file name begins with {piece.doc!r}"
        elif not any(piece.quote in text for text in texts):
            yield f"evidence is not verbatim in {piece.doc}: {piece.quote!r}"
        if case.docs and piece.doc not in case.docs:
            yield f"evidence from {piece.doc!r}, which is not among docs"


def _words(raw: Mapping[str, Any], key: str) -> str:
    value = raw[key]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key} must be a string that is not empty")
    return value


def _list_of_words(value: object, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise ValueError(f"{key} must be a list of strings that are not empty")
    return tuple(value)


def _alternatives(value: object) -> Iterator[tuple[str, ...]]:
    if not isinstance(value, list):
        raise ValueError("must is a list of lists of strings")
    for group in value:
        found = _list_of_words(group, "each group of must")
        if not found:
            raise ValueError("a group of must is empty")
        yield found


def _evidence(value: object) -> Iterable[Evidence]:
    if not isinstance(value, list):
        raise ValueError("evidence is a list of objects with doc and quote")
    for piece in value:
        if not isinstance(piece, dict) or piece.keys() != {"doc", "quote"}:
            raise ValueError("each evidence has exactly doc and quote")
        yield Evidence(_words(piece, "doc"), _words(piece, "quote"))


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("answerable is true or false")
    return value
