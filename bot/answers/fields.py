"""What a page says of itself (who issued it, when), cited where it stands, or said to be absent."""

from __future__ import annotations

import re

from bot.evidence.drafting import Draft, claim
from bot.notes import Note
from retrieval.documents import Report, Span
from retrieval.question.asking import Field

_DATED = re.compile(
    r"(?:(?:公开|发布|成文|生成|发文|印发)?(?:日期|时间)|发布于)[:：]?\s{0,4}(20\d\d)[-年./](\d{1,2})[-月./](\d{1,2})日?|^(20\d\d)年(\d{1,2})月(\d{1,2})日\s*$",
    re.MULTILINE,
)
_ISSUED_BY = re.compile(
    r"(?:发布|发文|公开|制定|编制|信息)(?:机构|机关|单位|主体|部门)[:：]?[ \t\u3000]{0,4}([\u4e00-\u9fff]{4,30})"
)


def field_answer(name: Field, report: Report) -> Draft:
    """Answer from the page's own fields; abstains where the page leaves the field out."""
    span = _span(name, report)
    if span is None:
        gap = Note("field_absent", {"title": report.meta.title, "field": Note(f"field.{name}")})
        return Draft(status="abstained", gap=(gap,))
    return Draft((claim(report, span),))


def _span(name: Field, report: Report) -> Span | None:
    if name == "published":
        for match in _DATED.finditer(report.text):
            if _iso(match) == report.meta.published:
                return Span(match.start(), match.end())
        return None
    if name == "issuer":
        stated = _ISSUED_BY.search(report.text)
        if stated:
            return Span(stated.start(), stated.end())
        if report.meta.found.get("issuer") == "inferred":
            return None
    value = {
        "issuer": report.meta.issuer,
        "title": report.meta.title,
        "document_number": report.meta.document_number,
    }[name]
    at = report.text.find(value) if value else -1
    return Span(at, at + len(value or "")) if at >= 0 else None


def _iso(match: re.Match[str]) -> str:
    year, month, day = [g for g in match.groups() if g]
    return f"{year}-{int(month):02d}-{int(day):02d}"
