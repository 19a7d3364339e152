"""What is said to messages that ask nothing of the reports, or ask about the last answer itself."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.remarks import examples, greeting, nothing_asked
from bot.evidence.drafting import Draft, claim
from bot.labels import full_name
from bot.notes import note
from retrieval.documents import Span
from retrieval.library.library import Library
from retrieval.question.query import State
from retrieval.question.request import Request
from retrieval.text.normalise import fold

_THANKS = ("谢", "感谢", "thank", "多谢", "辛苦", "不错", "好用", "厉害", "棒", "good", "great")


def reply(request: Request, library: Library, state: State) -> Draft | None:
    """Return the draft for a message that needs no search; None for one that does."""
    if not request.question.strip(" \t?？!！。,，.、"):
        return nothing_asked()
    if request.act == "chat":
        plain = fold(request.question)
        if any(word in plain for word in _THANKS):
            return Draft((note("thanked"),), status="clarify", answerer="thanks")
        return greeting(library)
    if request.act == "undo":
        return Draft((note("undone"),), status="clarify", answerer="undo")
    if request.act == "off":
        lines = (note("off_topic"), *examples(library))
        return Draft(lines, status="abstained", answerer="off_topic")
    if request.act == "source" and state.focus + state.items:
        return sources(library, state.items or state.focus)
    if request.act in ("rework", "source", "same", "item") and not state.asks:
        named = any(ask.places or ask.years for ask in request.asks)
        if request.act not in ("same", "item") or not named:
            return Draft((note("nothing_before"),), status="clarify", answerer="nothing_before")
    return None


def sources(library: Library, spans: Sequence[tuple[str, int, int]]) -> Draft:
    """Show the words the last answer rested on, under the report each stands in."""
    held = {summary.id for summary in library.reports()}
    lines, shown = [], ""
    for report_id, start, end in spans:
        if report_id not in held:
            continue
        report = library.report(report_id)
        if report_id != shown:
            shown = report_id
            meta = report.meta
            issuer = meta.issuer or full_name(meta)
            kind = "source_of" if meta.published else "source_undated"
            dated = {"published": meta.published} if meta.published else {}
            lines.append(note(kind, issuer=issuer, title=meta.title, **dated))
        lines.append(claim(report, Span(start, end)))
    if not lines:
        return Draft((note("nothing_before"),), status="clarify")
    return Draft(tuple(lines), answerer="sources")
