"""Lists in one report: the items of a role, of a numbered part, or under a theme."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.answers.facts import candidates, one_report
from bot.answers.issued import issued
from bot.answers.numbered_places import numbered_place
from bot.answers.overview import work
from bot.answers.remarks import unless_told_why
from bot.answers.suggestions import IN_PLACE_OF_A_REFUSAL
from bot.evidence import listing
from bot.evidence.drafting import Desk, Draft, asked_words, claim, role_name
from bot.evidence.likely import likely, ordered
from bot.evidence.reading import Reading, section_words
from bot.evidence.selection import Evidence, weigh
from bot.evidence.signs import NOTHING_SPOKEN
from bot.evidence.silence import silent
from bot.notes import Note, note
from bot.values import Cited
from retrieval.documents import Report, Role, Section, Span, meet
from retrieval.genre.lexicon import pattern
from retrieval.question.terms import Term, content_terms, is_theme, is_topical
from retrieval.question.untagged import subject_of
from retrieval.text.marks import SENTENCE_END
from retrieval.text.normalise import fold

# The least share of a theme's words that a heading or item must hold.
ENOUGH_THEME = 0.6
MOST_LISTED = 4
ENOUGH = 0.56  # the least weighted share of a question's terms that a listed sentence holds
# A sentence that strings things together and holds this share of the words is the list itself.
ENOUGH_SENTENCE = 0.75
MAX_LINES_PER_LIST = 12
_LEAD_CHARS = 40


def list_in(desk: Desk, report: Report) -> Draft:
    """List in one report: a numbered part, the items of a role, or those under a theme."""
    query = desk.query
    if query.address:
        # a number is exact; which part it is in only a wish that is surely read tells
        sure = query.ask.confidence >= IN_PLACE_OF_A_REFUSAL
        return numbered_place(report, query.address, query.role if sure else None)
    if query.documents and query.role in (None, "measures"):
        documents = None if query.ask.theme else issued(desk, report)
        return documents or _themed_list(desk, report)
    if not query.role:
        return _themed_list(desk, report)
    found = listing.role_items(report, query.role)
    if query.role == "problems":
        found = [listing.without_plans(report, item) for item in found]
    if query.role == "causes":
        inner = _causes_of_item(desk, report)
        if inner is not None:
            return inner
    themes = [
        t
        for t in query.terms
        if is_theme(t) and t.word not in report.meta.title + report.meta.issuer
    ]
    topical = bool(themes)
    named = topical or bool(subject_of(query.topic))
    if query.role == "causes" and named and (told := _told_why(desk, report, found)):
        return told
    if not found and query.role == "causes":
        return _causes_inside(desk, report, themes)
    if query.role == "measures" and not topical and (done := _done(desk, report, found)):
        return done
    if found and not topical:
        return _listed(report, found, query.role)
    if query.role in ("measures", "leadership"):
        if not topical and not found:
            desk = replace(desk, query=replace(query, terms=content_terms(query.topic)))
        return _themed_list(desk, report)
    themed = _on_theme(desk, report, found, themes) or answering(desk, report, found, themes)
    if len(themed) == 1 and len(found) > 1:
        return _inside(report, themed[0])
    if themed:
        return _listed(report, themed, query.role, whole=len(themed) < len(found))
    if found and not any(is_topical(t) for t in themes):
        return _listed(report, found, query.role)
    if topical and found:
        told = _themed_list(desk, report)
        if told.status != "answered":
            return told
        head = note("not_among", part=role_name(query.role), topic=asked_words(query))
        return replace(told, before=(head, *told.before))
    return _no_part(report, query.role)


def _done(desk: Desk, report: Report, found: Sequence[listing.Item]) -> Draft | None:
    """List what was done, each part with the fact that tells most; None if nothing is."""
    lines = work(desk, report, max(len(found), MAX_LINES_PER_LIST))
    if not lines:
        return None
    cites = tuple(Cited(report.id, i.span.start, i.span.end) for i in found)
    head = note("items_counted", part=role_name("measures"), count=len(lines))
    told = [head] if len(lines) == len(found) else []
    return Draft((*told, *lines), items=cites, focus=tuple(c for ln in lines for c in ln.cites))


def _no_part(report: Report, role: Role) -> Draft:
    """Tell what stands in prose of a part that was not recognised; say so, and what is doubtful."""
    if role in ("problems", "plans") and (told := listing.in_prose(report, role)):
        head = note("part_in_prose", part=role_name(role))
        return replace(_spans_draft(report, told), before=(head,))
    gap = Note("part_absent", {"title": report.meta.title, "part": role_name(role)})
    return Draft(status="abstained", gap=(gap, *report.warnings))


def _causes_of_item(desk: Desk, report: Report) -> Draft | None:
    """A follow-up that asks the causes of the one problem last shown stays with it."""
    if not desk.query.inherited or len(desk.state.focus) != 1:
        return None
    name, start, end = desk.state.focus[0]
    problems = listing.role_items(report, "problems")
    number = next((i for i, p in enumerate(problems) if p.span.start == start), None)
    if name != report.id or number is None or len(problems) < 2:
        return None
    causes = listing.role_items(report, "causes")
    if len(causes) == len(problems):
        return _listed(report, [causes[number]], "causes", whole=True)
    if causes:
        return None
    return _inside(report, listing.Item("", Span(start, end), Span(start, end)))


def _told_why(desk: Desk, report: Report, causes: Sequence[listing.Item]) -> Draft | None:
    """Tell the sentence that answers most likely, if it tells a cause; of a problem the whole item."""
    lines, known, near = desk.lines(report), desk.ledger(report.id), desk.near(report.id)
    best = likely(desk.query, desk.reading(report), lines, NOTHING_SPOKEN, known, near, desk.pairs)
    if best is None or not pattern("tells_cause").search(best.line.folded):
        return None
    span = best.line.span
    items = [*causes, *listing.role_items(report, "problems")]
    around = next((i for i in items if i.span.start <= span.start and span.end <= i.span.end), None)
    if around is None:
        return _spans_draft(report, [span])
    return _listed(report, [around], "problems", whole=True)


def _causes_inside(desk: Desk, report: Report, themes: Sequence[Term]) -> Draft:
    """Where causes have no section of their own, they stand inside the problems."""
    problems = listing.role_items(report, "problems")
    names_causes = any(
        "原因" in label for s in report.sections if s.role == "problems" for label in s.path[:1]
    )
    if themes:
        themed = _on_theme(desk, report, problems, themes)
        themed = themed or _telling_why(report, answering(desk, report, problems, themes))
    elif names_causes:
        themed = problems
    else:
        themed = _telling_why(report, problems)
    if themed:
        return _listed(report, themed, "problems", whole=True)
    alone = len(desk.reports) == 1  # of several, what is nearest in one is not of the others
    if alone and themes and (desk.query.figures or not desk.telling(report, themes)):
        # what is asked about may stand there, only not why; leaves that answer are told at large
        for change in (True, False):  # a rise is asked about, if one is told
            result = replace(desk.query, role=None, kind="fact", yes_no=False, change=change)
            told = one_report(replace(desk, query=result))
            if told.status == "answered":
                return unless_told_why(told)
    gap = Note("causes_not_told", {"title": report.meta.title})
    return Draft(status="abstained", gap=(gap, *report.warnings))


def _inside(report: Report, item: listing.Item) -> Draft:
    """Show one item whole: the things under it, or its words."""
    leaves = [s for s in report.sections if item.span.start <= s.start < item.span.end]
    inner = listing.group_items(report, leaves) if len({s.node for s in leaves}) > 1 else []
    if len(inner) < 2:
        return _spans_draft(report, [item.span], [item.span])
    return _spans_draft(report, [listing.shown(i) for i in inner], [i.span for i in inner])


def newest_of_one_issuer(desk: Desk) -> Report | None:
    """Of several years of one issuer, a list without a year means the newest report."""
    issuers = {(r.meta.place[-1:], r.meta.issuer) for r in desk.reports}
    if len(issuers) > 1 or desk.query.years:
        return None
    return max(desk.reports, key=lambda r: r.meta.year or 0)


def _listed(
    report: Report, found: Sequence[listing.Item], role: Role, *, whole: bool = False
) -> Draft:
    lines = [note("items_counted", part=role_name(role), count=len(found))] if not whole else []
    lines += [claim(report, listing.shown(item, whole=whole)) for item in found]
    cites = tuple(Cited(report.id, i.span.start, i.span.end) for i in found)
    return Draft(tuple(lines), items=cites, focus=cites)


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


def answering(
    desk: Desk,
    report: Report,
    found: Sequence[listing.Item],
    themes: Sequence[Term],
    roles: Collection[Role] | None = None,
) -> list[listing.Item]:
    """Return the items that answer in other words than the question's, by their leaves."""
    telling = desk.telling(report, themes, roles)
    return [i for i in found if any(meet(i.span, p.span.start, p.span.end) for p in telling)]


def _telling_why(report: Report, found: Sequence[listing.Item]) -> list[listing.Item]:
    return [
        i for i in found if pattern("tells_cause").search(report.quote(i.span.start, i.span.end))
    ]


def _themed_list(desk: Desk, report: Report) -> Draft:
    """A list without a role: the items under one heading, or an enumeration in one sentence.

    Which of the two is decided by whose words hold the question's terms.
    """
    reading = desk.reading(report)
    lines = candidates(desk, report)
    ranked = ordered(desk.query, reading, lines, (), desk.near(report.id), MOST_LISTED)
    node = _best_node(desk, report)
    best = ranked[0] if ranked else None
    told = best is not None and _enumerates(best) and best.coverage >= ENOUGH_SENTENCE
    if told and best and node and desk.query.role == "measures":
        # what was achieved is all of the item, not the one sentence that strings things together
        told = not node[1][0].start <= best.span.start < node[1][-1].end
    if node and not (told and best and best.coverage + 0.1 > node[0]):
        return _node_draft(reading, report, node[1])
    sure = [e for e in ranked if e.coverage >= ENOUGH]
    if not sure:
        return silent(desk)
    if _enumerates(sure[0]):
        return _spans_draft(report, [_whole_sentence(sure[0])])
    top = sorted(sure, key=lambda e: e.span.start)
    return _spans_draft(report, list(dict.fromkeys(_whole_sentence(e) for e in top)))


def _spans_draft(report: Report, spans: Sequence[Span], whole: Sequence[Span] = ()) -> Draft:
    """Return claims for ``spans``; ``whole`` are the items they stand for, if longer."""
    cites = tuple(Cited(report.id, s.start, s.end) for s in whole or spans)
    return Draft(tuple(claim(report, s) for s in spans), items=cites, focus=cites)


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
        if desk.query.role in ("measures", "leadership") and section.role in ("problems", "plans"):
            continue
        words = report.text[section.start : section.end]
        head = fold(
            words if section.kind == "heading" else SENTENCE_END.split(words, maxsplit=1)[0]
        )
        score = sum(w * t.match(head) for t, w in weighted) / total
        if score < ENOUGH_THEME:
            continue
        score += 0.01 * len(section.node)
        if score >= ENOUGH_THEME and (best is None or score > best[0]):
            best = (score, section.node)
    if best is None:
        return None
    node = best[1]
    return best[0], [s for s in report.sections if s.node[: len(node)] == node]


def _node_draft(reading: Reading, report: Report, leaves: Sequence[Section]) -> Draft:
    items = listing.group_items(report, leaves) if len({s.node for s in leaves}) > 1 else []
    if len(items) >= 2:
        return _spans_draft(report, [listing.shown(i) for i in items], [i.span for i in items])
    start, end = leaves[0].start, leaves[-1].end
    inside = [line.span for line in reading.lines if start <= line.span.start < end]
    if len(inside) > 1 and len(inside[0]) <= _LEAD_CHARS:
        inside = inside[1:]  # the item's own title, which the citation's path shows
    return _spans_draft(
        report, inside[:MAX_LINES_PER_LIST] or [section_words(report.text, leaves[0])]
    )


def item(desk: Desk) -> Draft:
    """One item of a list, whole: of the list last shown, or of the role the question names."""
    number = desk.query.item or 1
    cites: tuple[Cited, ...] = tuple(Cited(*item) for item in desk.state.items)
    own = [c for c in cites if c.report in {r.id for r in desk.reports}]
    if not own and desk.query.role and desk.reports:
        report = max(desk.reports, key=lambda r: r.meta.year or 0)
        own = [
            Cited(report.id, i.span.start, i.span.end)
            for i in listing.role_items(report, desk.query.role)
            or (listing.role_items(report, "problems") if desk.query.role == "causes" else [])
        ]
    if not own:
        return one_report(desk) if len(desk.reports) == 1 else silent(desk)
    if abs(number) > len(own):
        kind = "item_absent" if number > 0 else "item_absent_from_end"
        gap = Note(kind, {"count": len(own), "number": abs(number)})
        return Draft(status="abstained", gap=(gap,))
    cite = own[number - 1 if number > 0 else number]
    report = next(r for r in desk.reports if r.id == cite.report)
    return Draft((claim(report, Span(cite.start, cite.end)),), items=tuple(own), focus=(cite,))
