"""What a question takes for granted, held against the report whoever answers: a fact or a list."""

from __future__ import annotations

from dataclasses import replace

from bot.evidence.binding import asserted_figures
from bot.evidence.drafting import Desk, Draft, claim
from bot.evidence.extent import judge_extent
from bot.evidence.likely import ordered
from bot.evidence.premises import judge_premises, stands_in
from bot.notes import CORRECTING, Note
from bot.values import DraftLine
from retrieval.documents import Report
from retrieval.genre.quantities import Quantity
from retrieval.text.normalise import normalise

_ENOUGH_FOUND = 3
_JUDGED = CORRECTING | {"rate_again", "confirmed"}
_VAGUE = {"not_so_found"}  # what a correction says better


def premised(desk: Desk, draft: Draft) -> Draft:
    """Return a draft with the correction of what the question gets wrong before it, if anything.

    Only answers from one report that correct nothing yet; a figure that stands otherwise comes
    with the words in which it stands.
    """
    if draft.status != "answered" or desk.only_years:
        return draft
    if len(desk.scope) > 1 or len(desk.reports) != 1:  # a large scope stays unopened
        return draft
    if any(line.note is not None and line.note.kind in _JUDGED for line in draft.before):
        return draft
    report = desk.reports[0]
    if desk.query.figures and desk.query.kind != "fact":
        reading = desk.reading(report)
        query = replace(desk.query, role=None, kind="fact")
        known, near = desk.ledger(report.id), desk.near(report.id)
        found = ordered(query, reading, reading.lines, known, near, _ENOUGH_FOUND)
        judged = judge_premises(query, found, report)
        kinds = {line.note.kind for line in judged.notes if line.note is not None}
        if judged.corrects and not (kinds == {"no_such_figure"} and _lacking(desk, report) == ()):
            held = [cite for line in draft.lines for cite in line.cites]
            more = [
                s
                for s in judged.extra
                if not any(c.start <= s.start and s.end <= c.end for c in held)
            ]
            lines = (*(claim(report, span) for span in more), *draft.lines)
            return replace(draft, lines=lines, before=(*judged.notes, *draft.before))
    cited = [line.text for line in draft.lines if line.kind == "claim"]
    told = None
    shared = any(line.note is not None and line.note.kind == "share" for line in draft.before)
    # 占全部的几成 presumes nothing of all, nor does an order of a text: 没时间看全文
    if not shared and desk.query.ask.operation not in ("overview", "brief"):
        told = judge_extent(
            normalise(desk.query.topic), desk.query.terms, cited, figured=bool(draft.figures)
        )
    if told is None and desk.query.ask.claims and (lacking := _lacking(desk, report)):
        told = Note("no_such_figure", {"asked": "、".join(q.text for q in lacking)})
    if told is None:
        return draft
    before = [line for line in draft.before if line.note is None or line.note.kind not in _VAGUE]
    return replace(draft, before=(DraftLine("", "note", note=told), *before))


def _lacking(desk: Desk, report: Report) -> tuple[Quantity, ...]:
    """Return the figures that a question says stand so (no bound: 超过70%) and that stand nowhere in a report."""
    bounds = {a.quantity for a in asserted_figures(desk.query) if a.relation != "equal"}
    figures = (f for f in desk.query.figures if f not in bounds)
    return tuple(f for f in figures if not stands_in(f, desk.reading(report)))
