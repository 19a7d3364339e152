"""The documents a report says were issued: every 《…》 that a verb of issuing governs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.evidence.drafting import Desk, Draft, claim
from bot.evidence.reading import Line
from bot.evidence.selection import weigh
from bot.notes import note
from bot.values import Cited
from retrieval.documents import Report, Span
from retrieval.question.terms import content_terms, is_theme

_VERB = re.compile(
    "印发|出台|制定|制发|编印|编制|下发|修订|审议通过|通过了?(?=[“《])|发布(?=[《“])|公布(?=《)"
)
_BETWEEN = re.compile("落实|贯彻|根据|按照|依据|对照|学习|执行|遵循")
_TITLE = re.compile("《[^《》]{2,80}》")
_JOINS = re.compile("(?:等[^，,。；;《]{0,12})?(?:[、和及与]|以及|并|,|，)?(?:印发|制定|出台)?")
_ASKED_NOUN = re.compile("办法|方案|规定|意见|通知|规则|细则|指南|要点|清单|目录|手册")
_ASKING = re.compile(
    "出台|印发|制定|制发|编印|编制|下发|发布|公布|通过|发了|文件名?|制度|办法|方案|规定|意见|通知|规则|细则|指南|要点|清单|目录|手册|哪些|什么|哪几个?|几个|几份|多少|列出|所有|[（()）、，,]"
)
MAX_GAP, MAX_TITLE = 24, 82
ENOUGH_THEME = 0.6


@dataclass(frozen=True, slots=True)
class Issue:
    """One act of issuing: the words to cite and the titles in them."""

    line: Line
    span: Span
    titles: tuple[str, ...]


def issued(desk: Desk, report: Report) -> Draft | None:
    """List the issued documents, each act a claim; None where the report names none on the theme.

    A theme in the question narrows the list to the sentences and headings that speak of it, a
    kind of document (通知、意见) to the titles that end in it.
    """
    found = [
        issue
        for line in desk.reading(report).lines
        if line.role not in ("plans", "problems") or desk.query.role == line.role
        for issue in _issues(report, line)
    ]
    found = _on_theme(desk, report, found)
    nouns = set(_ASKED_NOUN.findall(desk.query.topic))
    if nouns and "文件" not in desk.query.topic and "制度" not in desk.query.topic:
        found = [i for i in found if any(_ends_in(t, nouns) for t in i.titles)]
    if not found:
        return None
    titles = list(dict.fromkeys(t for issue in found for t in issue.titles))
    cites = tuple(Cited(report.id, i.span.start, i.span.end) for i in found)
    return Draft(
        tuple(claim(report, i.span) for i in found),
        before=(note("documents_counted", count=len(titles)),),
        items=cites,
        focus=cites,
    )


def _issues(report: Report, line: Line) -> list[Issue]:
    """Return the acts of issuing in a sentence, each from its verb's clause to its last title."""
    text = report.text
    found: list[Issue] = []
    at = line.span.start
    for verb in _VERB.finditer(text, line.span.start, line.span.end):
        if verb.start() < at:
            continue
        reach = min(line.span.end, verb.end() + MAX_GAP + MAX_TITLE)
        title = _TITLE.search(text, verb.end(), reach)
        if title is None:
            continue
        gap = text[verb.end() : title.start()]
        if len(gap) > MAX_GAP or re.search("[。；;]", gap) or _BETWEEN.search(gap):
            continue
        titles, end = [title.group()], title.end()
        while True:
            joint = _JOINS.match(text, end, line.span.end)
            further = _TITLE.match(text, joint.end()) if joint else None
            if further is None:
                break
            titles.append(further.group())
            end = further.end()
        last = next((c.span.end for c in line.clauses if c.span.start < end <= c.span.end), end)
        first = max((c.span.start for c in line.clauses if c.span.start <= verb.start()), default=0)
        found.append(Issue(line, Span(first, last), tuple(titles)))
        at = end
    return found


def _on_theme(desk: Desk, report: Report, found: list[Issue]) -> list[Issue]:
    themes = [t for t in content_terms(_ASKING.sub(" ", desk.query.topic)) if is_theme(t)]
    weighted = weigh(themes, desk.reading(report))
    total = sum(w for _, w in weighted)
    if not total:
        return found
    kept = []
    for issue in found:
        words = f"{issue.line.folded} {issue.line.lead} {issue.line.path}"
        if sum(w * t.match(words) for t, w in weighted) / total >= ENOUGH_THEME:
            kept.append(issue)
    return kept


def _ends_in(title: str, nouns: set[str]) -> bool:
    words = re.sub("[（(][^）)]*[）)]", "", title.strip("《》"))
    return any(words.endswith(noun) for noun in nouns)
