"""What each part of the answering earns: the cases asked again with the part taken away.

A part is a search, an answerer, a word list, a class of the lexicon, a function or a pattern of ours
(``eval.taken_away``), or one of its conditions (``eval.conditions``). A case is asked again only where
the part had something to do with it: where the answerer answered, where the function or pattern had
something to say, where the condition decided. A false premise is right only where the answer says what
is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answers.choose import ANSWERERS
from bot.assistant import Assistant
from eval.ablations import SEARCHES, without
from eval.cases import Case
from eval.conditions import PREFIX as CONDITION
from eval.conditions import Deciding, condition_parts, described, settled
from eval.metrics import (
    CRASHED,
    Source,
    citation_precision,
    false_premise_corrected,
    locate,
    passed,
)
from eval.taken_away import (
    WORD_LISTS,
    code_parts,
    find_code,
    forget,
    is_code,
    taken_away,
    word_classes,
)
from eval.touched import Touched
from retrieval.library.library import Library

PARTS = (*SEARCHES, *(a.name for a in ANSWERERS), *WORD_LISTS, *word_classes())
"""What ``--without`` takes away by its name, beside functions and patterns of ours."""

SCOPE = ("retrieval.places", "retrieval.question.scope")
"""Where it is settled of which reports a question is."""

MANY = 8  # from so many parts on it pays to watch once which cases each has to do with
WATCHED = 700  # cases that are watched, evenly spread: each begins with every cache empty
MOST = 400  # cases that a part is weighed on, evenly spread: half a minute of one core


Watch = Touched | Deciding


@dataclass(frozen=True, slots=True)
class Worth:
    """What came of taking a part away: cases asked of it, answers changed, cases lost and gained.

    What is longer holds more of what is asked: answers are ``chars`` characters longer without the part
    in all, and ``beside`` more of what they cite is no evidence.
    """

    part: str
    asked: int
    changed: int
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    chars: int = 0
    beside: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A case as it was answered: words, status and answerer, and whether that was right.

    ``beside`` of its citations are no evidence of the case. ``touched`` are the parts that had something
    to say, of those that were watched.
    """

    case: Case
    said: tuple[str, str]
    answerer: str
    right: bool
    beside: int = 0
    touched: frozenset[str] = frozenset()


def named_parts(names: Sequence[str]) -> tuple[str, ...]:
    """Return the parts of some names: ``all``, a part, or a room or a module for all of its parts.

    Raises ``ValueError`` for a name that is none of these, and for conditions beside other parts: the
    two are watched each in its own way.
    """
    parts = tuple(dict.fromkeys(part for name in names for part in _named(name)))
    if len({part.startswith(CONDITION) for part in parts}) > 1:
        raise ValueError(f"{CONDITION}… is weighed apart from other parts")
    return parts


def _named(name: str) -> Iterator[str]:
    if name == "all":
        yield from PARTS
        for room in SCOPE:
            yield from code_parts(room)
    elif name in PARTS:
        yield name
    elif is_code(name):
        find_code(name)
        yield name
    elif name.startswith(CONDITION):
        yield from condition_parts(name.removeprefix(CONDITION))
    else:
        yield from code_parts(name)


def watched(parts: Sequence[str]) -> Watch | None:
    """Return what watches some parts, searches and answerers apart, where there are many."""
    own = [part for part in parts if part not in SEARCHES and part not in _ANSWERERS]
    if len(own) < MANY:
        return None
    return Deciding(own) if own[0].startswith(CONDITION) else Touched(own)


def ask_all(cases: Sequence[Case], assistant: Assistant, watch: Watch | None = None) -> list[Asked]:
    """Ask the cases, each after the questions before it; a crash is an answer that is wrong."""
    held = [assistant.library.report(summary.id) for summary in assistant.library.reports()]
    sources = [Source(report.id, report.meta.source, report.text) for report in held]
    if watch is None:
        return [_ask(case, assistant, sources) for case in cases]
    found = []
    for case in cases:
        forget()  # what an earlier case left in a cache would not be seen
        with watch.watching() as touched:
            asked = _ask(case, assistant, sources)
        found.append(replace(asked, touched=frozenset(touched)))
    return found


def _ask(case: Case, assistant: Assistant, sources: Sequence[Source]) -> Asked:
    state = None
    try:
        for earlier in case.history:
            state = assistant.ask(earlier, state).state
        answer = assistant.ask(case.question, state).answer.to_json()
        said = (answer["answer"], answer["status"])
        right = passed(case, answer) and false_premise_corrected(case, answer) != (0.0, 1)
        gold = [locate(piece, sources) for piece in case.evidence]
        held, cited = citation_precision(case, answer, gold) or (0.0, 0.0)
        return Asked(case, said, answer["answerer"], right, int(cited - held))
    except Exception as error:  # a part may be needed by what is left
        return Asked(case, (str(error), CRASHED), "", False)


def weigh_part(
    part: str,
    suites: Sequence[tuple[Library, Sequence[Asked]]],
    watch: Watch | None = None,
    most: int = MOST,
) -> Worth:
    """Ask suites without ``part``, each a library and how it is answered with everything in place.

    Where it has to do with more than ``most`` cases, so many of them are asked, evenly spread.
    """
    asked = [
        (library, case) for library, whole in suites for case in _concerned(part, whole, watch)
    ]
    asked = asked[:: -(-len(asked) // most) or 1]
    return add_up(
        [
            _weigh(part, library, [case for held, case in asked if held is library])
            for library, _ in suites
        ]
    )


def _concerned(part: str, whole: Sequence[Asked], watch: Watch | None) -> list[Asked]:
    """Return the cases of a suite that a part has to do with."""
    if part in _ANSWERERS:
        own = any(a.answerer == part for a in whole)
        return [a for a in whole if a.answerer == part or (a.case.history and own)]
    every = part in SEARCHES or watch is None
    return [a for a in whole if every or part in a.touched]


def _weigh(part: str, library: Library, concerned: Sequence[Asked]) -> Worth:
    cases = [a.case for a in concerned]
    if part in SEARCHES or part in _ANSWERERS:
        less = ask_all(cases, without(part, library))
    else:
        with settled(part) if part.startswith(CONDITION) else taken_away(part):
            less = ask_all(cases, Assistant(_reopened(library))) if cases else []
    pairs = list(zip(concerned, less, strict=True))
    return Worth(
        part,
        sum(a.answerer == part for a in concerned) if part in _ANSWERERS else len(concerned),
        sum(a.said != b.said for a, b in pairs),
        tuple(a.case.id for a, b in pairs if a.right > b.right),
        tuple(a.case.id for a, b in pairs if a.right < b.right),
        sum(len(b.said[0]) - len(a.said[0]) for a, b in pairs),
        sum(b.beside - a.beside for a, b in pairs),
    )


def _reopened(library: Library) -> Library:
    """Open a library anew: what it keeps of its reports was made with every part in place."""
    return Library.open(library.folder, embedder=library.embedder)


_ANSWERERS = frozenset(answerer.name for answerer in ANSWERERS)


def add_up(worths: Sequence[Worth]) -> Worth:
    """Return what one part earns over several suites."""
    return Worth(
        worths[0].part,
        sum(w.asked for w in worths),
        sum(w.changed for w in worths),
        tuple(case for w in worths for case in w.lost),
        tuple(case for w in worths for case in w.gained),
        sum(w.chars for w in worths),
        sum(w.beside for w in worths),
    )


def format_worths(worths: Sequence[Worth]) -> str:
    """Return a table of parts, those that earn most first."""
    told = {w.part: described(w.part) if w.part.startswith(CONDITION) else w.part for w in worths}
    wide = max([24, *map(len, told.values())]) + 2
    head = f"{'without':<{wide}}{'asked':>7}{'changed':>9}{'lost':>7}{'gained':>8}{'chars':>8}{'beside':>8}"
    rows = [head, "-" * len(head)]
    for w in sorted(worths, key=lambda w: len(w.gained) - len(w.lost)):
        counts = f"{w.asked:>7}{w.changed:>9}{len(w.lost):>7}{len(w.gained):>8}{w.chars:>+8}{w.beside:>+8}"
        rows.append(f"{told[w.part]:<{wide}}{counts}")
    return "\n".join(rows)
