"""What is said to messages that ask nothing of the reports, or ask about the last answer itself."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.remarks import EMPTY, greeting
from bot.evidence.drafting import Draft, claim, note
from bot.labels import full_name
from retrieval.documents import Span
from retrieval.library.library import Library
from retrieval.question.query import State
from retrieval.question.request import Request
from retrieval.text.normalise import fold

THANKED = "不客气，还想了解哪份报告，请接着问。"
THANKED_EN = "You are welcome. Ask about any report at any time."
UNDONE = "好的，前面的先放下，请重新问。"
UNDONE_EN = "All right, that is put aside. Please ask anew."
OFF = "这个问题不在年度报告所写的范围内，我只回答已入库报告里的内容。可以这样问："
OFF_EN = "Annual reports do not tell that; I only answer from the reports held. For example:"
NOTHING_BEFORE = "前面还没有可以接着改的回答，请先提一个问题。"
NOTHING_BEFORE_EN = "There is no answer yet to work on. Please ask a question first."
_THANKS = ("谢", "感谢", "thank", "多谢", "辛苦", "不错", "好用", "厉害", "棒", "good", "great")


def reply(request: Request, library: Library, state: State, *, english: bool) -> Draft | None:
    """Return the draft for a message that needs no search; None for one that does."""
    if not request.question.strip(" \t?？!！。,，.、"):
        return Draft((note(EMPTY),), status="clarify")
    if request.act == "chat":
        plain = fold(request.question)
        if any(word in plain for word in _THANKS):
            return Draft((note(THANKED_EN if english else THANKED),), status="clarify")
        return Draft(tuple(greeting(library, english=english)), status="clarify")
    if request.act == "undo":
        return Draft((note(UNDONE_EN if english else UNDONE),), status="clarify")
    if request.act == "off":
        first, *examples = greeting(library, english=english)
        del first
        return Draft((note(OFF_EN if english else OFF), *examples), status="abstained")
    if request.act == "source" and state.focus + state.items:
        return sources(library, state.items or state.focus)
    if request.act in ("rework", "source", "same", "item") and not state.asks:
        named = any(ask.places or ask.years for ask in request.asks)
        if request.act not in ("same", "item") or not named:
            return Draft(
                (note(NOTHING_BEFORE_EN if english else NOTHING_BEFORE),), status="clarify"
            )
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
            published = f"，{report.meta.published}发布" if report.meta.published else ""
            title = f"《{report.meta.title}》" if report.meta.title else ""
            issuer = report.meta.issuer or full_name(report.meta)
            lines.append(note(f"出自{issuer}{title}{published}，原文："))
        lines.append(claim(report, Span(start, end)))
    if not lines:
        return Draft((note(NOTHING_BEFORE),), status="clarify")
    return Draft(tuple(lines), focus=(), items=())
