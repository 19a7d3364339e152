"""Answers over several reports: each asked in turn, then compared; the quiet ones are named."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial

from bot.answers.facts import answer_in
from bot.answers.lists import list_in
from bot.answers.mentions import asked_phrases, asks_of_lack, mention, phrase_in
from bot.answers.table_cells import cells_named
from bot.evidence.absence import absence_notes, holds, names_of, words_of
from bot.evidence.drafting import Desk, Draft, Held, alone, cited, claim, joined, label
from bot.evidence.pieces import Piece, told
from bot.evidence.premises import judge_premises
from bot.evidence.selection import Evidence
from bot.evidence.silence import silent
from bot.labels import full_name
from bot.notes import note
from bot.values import Cited, DraftLine
from retrieval.documents import NoteValue, Report, Span, meet
from retrieval.question.terms import SYNONYM_MATCH, Term, is_theme
from retrieval.search.pair_reader import reads_nothing
from retrieval.text.normalise import fold

MAX_REPORTS_SHOWN = 60
# how likely a leaf must answer for its report to be counted among those that tell it, and beside the
# likeliest of all reports: of 280 reports that tell what 93 questions of blind sets ask for, and 298
# that do not, 230 and 74 are counted (by words 179 and 68); where no sentence is read beside the
# question, 221 and 86
TOLD, TOLD_UNREAD = (0.4, 0.6), (0.5, 0.7)
# how likely a sentence must answer to stand beside the leaf that counts: 49 of 73 questions have all
# that is asked for, 46 without. It counts no report itself: 第四次会议 answers to 第五次会议
SURE_SENTENCE = 0.5
WHOLE_PHRASE = 3  # characters
CHARS_OF_EACH = 150
# 第五次会议 is told by no 第四次会议, and a name in quotation marks by no other words
_NOT_OTHERWISE = re.compile("第[一二三四五六七八九十0-9]+[次届批]|(?<=“)[^”]{2,}(?=”)")


def per_report(desk: Desk) -> Draft:
    """Answer a fact report by report, naming those that do not say."""
    answers = [(report, answer_in(desk, report)) for report in desk.reports]
    said = [(report, found) for report, found in answers if found]
    if not said:
        return silent(desk)
    query = desk.query
    asked_all = query.everywhere or query.kind in ("rank", "compare") or bool(query.places)
    if not asked_all:
        best = max(found[0].coverage for _, found in said)
        said = [(r, f) for r, f in said if f[0].coverage >= best - 0.12]
    lines: list[DraftLine] = []
    for report, found in said:
        lines.append(label(report))
        if not asked_all:
            judged = judge_premises(query, found, report)
            lines += [*judged.notes, *(claim(report, span) for span in judged.extra)]
        lines += [claim(report, alone(report, e.span)) for e in found]
    quiet = [r for r, found in answers if not found] if asked_all else []
    return Draft(
        tuple(lines),
        after=tuple(not_saying(quiet, desk.query.terms, lines)),
        focus=tuple(cited(e) for _, f in said for e in f),
    )


def of_named(desk: Desk) -> Draft:
    """Answer on places without a report of their own from the lines that name each (``Query.named``)."""
    if (told_by_rows := cells_named(desk)) is not None:
        return told_by_rows
    lines: list[DraftLine] = []
    focus: list[Cited] = []
    for report in desk.reports:
        told: dict[Cited, Evidence] = {}  # one sentence may name several of them
        for name in desk.query.named:
            of_it = replace(desk, query=replace(desk.query, named=(name,)))
            told |= {cited(e): e for e in answer_in(of_it, report)}
        if told:
            lines += [label(report)] if len(desk.reports) > 1 else []
            lines += [claim(report, alone(report, e.span)) for e in told.values()]
            focus += told
    return Draft(tuple(lines), focus=tuple(focus)) if lines else silent(desk)


def not_saying(
    reports: Sequence[Report], terms: Sequence[Term], told: Sequence[DraftLine] = ()
) -> list[DraftLine]:
    """Return the notes that name the reports which do not say what is asked, absences proved.

    Where no report that tells it (``told``) uses a word, that others do not either proves nothing.
    """
    said = [fold(line.text) for line in told if line.kind == "claim"]
    if said:
        terms = [t for t in terms if any(t.match(words) >= SYNONYM_MATCH for words in said)]
    return absence_notes(reports, terms) if reports else []


def which(desk: Desk) -> Draft:
    """Name the reports that mention what is asked, each with the words, and those that do not."""
    saying: list[tuple[Report, Sequence[Span]]] = []
    quiet: list[Report] = []
    phrases = asked_phrases(desk.query)
    read = not (phrases or desk.query.negated) and _all_are_read(desk)
    terms = [t for t in desk.query.terms if is_theme(t)]
    pieces = {r.id: desk.telling(r, terms) if read else [] for r in desk.reports}
    best = max((found[0].fit for found in pieces.values() if found), default=0.0)
    least, beside = TOLD_UNREAD if desk.pairs is reads_nothing else TOLD
    # what is short of is told in words of lack, and in others
    words_tell = not read or asks_of_lack(desk.query)
    for report in desk.reports:
        spans = _mentioned(desk, report, phrases) if words_tell else []
        sure = [p for p in pieces[report.id][:1] if p.fit >= max(least, beside * best)]
        answers = cache(partial(answer_in, desk, report))
        spans = spans or (_told(desk, report, sure, terms, answers) if read else [])
        if read and spans:
            spans = _with_sentence(report, spans, answers())
        if spans:
            saying.append((report, spans))
        else:
            quiet.append(report)
    if desk.query.negated:
        return _not_mentioned(desk, saying, quiet)
    if not saying:
        return silent(desk)
    shown = saying[:MAX_REPORTS_SHOWN]
    more: list[Held] = [*(report for report, _ in saying[MAX_REPORTS_SHOWN:]), *desk.surely]
    count = len(shown) + len(more)
    lines = []
    for report, told_by in shown:
        lines += [label(report), joined(report, told_by)]
    head = note("reports_saying", count=count)
    if desk.unread:  # of those opened only: no count of all
        opened = len(desk.reports) + len(desk.surely)
        head = note("saying_of_read", read=opened, count=count)
    after: list[DraftLine] = []
    if more:
        after.append(note("more_saying", count=len(more), reports=names_of(more)))
    after += not_saying(quiet, desk.apart or desk.query.terms)
    if desk.without:
        after.append(note("without_words", reports=names_of(desk.without)))
    return Draft(
        tuple(lines),
        before=(head,),
        after=tuple(after),
        focus=tuple(Cited(r.id, s.start, s.end) for r, spans in shown for s in spans),
    )


def _mentioned(desk: Desk, report: Report, phrases: Sequence[str]) -> list[Span]:
    span = mention(desk, report, phrases)
    return [span] if span else []


def _all_are_read(desk: Desk) -> bool:
    """Tell whether vectors that the fits know tell of every report in scope how likely it answers."""
    every = desk.library is not None and desk.library.reads_pairs
    return every and len(desk.reports) == len(desk.scope) and bool(desk.near(desk.scope[0]))


def _told(
    desk: Desk,
    report: Report,
    pieces: Sequence[Piece],
    terms: Sequence[Term],
    answers: Callable[[], Sequence[Evidence]],
) -> list[Span]:
    """Return where the phrase asked for stands, else the sentences of a leaf that tell it.

    Of a question for figures ``answers`` come first.
    """
    query = desk.query
    if len(query.phrase) >= WHOLE_PHRASE:
        verbatim = phrase_in(desk, report)
        if verbatim:
            return [verbatim]
    if not pieces:
        return []
    figures = answers() if query.ask.content == "figure" else []
    spans = [alone(report, e.span) for e in figures]
    spans = spans or told(pieces[0], terms, CHARS_OF_EACH, titled=False)
    words = fold("".join(report.text[s.start : s.end] for s in spans))
    lacks = any(fold(word) not in words for word in _NOT_OTHERWISE.findall(query.question))
    return [] if lacks else spans


def _with_sentence(
    report: Report, spans: Sequence[Span], answers: Sequence[Evidence]
) -> list[Span]:
    """Return the words of a leaf with the sentence that surely answers, which may stand in another leaf."""
    sentences = (alone(report, e.span) for e in answers if e.chance >= SURE_SENTENCE)
    more = [s for s in sentences if not any(meet(s, o.start, o.end) for o in spans)]
    return sorted([*spans, *more], key=lambda span: span.start)


def _not_mentioned(
    desk: Desk, saying: Sequence[tuple[Report, Sequence[Span]]], quiet: Sequence[Report]
) -> Draft:
    """Answer which reports do not say it, as a search proves; those that do stand as the evidence.

    A report in which words of it stand is not said to be without it.
    """
    phrase, words = fold(desk.query.phrase), words_of(desk.apart or desk.query.terms)
    lacking = (phrase,) if phrase else words
    absent = [report for report in quiet if lacking and not holds(report, lacking)]
    without: list[Held] = [*absent, *desk.without]
    unsure = [report for report in quiet if report not in absent]
    if unsure and not (without or saying):
        return silent(desk)
    told: NoteValue = tuple(full_name(report.meta) for report in without)
    if len(without) > MAX_REPORTS_SHOWN:
        told = names_of(without, MAX_REPORTS_SHOWN)
    if desk.unread:  # not of all in scope
        before = [note("silent_of_read", count=len(without), reports=told)]
    elif without:
        before = [note("reports_silent", count=len(without), reports=told)]
    else:
        before = [] if unsure else [note("all_say")]
    if saying and (without or unsure):
        before.append(note("those_saying"))
    lines = []
    for report, spans in saying[:MAX_REPORTS_SHOWN]:
        lines += [label(report), joined(report, spans)]
    more = len(saying) + len(desk.surely) - min(len(saying), MAX_REPORTS_SHOWN)
    after = [note("more_say_so", count=more)] if more > 0 else []
    after += not_saying(unsure, desk.apart or desk.query.terms)
    return Draft(tuple(lines), before=tuple(before), after=tuple(after))


def compare(desk: Desk) -> Draft:
    """Answer report by report: the items of a role, on the theme asked if there is one."""
    lines: list[DraftLine] = []
    items: list[Cited] = []
    quiet: list[Report] = []
    for report in desk.reports:
        draft = list_in(desk, report)
        if draft.status != "answered":
            quiet.append(report)
            continue
        lines += [label(report), *draft.before, *draft.lines, *draft.after]
        items += draft.items
    if not lines:
        return silent(desk)
    return Draft(tuple(lines), items=tuple(items), after=tuple(not_saying(quiet, desk.query.terms)))
