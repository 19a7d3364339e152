"""The extractive writer: answers in the reports' own words, chosen and ordered by code.

What it writes are claims, each a span of a report cited whole, and notes, which code
computed (labels, counts, what is missing). It never rephrases, so it needs no trust; it
also writes when no model can be had.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot import listing
from bot.answers import Cited, DraftLine, Status
from bot.reading import Line, Reading, read, section_words
from bot.selection import Evidence, KnownFact, select, weigh
from retrieval.documents import Hit, Report, Role, Section, Span
from retrieval.normalise import fold
from retrieval.quantities import Quantity, canonical, same_value
from retrieval.query import Field, Query, State, parts
from retrieval.terms import Term, content_terms, is_theme, is_topical

# The least weighted share of a question's terms that an answer's words must hold.
ENOUGH = 0.56
ENOUGH_THEME = 0.6
MAX_LINES_PER_LIST = 12
MAX_REPORTS_PER_ANSWER = 40
ROLE_NAMES: Mapping[Role, str] = {
    "leadership": "履行第一责任人职责",
    "measures": "举措和成效",
    "problems": "存在问题",
    "causes": "原因",
    "plans": "下一步计划",
    "preamble": "总体情况",
    "other": "其他",
    "furniture": "网页附属文字",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer proposes: lines, and what a follow-up may refer to (items, focus).

    ``gap`` says in words what was looked for and not found, when nothing or not all was.
    """

    lines: tuple[DraftLine, ...] = ()
    status: Status = "answered"
    gap: tuple[str, ...] = ()
    items: tuple[Cited, ...] = ()
    focus: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What the writer has before it: the query, its scope's reports and the hits in them."""

    query: Query
    reports: tuple[Report, ...]
    hits: Sequence[Hit]
    state: State = field(default_factory=State)
    ledger: Callable[[str], Sequence[KnownFact]] = lambda report: ()
    only_years: tuple[int, ...] = ()

    def reading(self, report: Report) -> Reading:
        """Return the prepared sentences of a report."""
        return read(report)

    def boosts(self, report: Report) -> dict[int, float]:
        """Return a small bonus by line start: dense rank, and nearness to the last focus."""
        bonus: dict[int, float] = {}
        lines = self.reading(report).lines
        for hit in self.hits:
            chunk = hit.chunk
            if chunk.report == report.id and hit.dense_rank and hit.dense_rank <= 12:
                for line in lines:
                    if line.span.start < chunk.end and chunk.start < line.span.end:
                        gain = 0.12 * (1 - (hit.dense_rank - 1) / 12)
                        bonus[line.span.start] = max(bonus.get(line.span.start, 0.0), gain)
        if self.query.inherited and (self.query.carried or len(self.query.terms) <= 2):
            for report_id, start, end in self.state.focus:
                near = [
                    ln
                    for ln in lines
                    if report_id == report.id and ln.span.start < end and start < ln.span.end
                ]
                for line in near:
                    bonus[line.span.start] = bonus.get(line.span.start, 0.0) + 0.25
        return bonus


def write(desk: Desk) -> Draft:
    """Return the draft for a query, by its kind; an abstaining draft where the reports are silent."""
    if desk.query.field and desk.query.kind in ("fact", "list") and len(desk.reports) == 1:
        told = _field(desk.query.field, desk.reports[0])
        if told:
            return told
    return _WRITERS[desk.query.kind](desk)


def _field(name: Field, report: Report) -> Draft | None:
    """Answer from the page's own fields (date of publication, issuer …), where they can be cited."""
    if name == "published":
        for match in _DATED_FIELD.finditer(report.text):
            if _iso(match) == report.meta.published:
                return Draft((_claim(report, Span(match.start(), match.end())),))
        return None
    value = {"issuer": report.meta.issuer, "title": report.meta.title, "document_number": report.meta.document_number}[name]
    at = report.text.find(value) if value else -1
    return Draft((_claim(report, Span(at, at + len(value or ""))),)) if at >= 0 else None


_DATED_FIELD = re.compile(
    r"(?:(?:公开|发布|成文|生成|发文|印发)?(?:日期|时间)|发布于)[:：]?\s{0,4}(20\d\d)[-年./](\d{1,2})[-月./](\d{1,2})日?|^(20\d\d)年(\d{1,2})月(\d{1,2})日\s*$",
    re.MULTILINE,
)


def _iso(match: re.Match[str]) -> str:
    year, month, day = [g for g in match.groups() if g]
    return f"{year}-{int(month):02d}-{int(day):02d}"


# ---- one fact ---------------------------------------------------------------------------


def _fact(desk: Desk) -> Draft:
    if len(desk.reports) != 1:
        return _per_report(desk)
    found = _answer_in(desk, desk.reports[0])
    if not found:
        return _silent(desk)
    lines = _premise_notes(desk.query, found, desk.reports[0])
    if len(found) == 2 and found[0].named and found[1].named and len(parts(desk.query)) == 1:
        lines.append(_note("原文前后有两个不同的数字，一并列出："))
    lines += [_claim(desk.reports[0], e.span) for e in found]
    return Draft(tuple(lines), focus=tuple(_cited(e) for e in found))


def _answer_in(desk: Desk, report: Report) -> list[Evidence]:
    """Return the evidence for a fact in one report: a span for each thing asked."""
    reading = desk.reading(report)
    lines = _candidates(desk, report)
    boosts = desk.boosts(report)
    known = desk.ledger(report.id)
    chosen: list[Evidence] = []
    for part in parts(desk.query):
        near = dict(boosts)
        for evidence in chosen if part.role is None else ():  # the second ask is mostly answered beside the first
            start = evidence.line.span.start
            near[start] = near.get(start, 0.0) + 0.2
        ranked = select(part, reading, lines, near, known=known)
        sure = [e for e in ranked if _sure(part, e, following=bool(chosen))]
        if sure:
            chosen.append(sure[0])
    if len(chosen) == 1 and chosen[0].named:
        chosen += _contradicting(ranked, chosen[0])
    if len(chosen) == 1 and desk.query.kind == "fact":
        chosen += _uncovered(desk, reading, lines, chosen[0], boosts)
    return _joined(report, chosen)


def _candidates(desk: Desk, report: Report) -> Sequence[Line]:
    """Return the lines worth weighing: those around the hits, or all of a short report."""
    reading = desk.reading(report)
    if desk.only_years:
        return [line for line in reading.lines if _speaks_of(desk, report, line)]
    here = [line for line in reading.lines if _beside_focus(desk, report, line)]
    if here:
        return here
    if len(reading.lines) <= 400:
        return reading.lines
    spans = [
        Span(max(0, h.chunk.start - 200), h.chunk.end + 200)
        for h in desk.hits
        if h.chunk.report == report.id
    ]
    return reading.lines_in(spans)


def _beside_focus(desk: Desk, report: Report, line: Line) -> bool:
    """A follow-up with no topic of its own (同比增加还是减少) stays with the words last cited."""
    query = desk.query
    if not query.inherited or any(is_theme(t) for t in query.terms):
        return False
    return any(
        report.id == name and line.span.start < end + 60 and start - 60 < line.span.end
        for name, start, end in desk.state.focus
    )


def _speaks_of(desk: Desk, report: Report, line: Line) -> bool:
    """A report of another year answers for an asked year only in words that name that year."""
    for year in desk.only_years:
        if report.meta.year == year - 1:
            if desk.query.role == "plans" and line.role == "plans":
                return True
        elif str(year) in line.folded:
            return True
    return False


def _sure(query: Query, evidence: Evidence, *, following: bool = False) -> bool:
    """Decide whether evidence answers the question or the report is silent on it.

    The thresholds are where answerable and unanswerable cases part on the evaluation set: of
    301 answerable figures 14 fall below, of 25 unanswerable ones 2 lie above.
    """
    if following and not query.terms:
        return bool(query.carried)
    if not query.terms and query.carried:
        return True
    slack = 0.15 if query.carried or following else 0.0
    if query.wants in ("number", "percent", "date", "ordinal"):
        if evidence.figure is None:
            if evidence.none_said or query.figures or query.wants in ("date", "ordinal"):
                return evidence.coverage >= 0.7
            return query.yes_no and evidence.coverage >= ENOUGH
        if evidence.named and evidence.coverage >= 0.3 and evidence.score >= 0.85:
            return True
        return evidence.coverage >= 0.45 - slack and evidence.score >= 0.8 - slack
    return evidence.coverage >= ENOUGH - slack


def _contradicting(ranked: Sequence[Evidence], first: Evidence) -> list[Evidence]:
    """Return a second place where the report gives the same indicator another figure."""
    for other in ranked[1:8]:
        if (
            other.named
            and first.figure is not None
            and other.figure is not None
            and other.line.role == first.line.role
            and other.coverage >= first.coverage - 0.1
            and other.figure.unit == first.figure.unit
            and other.figure.value != first.figure.value
            and other.line is not first.line
        ):
            return [other]
    return []


def _uncovered(
    desk: Desk, reading: Reading, lines: Sequence[Line], first: Evidence, boosts: Mapping[int, float]
) -> list[Evidence]:
    """Return evidence for the topics the first span leaves out (复议和信访各是多少)."""
    query = desk.query
    if not re.search("各|分别|和|与|、", query.topic):
        return []
    text = fold(reading.report.text[first.line.span.start : first.line.span.end])
    left = [t for t in query.terms if is_topical(t) and t.match(text) < 0.5]
    if not left:
        return []
    ranked = select(query, reading, lines, boosts, terms=left, known=desk.ledger(reading.report.id))
    return [e for e in ranked[:1] if e.coverage >= 0.85 and (e.figure or query.wants == "text")]


def _joined(report: Report, chosen: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence without repeats; two spans of one sentence become the one around both."""
    kept: list[Evidence] = []
    for evidence in chosen:
        twin = next((e for e in kept if e.line is evidence.line), None)
        if twin is None:
            kept.append(evidence)
            continue
        span = Span(min(twin.span.start, evidence.span.start), max(twin.span.end, evidence.span.end))
        if len(span) <= 260:
            kept[kept.index(twin)] = replace(twin, span=span)
        elif evidence.span != twin.span:
            kept.append(evidence)
    return kept


def _premise_notes(query: Query, found: Sequence[Evidence], report: Report) -> list[DraftLine]:
    """Say where the question's own figures or directions differ from the report's words."""
    words = " ".join(report.text[e.line.span.start : e.line.span.end] for e in found)
    said = [q for e in found for c in e.line.clauses for q in c.figures]
    wrong = [q for q in query.figures if not any(_agrees(q, other) for other in said)]
    notes = []
    if wrong:
        asked = "、".join(q.text for q in wrong)
        notes.append(_note(f"问题中的“{asked}”与原文不符，原文是："))
    elif query.direction and _opposes(query.direction, words):
        up = query.direction == "up"
        notes.append(_note(f"原文说的不是{'上升' if up else '下降'}，而是："))
    elif query.yes_no and query.figures:
        notes.append(_note("是的，原文如此："))
    return notes


def _agrees(asked: Quantity, other: Quantity) -> bool:
    if same_value(asked, other):
        return True
    return canonical(asked)[0] == canonical(other)[0] and bool(asked.unit) != bool(other.unit)


_RISE = re.compile("上升|增长|增加|提高|上涨|升高")
_FALL = re.compile("下降|减少|降低|下滑|回落")


def _opposes(direction: str, words: str) -> bool:
    rise, fall = bool(_RISE.search(words)), bool(_FALL.search(words))
    return (fall and not rise) if direction == "up" else (rise and not fall)


def _silent(desk: Desk) -> Draft:
    words = "、".join(t.word for t in desk.query.terms[:6]) or desk.query.topic
    return Draft(status="abstained", gap=(f"报告中没有找到关于“{words}”的内容",))


# ---- several reports ----------------------------------------------------------------------


def _per_report(desk: Desk) -> Draft:
    """Answer a fact report by report, naming those that do not say."""
    answers = [(report, _answer_in(_in_its_year(desk, report), report)) for report in desk.reports]
    said = [(report, found) for report, found in answers if found]
    if not said:
        return _silent(desk)
    query = desk.query
    asked_all = query.everywhere or query.kind in ("rank", "compare") or bool(query.places)
    if not asked_all:
        best = max(found[0].coverage for _, found in said)
        said = [(r, f) for r, f in said if f[0].coverage >= best - 0.12]
    lines: list[DraftLine] = []
    if query.kind == "rank" or _asks_order(query):
        lines += _order_note(query, said)
    for report, found in said:
        lines.append(_label(report))
        lines += _premise_notes(query, found, report) if not asked_all else []
        lines += [_claim(report, e.span) for e in found]
    if asked_all:
        lines += _not_saying([r for r, found in answers if not found])
    return Draft(tuple(lines), focus=tuple(_cited(e) for _, f in said for e in f))


def _in_its_year(desk: Desk, report: Report) -> Desk:
    """Of several years asked, each report answers for its own."""
    years = desk.query.years
    if report.meta.year not in years or len(years) < 2:
        return desk
    return replace(desk, query=replace(desk.query, years=(report.meta.year,)))


def _asks_order(query: Query) -> bool:
    return bool(re.search("更(?:高|多|低|少|大|小)|谁[^，]{0,8}(?:高|多|低|少)|最", query.question))


def _order_note(query: Query, said: Sequence[tuple[Report, Sequence[Evidence]]]) -> list[DraftLine]:
    """Compare the figures found, where they can be compared, and say which is first."""
    valued = []
    for report, found in said:
        figure = found[0].figure
        if figure is not None and figure.value is not None:
            value, unit = canonical(figure)
            valued.append((value, unit, figure.text, report))
    kinds = {("%" if unit == "%" else "") for _, unit, _, _ in valued}
    if len(valued) < 2 or len(kinds) != 1:
        return []
    lowest = query.lowest
    valued.sort(key=lambda row: row[0], reverse=not lowest)
    first = [row for row in valued if row[0] == valued[0][0]]
    names = "、".join(f"{_name(row[3])}（{row[2]}）" for row in first)
    which = "最低" if lowest else "最高"
    return [_note(f"按原文数字比较，{which}的是{names}：")]


def _not_saying(silent: Sequence[Report]) -> list[DraftLine]:
    if not silent:
        return []
    names = "、".join(_name(report) for report in silent)
    return [_note(f"未提及：{names}")]


def _which(desk: Desk) -> Draft:
    """Name the reports that mention what is asked, each with the words, and those that do not."""
    saying: list[tuple[Report, Span]] = []
    silent: list[Report] = []
    phrases = [
        fold(p) for p in re.findall("[“\"'《「]([^”\"'》」]{2,30})[”\"'》」]", desk.query.topic)
    ]
    for report in desk.reports:
        span = _mention(desk, report, phrases)
        if span:
            saying.append((report, span))
        else:
            silent.append(report)
    if desk.query.negated:
        return _not_mentioned(saying, silent)
    if not saying:
        return _silent(desk)
    lines = [_note(f"共{len(saying)}份报告提到：")]
    for report, span in saying:
        lines += [_label(report), _claim(report, span)]
    lines += _not_saying(silent)
    return Draft(tuple(lines), focus=tuple(Cited(r.id, s.start, s.end) for r, s in saying))


def _not_mentioned(saying: Sequence[tuple[Report, Span]], silent: Sequence[Report]) -> Draft:
    """Answer which reports do not say it; those that do stand as the evidence."""
    names = "、".join(_name(report) for report in silent)
    lines = [_note(f"没有提到的共{len(silent)}份：{names}" if silent else "每份报告都提到了：")]
    if silent and saying:
        lines.append(_note("提到的有："))
    for report, span in saying:
        lines += [_label(report), _claim(report, span)]
    return Draft(tuple(lines))


def _mention(desk: Desk, report: Report, phrases: Sequence[str]) -> Span | None:
    reading = desk.reading(report)
    if phrases:
        for line in reading.lines:
            if any(phrase in _unquoted(line.folded) for phrase in phrases):
                return _around_phrase(line, phrases)
        return None
    ranked = select(desk.query, reading, _candidates(desk, report), desk.boosts(report))
    sure = [e for e in ranked if e.coverage >= 0.62]
    return sure[0].span if sure else None


def _unquoted(words: str) -> str:
    return re.sub("[“”\"'‘’《》「」]", "", fold(words))


def _around_phrase(line: Line, phrases: Sequence[str]) -> Span:
    for i, clause in enumerate(line.clauses):
        if any(p in _unquoted(clause.folded) for p in phrases):
            if len(line.span) <= 120:
                return line.span
            last = line.clauses[min(i + 1, len(line.clauses) - 1)]
            return Span(
                clause.span.start,
                last.span.end if last.span.end - clause.span.start <= 120 else clause.span.end,
            )
    return line.span


def _compare(desk: Desk) -> Draft:
    """Answer report by report: the items of a role, on the theme asked if there is one, or a fact."""
    if not desk.query.role or desk.query.wants in ("number", "percent"):
        return _fact(desk)
    lines: list[DraftLine] = []
    items: list[Cited] = []
    silent = []
    for report in desk.reports:
        draft = _list_in(desk, report)
        if draft.status != "answered":
            silent.append(report)
            continue
        lines += [_label(report), *draft.lines]
        items += draft.items
    if not lines:
        return _silent(desk)
    return Draft((*lines, *_not_saying(silent)), items=tuple(items))


# ---- lists --------------------------------------------------------------------------------


def _list(desk: Desk) -> Draft:
    reports = desk.reports
    if len(reports) > 1:
        newest = _newest_of_one_issuer(desk)
        if newest is None:
            return _compare(desk) if desk.query.role else _per_report(desk)
        reports = (newest,)
    return _list_in(desk, reports[0]) if reports else _silent(desk)


def _list_in(desk: Desk, report: Report) -> Draft:
    """List in one report: a numbered part, the items of a role, or those under a theme."""
    query = desk.query
    if query.part is not None:
        return _part_list(report, query.part)
    if not query.role:
        return _themed_list(desk, report)
    found = listing.role_items(report, query.role)
    if desk.only_years and query.role != "plans":
        return _silent(desk)
    themes = [t for t in query.terms if is_theme(t) and t.word not in report.meta.title + report.meta.issuer]
    topical = bool(themes)
    if not found and query.role == "causes":
        return _causes_inside(desk, report, themes)
    if found and not topical:
        draft = _listed(report, found, query.role)
        more = listing.role_items(report, query.also) if query.also else []
        return _followed(draft, _listed(report, more, query.also)) if more and query.also else draft
    if query.role in ("measures", "leadership"):
        if not topical and not found:
            desk = replace(desk, query=replace(query, terms=content_terms(query.topic)))
        return _themed_list(desk, report)
    themed = _on_theme(desk, report, found, themes)
    if len(themed) == 1 and len(found) > 1:
        return _inside(report, themed[0])
    if themed:
        return _listed(report, themed, query.role, whole=len(themed) < len(found))
    if topical and found:
        return _themed_list(desk, report)
    name = ROLE_NAMES[query.role]
    return Draft(
        status="abstained", gap=(f"《{report.meta.title}》中没有“{name}”部分", *report.warnings)
    )


def _causes_inside(desk: Desk, report: Report, themes: Sequence[Term]) -> Draft:
    """Where causes have no section of their own, they stand inside the problems."""
    problems = listing.role_items(report, "problems")
    names_causes = any("原因" in label for s in report.sections if s.role == "problems" for label in s.path[:1])
    themed = _on_theme(desk, report, problems, themes) if themes else problems if names_causes else []
    if not themed:
        return Draft(status="abstained", gap=(f"《{report.meta.title}》中没有“原因”部分", *report.warnings))
    return _listed(report, themed, "problems", whole=True)


def _followed(draft: Draft, other: Draft) -> Draft:
    return replace(draft, lines=draft.lines + other.lines)


def _part_list(report: Report, number: int) -> Draft:
    """List what the report's first, second … part holds."""
    parts_held = sorted({s.node[0] for s in report.sections if s.node})
    if number > len(parts_held):
        return Draft(status="abstained", gap=(f"原文只有{len(parts_held)}个部分，没有第{number}部分", *report.warnings))
    leaves = [s for s in report.sections if s.node[:1] == (parts_held[number - 1],)]
    head = leaves[0]
    items = listing.group_items(report, leaves)
    lines = [_claim(report, section_words(report.text, head))] if head.kind == "heading" else []
    cites = tuple(Cited(report.id, i.span.start, i.span.end) for i in items)
    lines += [_claim(report, listing.shown(report.text, i)) for i in items]
    return Draft(tuple(lines), items=cites, focus=cites)


def _inside(report: Report, item: listing.Item) -> Draft:
    """Show one item whole: the things under it, or its words."""
    leaves = [s for s in report.sections if item.span.start <= s.start < item.span.end]
    inner = listing.group_items(report, leaves) if len({s.node for s in leaves}) > 1 else []
    if len(inner) < 2:
        return _spans_draft(report, [item.span], [item.span])
    return _spans_draft(report, [listing.shown(report.text, i) for i in inner], [i.span for i in inner])


def _newest_of_one_issuer(desk: Desk) -> Report | None:
    """Of several years of one issuer, a list without a year means the newest report."""
    issuers = {(r.meta.place[-1:], r.meta.issuer) for r in desk.reports}
    if len(issuers) > 1 or desk.query.years:
        return None
    return max(desk.reports, key=lambda r: r.meta.year or 0)


def _listed(
    report: Report, found: Sequence[listing.Item], role: Role, *, whole: bool = False
) -> Draft:
    lines = [_note(f"{ROLE_NAMES[role]}，原文共{len(found)}条：")] if not whole else []
    lines += _item_lines(report, found, whole=whole)
    cites = tuple(Cited(report.id, i.span.start, i.span.end) for i in found)
    return Draft(tuple(lines), items=cites, focus=cites)


def _item_lines(
    report: Report, found: Sequence[listing.Item], *, whole: bool = False
) -> list[DraftLine]:
    return [_claim(report, listing.shown(report.text, item, whole=whole)) for item in found]


def _on_theme(
    desk: Desk, report: Report, found: Sequence[listing.Item], themes: Sequence[Term]
) -> list[listing.Item]:
    """Return the items that speak of ``themes``; all of them if there are none."""
    weighted = weigh(themes, desk.reading(report))
    total = sum(w for _, w in weighted)
    if not total:
        return list(found)
    scored = []
    for item in found:
        words = fold(report.text[item.span.start : item.span.end])
        lead = fold(report.text[item.lead.start : item.lead.end])
        score = sum(w * max(t.match(lead), 0.8 * t.match(words)) for t, w in weighted) / total
        scored.append((score, item))
    best = max((score for score, _ in scored), default=0.0)
    if best < ENOUGH_THEME:
        return []
    return [item for score, item in scored if score >= best - 0.15]


def _themed_list(desk: Desk, report: Report) -> Draft:
    """A list without a role: the items under one heading, or an enumeration in one sentence.

    Which of the two is decided by whose words hold the question's terms; the number of items
    the question speaks of (哪四件事) tips the balance.
    """
    reading = desk.reading(report)
    lines = [line for line in _candidates(desk, report) if not line.is_heading]
    ranked = select(desk.query, reading, lines, desk.boosts(report))
    node = _best_node(desk, report)
    best = ranked[0] if ranked else None
    if node and (best is None or not _enumerates(best) or node[0] >= best.coverage):
        return _node_draft(reading, report, node[1])
    sure = [e for e in ranked if e.coverage >= ENOUGH]
    if not sure:
        return _silent(desk)
    if _enumerates(sure[0]):
        return _spans_draft(report, [_whole_sentence(sure[0])])
    top = sorted((e for e in sure[:4] if e.score >= sure[0].score - 0.1), key=lambda e: e.span.start)
    return _spans_draft(report, list(dict.fromkeys(_whole_sentence(e) for e in top)))


def _spans_draft(report: Report, spans: Sequence[Span], whole: Sequence[Span] = ()) -> Draft:
    """Return claims for ``spans``; ``whole`` are the items they stand for, if longer."""
    cites = tuple(Cited(report.id, s.start, s.end) for s in whole or spans)
    return Draft(tuple(_claim(report, s) for s in spans), items=cites, focus=cites)


def _whole_sentence(evidence: Evidence) -> Span:
    return evidence.line.span if len(evidence.line.span) <= 320 else evidence.span


def _enumerates(evidence: Evidence | None) -> bool:
    """A sentence that strings several things together: 八大机制(目标引领机制、…)."""
    if evidence is None:
        return False
    words = evidence.line.folded
    return (
        words.count("、") >= 3
        or words.count("；") + words.count(";") >= 2
        or words.count("《") >= 3
    )


def _best_node(desk: Desk, report: Report) -> tuple[float, list[Section]] | None:
    """Return the heading or item whose own words hold the question's terms best, with its leaves."""
    themes = [t for t in desk.query.terms if is_theme(t)]
    weighted = weigh(themes or desk.query.terms, desk.reading(report))
    total = sum(w for _, w in weighted)
    if not total:
        return None
    best: tuple[float, tuple[int, ...]] | None = None
    for section in report.sections:
        if not section.node or section.role == "furniture" or section.kind == "body":
            continue
        words = report.text[section.start : section.end]
        head = fold(words if section.kind == "heading" else re.split("[。；;]", words, maxsplit=1)[0])
        score = sum(w * t.match(head) for t, w in weighted) / total
        if score < ENOUGH_THEME:
            continue
        if desk.query.count and _child_count(report, section.node) == desk.query.count:
            score += 0.25
        score += 0.01 * len(section.node)
        if score >= ENOUGH_THEME and (best is None or score > best[0]):
            best = (score, section.node)
    if best is None:
        return None
    node = best[1]
    return best[0], [s for s in report.sections if s.node[: len(node)] == node]


def _child_count(report: Report, node: tuple[int, ...]) -> int:
    depth = len(node)
    return len({s.node[depth] for s in report.sections if len(s.node) > depth and s.node[:depth] == node})


def _node_draft(reading: Reading, report: Report, leaves: Sequence[Section]) -> Draft:
    items = listing.group_items(report, leaves) if len({s.node for s in leaves}) > 1 else []
    if len(items) >= 2:
        return _spans_draft(report, [listing.shown(report.text, i) for i in items], [i.span for i in items])
    start, end = leaves[0].start, leaves[-1].end
    inside = [line.span for line in reading.lines if start <= line.span.start < end and not line.is_heading]
    return _spans_draft(report, inside[:MAX_LINES_PER_LIST] or [section_words(report.text, leaves[0])])


def _item(desk: Desk) -> Draft:
    """One item of a list, whole: of the list last shown, or of the role the question names."""
    number = desk.query.item or 1
    cites: tuple[Cited, ...] = tuple(Cited(*item) for item in desk.state.items)
    own = [c for c in cites if c.report in {r.id for r in desk.reports}]
    if not own and desk.query.role and desk.reports:
        report = max(desk.reports, key=lambda r: r.meta.year or 0)
        own = [
            Cited(report.id, i.span.start, i.span.end)
            for i in listing.role_items(report, desk.query.role)
        ]
    if not own:
        return _fact(desk)
    if number > len(own):
        return Draft(status="abstained", gap=(f"原文只列出{len(own)}条，没有第{number}条",))
    cite = own[number - 1]
    report = next(r for r in desk.reports if r.id == cite.report)
    return Draft((_claim(report, Span(cite.start, cite.end)),), items=tuple(own), focus=(cite,))


# ---- whole reports ------------------------------------------------------------------------


def _catalogue(desk: Desk) -> Draft:
    lines = [_note(f"共{len(desk.reports)}份报告：")]
    for report in desk.reports[:MAX_REPORTS_PER_ANSWER]:
        year = f"{report.meta.year}年度" if report.meta.year else "年度不详"
        lines.append(
            _note(
                f"{_place(report)} {year}（{report.meta.issuer or '发布单位不详'}，{report.meta.title}）"
            )
        )
    if len(desk.reports) > MAX_REPORTS_PER_ANSWER:
        lines.append(
            _note(f"另有{len(desk.reports) - MAX_REPORTS_PER_ANSWER}份，可指明地区或年度再查")
        )
    return Draft(tuple(lines))


def _brief(desk: Desk) -> Draft:
    """A plain extract: what was done with its figures, what is lacking, what comes next."""
    if any(is_topical(t) for t in desk.query.terms) and len(desk.reports) == 1:
        themed = _focused(desk, desk.reports[0])
        if themed:
            return themed
    lines: list[DraftLine] = []
    for report in desk.reports[:6]:
        if len(desk.reports) > 1:
            lines.append(_label(report))
        lines += _extract(report)
    return Draft(tuple(lines)) if lines else _silent(desk)


def _focused(desk: Desk, report: Report) -> Draft | None:
    ranked = select(
        desk.query, desk.reading(report), _candidates(desk, report), desk.boosts(report)
    )
    sure = [e for e in ranked if e.coverage >= ENOUGH][:5]
    if not sure:
        return None
    spans = sorted({e.span for e in sure}, key=lambda s: s.start)
    return Draft(tuple(_claim(report, s) for s in spans), focus=tuple(_cited(e) for e in sure))


def _extract(report: Report) -> list[DraftLine]:
    lines: list[DraftLine] = []
    reading = read(report)
    with_figures = [
        ln for ln in reading.lines
        if ln.role in ("measures", "leadership") and sum(len(c.figures) for c in ln.clauses) >= 2 and len(ln.span) <= 160
    ]  # fmt: skip
    with_figures.sort(
        key=lambda ln: -sum(len(c.figures) for c in ln.clauses) / (1 + len(ln.span) / 80)
    )
    heads = [i for i in listing.role_items(report, "measures")][:8]
    if heads:
        lines.append(_note("举措和成效："))
        lines += [_claim(report, i.lead) for i in heads if len(i.lead) <= 80]
        chosen = sorted(with_figures[:3], key=lambda ln: ln.span.start)
        lines += [_claim(report, ln.span) for ln in chosen]
    roles: tuple[Role, ...] = ("problems", "plans")
    for role in roles:
        found = listing.role_items(report, role)
        if found:
            lines.append(_note(f"{ROLE_NAMES[role]}："))
            lines += [_claim(report, i.lead) for i in found[:8]]
        else:
            lines.append(_note(f"{ROLE_NAMES[role]}：原文未见这一部分"))
    return lines


# ---- lines ----------------------------------------------------------------------------------


def _claim(report: Report, span: Span) -> DraftLine:
    words = report.text[span.start : span.end]
    text = re.sub(r"\s+", " ", words).strip().rstrip("，,；;、：:")
    return DraftLine(text, "claim", (Cited(report.id, span.start, span.end),))


def _note(text: str) -> DraftLine:
    return DraftLine(text, "note")


def _label(report: Report, more: str = "") -> DraftLine:
    return _note(
        f"{_name(report)}：{more}".rstrip("：" if not more else "") + ("：" if not more else "")
    )


def _name(report: Report) -> str:
    meta = report.meta
    place = _place(report)
    body = (
        f"·{meta.issuer.removeprefix(''.join(meta.place)).removeprefix(place)}"
        if meta.level == "department"
        else ""
    )
    return f"{place}{body}（{meta.year}年度）" if meta.year else f"{place}{body}"


def _place(report: Report) -> str:
    return "".join(report.meta.place[-2:]) or report.meta.issuer or report.meta.title


def _cited(evidence: Evidence) -> Cited:
    return Cited(evidence.report, evidence.span.start, evidence.span.end)


_WRITERS: Mapping[str, Callable[[Desk], Draft]] = {
    "fact": _fact,
    "list": _list,
    "item": _item,
    "which": _which,
    "rank": _per_report,
    "compare": _compare,
    "catalogue": _catalogue,
    "brief": _brief,
}
