"""What each part of the answering earns: the cases asked again with the part taken away.

A part is a search, an answerer or a word list. Without an answerer only the cases that it
answered, and those of a conversation, can change; the others are not asked again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources

from bot.answers.choose import ANSWERERS
from bot.assistant import Assistant
from eval.ablations import SEARCHES, without
from eval.cases import Case
from eval.metrics import CRASHED, passed
from retrieval.library.library import Library
from retrieval.text import words

WORD_LISTS = tuple(
    sorted(
        file.name
        for file in (resources.files("retrieval") / "data").iterdir()
        if file.name.endswith((".txt", ".tsv"))
    )
)
PARTS = (*SEARCHES, *(answerer.name for answerer in ANSWERERS), *WORD_LISTS)
"""What ``--without`` takes away: a search, an answerer or a word list."""

_NOTHING = "\ue000"  # stands in for an empty list: a pattern of no words would match everywhere


@dataclass(frozen=True, slots=True)
class Worth:
    """What came of taking a part away: cases asked of it, answers changed, cases lost and gained."""

    part: str
    asked: int
    changed: int
    lost: tuple[str, ...]
    gained: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A case as it was answered: words, status and answerer, and whether that was right."""

    case: Case
    said: tuple[str, str]
    answerer: str
    right: bool


def ask_all(cases: Sequence[Case], assistant: Assistant) -> list[Asked]:
    """Ask the cases, each after the questions before it; a crash is an answer that is wrong."""
    found = []
    for case in cases:
        state = None
        try:
            for earlier in case.history:
                state = assistant.ask(earlier, state).state
            answer = assistant.ask(case.question, state).answer.to_json()
            said = (answer["answer"], answer["status"])
            found.append(Asked(case, said, answer["answerer"], passed(case, answer)))
        except Exception as error:  # a part may be needed by what is left
            found.append(Asked(case, (str(error), CRASHED), "", False))
    return found


def weigh_part(part: str, library: Library, whole: Sequence[Asked]) -> Worth:
    """Ask a suite without ``part``; ``whole`` is how it is answered with everything in place."""
    answerer = part not in SEARCHES and part not in WORD_LISTS
    own = sum(a.answerer == part for a in whole)
    concerned = [
        a for a in whole
        if not answerer or a.answerer == part or (a.case.history and own)
    ]  # fmt: skip
    with _left_out(part):
        less = ask_all([a.case for a in concerned], without(part, library))
    pairs = list(zip(concerned, less, strict=True))
    return Worth(
        part,
        own if answerer else len(whole),
        sum(a.said != b.said for a, b in pairs),
        tuple(a.case.id for a, b in pairs if a.right > b.right),
        tuple(a.case.id for a, b in pairs if a.right < b.right),
    )


def add_up(worths: Sequence[Worth]) -> Worth:
    """Return what one part earns over several suites."""
    return Worth(
        worths[0].part,
        sum(w.asked for w in worths),
        sum(w.changed for w in worths),
        tuple(case for w in worths for case in w.lost),
        tuple(case for w in worths for case in w.gained),
    )


def format_worths(worths: Sequence[Worth]) -> str:
    """Return a table of parts, those that earn most first."""
    rows = [f"{'without':<26}{'asked':>7}{'changed':>9}{'lost':>7}{'gained':>8}", "-" * 57]
    for w in sorted(worths, key=lambda w: len(w.gained) - len(w.lost)):
        rows.append(f"{w.part:<26}{w.asked:>7}{w.changed:>9}{len(w.lost):>7}{len(w.gained):>8}")
    return "\n".join(rows)


@contextmanager
def _left_out(part: str) -> Iterator[None]:
    """Have a word list read as empty while the context lasts; other parts: do nothing."""
    if part not in WORD_LISTS:
        yield
        return
    real = words._text
    empty = "" if part.endswith(".tsv") else _NOTHING
    words._text = lambda name: empty if name == part else real(name)
    _forget()
    try:
        yield
    finally:
        words._text = real
        _forget()


def _forget() -> None:
    """Empty every cache of ours: what was read from a list is kept in them."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("bot.", "retrieval.")):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear") and hasattr(value, "cache_info"):
                    value.cache_clear()
