"""What the asks of one message come to together, and what the next message inherits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.evidence.drafting import Draft
from bot.evidence.selection import wants_figure
from bot.evidence.units import unit_fit
from bot.notes import Note, corrects, counts, note
from bot.synthesis import Attempt
from bot.values import Answer, DraftLine, Status
from retrieval.documents import Hit
from retrieval.genre.quantities import find_quantities
from retrieval.question.query import Briefed, Query, State
from retrieval.question.request import Ask, Request
from retrieval.question.scope import Resolved
from retrieval.text.normalise import fold

Heading = Callable[[str], DraftLine]


@dataclass(frozen=True, slots=True)
class Answered:
    """One ask on its way: its query, scope and hits, what was written and by whom."""

    query: Query
    scope: Resolved
    hits: Sequence[Hit]
    draft: Draft
    attempt: Attempt
    paragraph: bool = False


def _stands_in(line: DraftLine, shown: Sequence[DraftLine]) -> bool:
    """Tell whether a claim's words stand in one already shown, cited from there."""
    return line.kind == "claim" and any(
        fold(line.text).rstrip("。") in fold(other.text)
        and all(
            any(c.report == o.report and o.start <= c.start < c.end <= o.end for o in other.cites)
            for c in line.cites
        )
        for other in shown
    )


def _not_among(lines: Sequence[DraftLine], shown: Sequence[DraftLine]) -> list[DraftLine]:
    """Return the lines that do not stand in those already shown, and no head over nothing."""
    kept: list[DraftLine] = []
    told = True  # whether the claims below are still to be shown
    for at, line in reversed([*enumerate(lines)]):
        if line.kind == "claim":
            last = at + 1 == len(lines) or lines[at + 1].kind != "claim"
            fresh = not _stands_in(line, shown)
            told = fresh or (told and not last)
            kept += [line] if fresh else []
        elif _is_head(line):
            under = kept[-1] if kept else None
            ends = under is None or _names_a_report(under) or not _names_a_report(line)
            if not (ends and (under is None or _is_head(under))):
                kept.append(line)
        elif told:
            kept.append(line)
    return kept[::-1]


def _in_wider(shown: list[DraftLine], lines: Sequence[DraftLine]) -> list[DraftLine]:
    """Put each claim that holds one told before in that one's place; return the others."""
    left = []
    for line in lines:
        narrower = [i for i, told in enumerate(shown) if _stands_in(told, [line])]
        if len(narrower) == 1:
            shown[narrower[0]] = line
        else:
            left.append(line)
    return left


def _is_head(line: DraftLine) -> bool:
    return line.note is not None and line.note.kind == "heads"


def _is_told_beside(one: Answered, answered: Sequence[Answered]) -> bool:
    """Tell whether a part that found nothing only asks for a figure of what another part tells.

    It names nothing of its own (占几个百分点), is asked of the same reports, and a figure like the one
    it wants stands there.
    """
    query = one.query
    nothing = one.draft.status == "abstained" and not one.scope.missing
    if not nothing or query.ask.theme or not wants_figure(query):
        return False
    return any(
        unit_fit(query.unit, figure.unit) != "other"
        for other in answered
        if other.draft.status == "answered" and other.scope.reports == one.scope.reports
        for line in other.draft.lines
        if line.kind == "claim"
        for figure in find_quantities(fold(line.text))
    )


def _headed(
    part: Sequence[DraftLine], told: Sequence[DraftLine], several: bool, head: Heading
) -> list[DraftLine]:
    """Return a part's lines under the name of its report, where ``several`` are told of.

    ``told`` are the lines before it: under a report's name there nothing of another may stand.
    """
    reports = {cite.report for line in part for cite in line.cites}
    if not reports or any(map(_names_a_report, part)):
        return list(part)
    if len(reports) == 1 and (several or any(map(_names_a_report, told))):
        return [head(reports.pop()), *part]
    return [note("together"), *part] if any(map(_names_a_report, told)) else list(part)


def _names_a_report(line: DraftLine) -> bool:
    return _is_head(line) and line.note is not None and "report" in line.note.values


def joined(answered: Sequence[Answered], question: str, head: Heading) -> Answered:
    """Put the drafts of several asks one after another, what was shown once; one stays as it is.

    ``head`` makes the line that names a report.
    """
    if len(answered) == 1:
        return answered[0]
    kept = [one for one in answered if not _is_told_beside(one, answered)]
    cited = {cite.report for one in answered for line in one.draft.lines for cite in line.cites}
    several = len(cited) > 1
    lines: list[DraftLine] = []
    missing: list[Note] = []
    shown: list[DraftLine] = []
    for one in kept:
        missing += one.scope.missing
        claims = [line for line in one.draft.lines if line.kind == "claim"]
        told_before = bool(claims) and all(_stands_in(c, shown) for c in claims)
        if one.draft.status == "answered" and told_before and not one.draft.before:
            continue  # 调了多少、成功率多少 stand in one sentence
        fresh = [] if told_before else _not_among(one.draft.lines, shown)
        if any(map(corrects, one.draft.before)):
            fresh = fresh or claims  # a correction stands over the words that correct
        elif one.draft.paired and fresh:
            fresh = [*one.draft.lines]
        elif one.draft.status == "answered" and all(line.kind == "claim" for line in fresh):
            fresh = _in_wider(lines, fresh)
        if one.draft.status == "abstained":
            silent_on = dict.fromkeys((*one.scope.missing, *one.draft.gap))
            told = [note("sentence", what=gap) for gap in silent_on]
            lines += [line for line in told if line not in lines]
            near = [line for line in fresh if line.kind == "claim"]
            if near:
                told = [*(one.draft.before or [note("nearest")]), *near]
                lines += _headed(told, lines, several, head)
                shown += near
        else:
            shown += claims
            # of a list told in part before, its count is not that of what is left to tell
            partly = len(fresh) < len(one.draft.lines)
            before = [
                ln for ln in one.draft.before if ln not in lines and not (partly and counts(ln))
            ]
            lines += _headed([*before, *fresh, *one.draft.after], lines, several, head)
    answered_any = any(one.draft.status == "answered" for one in answered)
    status: Status = "answered" if answered_any else answered[0].draft.status
    gaps = [gap for one in kept for gap in one.draft.gap]
    reports = dict.fromkeys(r for one in answered for r in one.scope.reports)
    nearby = dict.fromkeys(r for one in answered for r in one.scope.nearby)
    return Answered(
        replace(answered[0].query, question=question),
        Resolved(tuple(reports), () if answered_any else tuple(missing), tuple(nearby)),
        answered[0].hits,
        Draft(
            tuple(lines),
            status,
            tuple(gaps),
            answered[-1].draft.items,
            answered[-1].draft.focus,
            figures=tuple(f for one in answered for f in one.draft.figures),
        ),
        Attempt(),
    )


def next_state(
    request: Request,
    asks: tuple[Ask, ...],
    answered: Sequence[Answered],
    state: State,
    answer: Answer,
) -> State:
    """Return what the next question inherits; a message that asked nothing leaves it as it was."""
    if request.act == "undo":
        return replace(state, asks=(), items=(), focus=())
    if not asks or request.act == "source":
        return state
    last = answered[-1]
    query, draft = last.query, last.draft
    themed = any(t.tag == "theme" for t in request.tags)
    says_something = themed if query.inherited else bool(query.places or query.ambiguous)
    if last.draft.status != "answered" and not says_something and state.asks:
        return state  # a turn that was refused and said nothing of its own changes nothing
    items = tuple((c.report, c.start, c.end) for c in draft.items)
    focus = tuple((c.report, c.start, c.end) for c in draft.focus)
    held = query.inherited or request.act in ("item", "rework")
    return State(
        places=query.places,
        issuers=query.issuers,
        years=query.years,
        role=query.role,
        topic=query.topic or state.topic,
        recent=(*(p for p in state.recent if p not in query.places), *query.places)[-8:],
        items=items or (state.items if held else ()),
        focus=focus or (state.focus if held else ()),
        briefed=_briefed(answer) if answer.paragraph else state.briefed,
        # the list that an item was taken from stays what 那云城呢 repeats
        asks=state.asks if request.act == "item" and query.item is not None else asks,
    )


def _briefed(answer: Answer) -> Briefed:
    told = tuple((c.report, c.start, c.end) for c in answer.citations)
    return Briefed(answer.question, answer.scope.reports, told)
