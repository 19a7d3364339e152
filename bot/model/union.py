"""A model's lines and the rules' draft put into one answer.

A draft that holds all there is (a list of a part, a table, a ranking, which reports tell) keeps
every line, in its order, with its heads and its count; a model's line stands in for an official
one that it says nearly all of, and what it found besides comes after. Where the rules only chose
what to tell, the model chooses instead: the answer is its lines, and what they leave out of the
draft's figures and of reports that they say nothing of. Each line stands under its report's name
where there are several.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bot.evidence.drafting import Draft
from bot.evidence.likeness import pairs_of
from bot.lock.citations import head_of, without_number
from bot.notes import Note, counts, note
from bot.values import DraftLine, Told, meets
from retrieval.genre.quantities import find_quantities
from retrieval.genre.quantity_values import same_number
from retrieval.question.query import Query
from retrieval.text.normalise import level

KEPT, KEPT_OF_LONG = 0.6, 0.25
"""Least share of an official line's character pairs in what stands in for it; long ones say more."""
LONG_CHARS = 60

Line = DraftLine | Told
Heads = Mapping[str, DraftLine]
"""The note that names a report, by its id; empty where there is but one."""

_CHOSEN = "aspects_counted"  # counts what the rules chose to tell
_SAYING = "reports_saying"
_ABSENCES = frozenset({"not_mentioned", "not_found_in", "nothing_found_in"})


def holds_all(query: Query, draft: Draft) -> bool:
    """Tell whether a draft holds all there is to tell: nothing of it may be left out."""
    about = query.ask.theme
    of_a_part = query.kind == "list" and query.ask.content in ("problems", "plans")
    of_a_report = query.kind == "overview" and query.ask.content == "report"
    whole = (of_a_report or of_a_part) and not about
    counted = any(
        counts(line) and line.note is not None and line.note.kind != _CHOSEN
        for line in (*draft.before, *draft.lines)
    )
    listed = query.kind == "list" and query.ask.operation == "list"
    return whole or counted or listed or draft.table is not None or query.kind in ("which", "rank")


def reframed(
    draft: Draft, lines: Sequence[Line] = (), names: Mapping[str, str] | None = None
) -> Draft:
    """Return a draft whose notes fit an answer's ``lines``: no count of what the rules had chosen.

    ``names`` are the reports' by id: none that the lines cite is said not to tell, and those that
    the draft does not cite are counted with the others.
    """
    cited = {c.report for line in lines for c in line.cites}
    known = names or {}
    told = {known[report] for report in cited if report in known}
    more = len(cited - {c.report for line in draft.lines for c in line.cites})
    kept = (line for line in draft.before if line.note is None or line.note.kind != _CHOSEN)
    before = [_saying(line, more) for line in kept]
    after = [line for line in (_silent(line, told) for line in draft.after) if line is not None]
    return replace(draft, before=tuple(before), after=tuple(after))


def _saying(line: DraftLine, more: int) -> DraftLine:
    """Count so many more reports in the note of how many tell."""
    if line.note is None or line.note.kind != _SAYING:
        return line
    count = int(str(line.note.values["count"])) + more
    return replace(line, note=Note(_SAYING, {**line.note.values, "count": count}))


def _silent(line: DraftLine, told: Collection[str]) -> DraftLine | None:
    """Take reports that tell out of a note of those that do not; None if none is left."""
    reports = line.note.values.get("reports") if line.note else None
    if line.note is None or line.note.kind not in _ABSENCES or not isinstance(reports, Note):
        return line
    names = reports.values["names"]
    left = tuple(name for name in names if name not in told) if isinstance(names, tuple) else ()
    if not left:
        return None
    count = int(str(reports.values["count"])) - (len(names) - len(left))  # type: ignore[arg-type]
    fewer = Note(reports.kind, {**reports.values, "names": left, "count": count})
    return replace(line, note=Note(line.note.kind, {**line.note.values, "reports": fewer}))


def under_heads(lines: Sequence[Line], heads: Heads) -> tuple[Line, ...]:
    """Return lines each under the name of its report; those of several reports stand together."""
    found: list[Line] = []
    last: tuple[str, ...] | None = None
    for line in lines:
        reports = tuple(dict.fromkeys(c.report for c in line.cites))
        if heads and reports and reports != last and not (last and len(last) > 1 < len(reports)):
            if len(reports) == 1:
                found.append(heads[reports[0]])
            elif last is not None:
                found.append(note("together"))
        found.append(line)
        last = reports or last
    return tuple(found)


def of_others(told: Sequence[Told], lines: Sequence[Line], heads: Heads) -> tuple[Line, ...]:
    """Return what a model tells of reports that an answer's lines say nothing of, under their names."""
    cited = {c.report for line in lines for c in line.cites}
    return under_heads([t for t in told if not cited & {c.report for c in t.cites}], heads)


def united(
    draft: Draft,
    told: Sequence[Told],
    *,
    adds: bool = True,
    asked: str = "",
    until: DraftLine | None = None,
) -> tuple[Line, ...]:
    """Return the draft's lines, the model's in the place of those they say; then what is new.

    Without ``adds`` nothing comes after but in words that say what it is to the question. Where a
    draft only shows where something ``asked`` is told, a line that tells it says enough. Only the
    lines before ``until``, if it is given.
    """
    claims = [line for line in draft.lines if line.kind == "claim"]
    counted = any(map(counts, draft.lines))
    # a lone 二是 says nothing
    listed = counted or sum(bool(head_of(claim.text, ())) for claim in claims) > 1
    lines: list[Line] = []
    said: set[int] = set()  # claims that a line before says as well
    for line in draft.lines:
        if line is until:
            return tuple(lines)
        at = next((i for i, claim in enumerate(claims) if claim is line), -1)
        if at < 0:
            lines.append(line)
            continue
        if at in said:
            continue
        stand_in, met = _stand_in(at, claims, told, draft, asked)
        if stand_in is None:
            lines.append(line)
            continue
        said |= met
        lines.append(_headed(stand_in, head_of(line.text, ()) if listed else ""))
    new = [
        t
        for t in told
        if (adds or is_worded(t)) and not any(meets(t.cites, line.cites) for line in claims)
    ]
    if new:
        lines += [note("also_told"), *sorted(new, key=lambda t: _order(t, draft))]
    return tuple(lines)


def _stand_in(
    at: int, claims: Sequence[DraftLine], told: Sequence[Told], draft: Draft, asked: str
) -> tuple[Told | None, set[int]]:
    """Return what the model says in the place of a claim, and which claims it says.

    Several lines of its own stand together; one line may say several claims without heads.
    """
    worded = [t for t in told if t.way != "inferred"]
    met = {
        i: {n for n, claim in enumerate(claims) if meets(t.cites, claim.cites)}
        for i, t in enumerate(worded)
    }
    # what is quoted out of this claim once more is the same
    same = {n for n, claim in enumerate(claims) if n >= at and _within(claim, claims[at])}
    own = [worded[i] for i, places in met.items() if at in places and places <= same]
    if any(map(is_worded, own)) and _says("；".join(t.text for t in own), claims[at], draft, asked):
        return _joined(own), same
    for i, places in met.items():
        if len(places) < 2 or min(places) != at or not is_worded(worded[i]):
            continue
        if all(
            not head_of(claims[n].text, ()) and _says(worded[i].text, claims[n], draft, asked)
            for n in places
        ):
            return worded[i], places
    return None, set()


def _within(claim: DraftLine, other: DraftLine) -> bool:
    return claim is other or all(
        any(c.report == o.report and o.start <= c.start and c.end <= o.end for o in other.cites)
        for c in claim.cites
    )


def _joined(told: Sequence[Told]) -> Told:
    """Return lines as one, each without the number and the full stop that it had alone."""
    if len(told) == 1:
        return told[0]
    text = "；".join(without_number(t.text).rstrip("。；;.") for t in told)
    cites = tuple(dict.fromkeys(c for t in told for c in t.cites))
    return Told(text, cites, told[0].way)


def completed(draft: Draft, told: Sequence[Told], *, every: bool = False) -> tuple[Line, ...]:
    """Return the model's lines, and after them what they leave out of the draft.

    That is its lines whose figures they do not say, and where ``every`` report is asked, those of
    reports that they do not cite.
    A line of the model's about such a line is not said beside it once more, unless it answers
    with other figures.
    """
    said = [figure for t in told for figure in find_quantities(t.text)]
    missing = [f for f in draft.figures if not any(same_number(f, q) for q in said)]
    cited = {c.report for t in told for c in t.cites}
    claims = [line for line in draft.lines if line.kind == "claim"]
    of_others = [line for line in claims if not cited & {c.report for c in line.cites}]
    kept = [
        line
        for line in claims
        if line not in of_others
        and any(same_number(f, q) for f in missing for q in find_quantities(line.text))
    ]

    def other(line: Told) -> bool:
        mine = find_quantities(line.text)
        return bool(mine) and not any(same_number(f, q) for f in draft.figures for q in mine)

    shown = (t for t in told if other(t) or not any(meets(t.cites, k.cites) for k in kept))
    return (*shown, *kept, *(of_others if every else ()))


def _says(text: str, line: DraftLine, draft: Draft, asked: str) -> bool:
    """Tell whether words say an official line: a short one whole, of a long one what is asked.

    The official words stand under the citation; of a long line its figures may be left there,
    but not those that answer.
    """
    said = find_quantities(text)
    official = level(without_number(line.text))
    long = len(official) > LONG_CHARS
    figures = find_quantities(line.text)
    if long or draft.figures:
        figures = tuple(f for f in figures if any(same_number(f, asked) for asked in draft.figures))
    if not all(any(same_number(f, q) for q in said) for f in figures):
        return False
    if draft.figures or (long and not head_of(line.text, ())):
        return True  # no item of a list: what is asked may be a part of it
    own = pairs_of(official)
    if (wanted := own & pairs_of(level(asked))) and wanted <= pairs_of(level(text)):
        return True
    return len(own & pairs_of(level(text))) >= (KEPT_OF_LONG if long else KEPT) * len(own)


def _headed(told: Told, head: str) -> Told:
    """Return a line under the number that the official one has in its list."""
    if not head:
        return told
    return Told(head + without_number(told.text), told.cites, told.way)


def _order(told: Told, draft: Draft) -> tuple[int, int]:
    """Return the place of a line: its report's in the draft, then that in the text."""
    reports = list(dict.fromkeys(c.report for line in draft.lines for c in line.cites))
    first = told.cites[0]
    return (reports.index(first.report) if first.report in reports else len(reports), first.start)


def is_worded(line: Line) -> bool:
    """Tell whether a line is in a model's words."""
    return isinstance(line, Told) and line.way != "quoted"
