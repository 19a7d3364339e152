"""What a briefing had no room for, said when asked: by part, each with the words of the report.

What is left out is reckoned against the spans a paragraph cites, so it is the same whoever
worded the paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from bot.briefing.briefing_pieces import Piece, Pools, one_a_sentence, says_little
from bot.evidence import listing
from bot.evidence.drafting import Draft
from bot.evidence.whole_clauses import bare_start, typeset
from bot.labels import Names
from bot.notes import Note, note, words
from bot.values import Answer, Cited, DraftLine
from retrieval.documents import NoteValue, Report, Section, Span
from retrieval.text.normalise import normalise

Kind = Literal["sections", "figures", "problems", "plans", "theme"]
MAX_FIGURES = 8
MAX_ON_THEME = 12
_WHAT = "(?:什么|哪些|哪几|啥|多少|别的|其他)"
_KEPT_OUT = "(?:没有?|未能?)(?:能)?(?:写|放|编|收|纳|体现|反映)"
_DROPPED = "(?:省略|略去|删去|删掉|漏掉|漏了|遗漏)"
_ASKS = re.compile(
    f"{_WHAT}.{{0,8}}{_KEPT_OUT}|{_KEPT_OUT}(?:进|入|到)?(?:去|来|简报)?的?.{{0,4}}{_WHAT}|"
    f"{_DROPPED}了?.{{0,4}}{_WHAT}|{_WHAT}.{{0,8}}(?:被|给)?{_DROPPED}|"
    r"\bleft out\b|\bleave out\b|\bomit(?:ted)?\b"
)
_MOST_WORDS = 40  # a longer question asks for more than this


@dataclass(frozen=True, slots=True)
class Omission:
    """One thing a report says and a briefing on it does not."""

    kind: Kind
    text: str
    cite: Cited


def asked(question: str) -> bool:
    """Tell whether a question asks what the last briefing left out."""
    plain = normalise(question)
    return len(plain) <= _MOST_WORDS and bool(_ASKS.search(plain))


def omissions(
    report: Report, pool: Pools, told: Iterable[Cited], *, whole: bool
) -> tuple[Omission, ...]:
    """Return what of ``pool`` a paragraph that cites ``told`` leaves out.

    Of a ``whole`` report: the sections of its measures of which nothing is told, its main
    figures, each problem and plan. Of a theme: the sentences that speak of it.
    """
    spans = [(c.start, c.end) for c in told if c.report == report.id]
    if not whole:
        told_of: tuple[tuple[Kind, Sequence[Piece]], ...] = (
            ("theme", (*pool["overall"], *pool["measures"])),
            ("problems", pool["problems"]),
            ("plans", pool["plans"]),
        )
        return tuple(
            _of_piece(kind, report, piece)
            for kind, pieces in told_of
            for piece in one_a_sentence(
                [p for p in pieces if not _met(p.span, spans) and not says_little(p)], MAX_ON_THEME
            )
        )
    figures = [p for p in pool["measures"] if p.names and p.value > 0 and not _met(p.span, spans)]
    return (
        *(_untold_sections(report, spans) if pool["measures"] else ()),
        *(_of_piece("figures", report, p) for p in one_a_sentence(figures, MAX_FIGURES)),
        *_untold_items(report, pool, spans, "problems"),
        *_untold_items(report, pool, spans, "plans"),
    )


def to_draft(found: Sequence[tuple[Report, Sequence[Omission]]]) -> Draft:
    """Return the omissions as lines, each part of each report under its name and number."""
    names = Names(report.meta for report, _ in found)
    lines: list[DraftLine] = []
    for report, left in found:
        for kind, group in groupby(left, key=lambda o: o.kind):
            same = list(group)
            values: dict[str, NoteValue] = {"report": names.report(report.meta), "count": len(same)}
            lines.append(note("heads", what=Note(f"left_out.{kind}", values)))
            lines += [DraftLine(o.text, "claim", (o.cite,)) for o in same]
    if not lines:
        return Draft((note("nothing_left_out"),))
    return Draft(tuple(lines))


def to_json(answer: Answer) -> list[dict[str, Any]]:
    """Return the checked omissions as plain values: the part, the words and where they stand."""
    by_number = {c.n: c for c in answer.citations}
    part, found = "", []
    for sentence in answer.sentences:
        if sentence.kind == "note":
            what = sentence.note.values.get("what") if sentence.note else None
            part = words(what) if isinstance(what, Note) else ""
            continue
        for n in sentence.citations:
            c = by_number[n]
            place = {"report": c.report, "start": c.start, "end": c.end, "quote": c.quote}
            found.append({"part": part, "text": sentence.text, **place})
    return found


def _untold_sections(report: Report, told: Sequence[tuple[int, int]]) -> list[Omission]:
    found = []
    headings = [
        s
        for s in report.sections
        if s.kind == "heading" and len(s.node) == 2 and s.role in ("measures", "leadership")
    ]
    for heading in headings:
        under = [s for s in report.sections if s.node[:2] == heading.node]
        start, end = under[0].start, max(s.end for s in under)
        if not _met(Span(start, end), told) and (made := _of_heading(report, heading)):
            found.append(made)
    return found


def _of_heading(report: Report, heading: Section) -> Omission | None:
    start = bare_start(report.text, Span(heading.start, heading.end))
    title = report.text[start : heading.end].rstrip("。，,；;：: \u3000\n\r\t")
    if len(title) < 5:
        return None
    return Omission("sections", typeset(title), Cited(report.id, start, start + len(title)))


def _untold_items(
    report: Report, pool: Pools, told: Sequence[tuple[int, int]], role: Literal["problems", "plans"]
) -> list[Omission]:
    found = []
    for number, item in enumerate(listing.role_items(report, role)):
        forms = [p for p in pool[role] if p.item == number]
        if forms and not _met(item.span, told):
            found.append(_of_piece(role, report, forms[0]))
    return found


def _of_piece(kind: Kind, report: Report, piece: Piece) -> Omission:
    return Omission(kind, piece.text, Cited(report.id, piece.span.start, piece.span.end))


def _met(span: Span, told: Sequence[tuple[int, int]]) -> bool:
    return any(start < span.end and span.start < end for start, end in told)
