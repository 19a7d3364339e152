"""The documents a report says were issued: every 《…》 that a verb of issuing governs."""

from __future__ import annotations

import re

from bot.evidence.drafting import Desk, Draft, claim
from bot.notes import note
from bot.values import Cited
from retrieval.documents import Report, Span, meet

_TITLE = "《[^《》]{2,80}》"
_ISSUED = re.compile(
    "(?:印发|出台|制定|制发|编制|下发|修订|发布|公布|审议通过)(?:(?!落实|贯彻|根据|按照|依据|执行)[^。；;《]){0,24}"
    f"{_TITLE}(?:[^。；;《》]{{0,3}}{_TITLE})*"
)


def issued(desk: Desk, report: Report) -> Draft | None:
    """List the issued documents, each act a claim; None where the report names none."""
    spans: list[Span] = []
    titles: dict[str, None] = {}
    for line in desk.reading(report).lines:
        if line.role in ("plans", "problems"):
            continue
        for act in _ISSUED.finditer(report.text, line.span.start, line.span.end):
            within = [c.span for c in line.clauses if meet(c.span, *act.span())]
            if within:
                spans.append(Span(within[0].start, within[-1].end))
                titles |= dict.fromkeys(re.findall(_TITLE, act[0]))
    if not spans:
        return None
    cites = tuple(Cited(report.id, span.start, span.end) for span in spans)
    return Draft(
        tuple(claim(report, span) for span in spans),
        before=(note("documents_counted", count=len(titles)),),
        items=cites,
        focus=cites,
    )
