"""Where a report mentions what is asked: the very phrase if there is one, else all of its terms.

The words must stand in the cited span itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.answers.facts import candidates
from bot.evidence.absence import holds, words_of
from bot.evidence.drafting import Desk
from bot.evidence.likely import ordered
from bot.evidence.reading import Line, unquoted
from bot.evidence.selection import weigh
from retrieval.documents import Report, Role, Span
from retrieval.genre.lexicon import pattern
from retrieval.genre.quantities import find_quantities
from retrieval.library.library import Library
from retrieval.question.query import Query
from retrieval.question.terms import SYNONYM_MATCH, Term, content_terms, is_theme, is_topical
from retrieval.question.untagged import subject_of
from retrieval.search.exhaustive import search_words
from retrieval.text.marks import QUOTED
from retrieval.text.normalise import fold, normalise

# the least weighted share of the question's terms that the cited words must hold
ENOUGH = 0.62
# the least share of a phrase's characters that its terms must make up to stand for it
MOST_OF_PHRASE = 0.6
MAX_SPAN_CHARS = 120
_SAYS = re.compile("(?:提到|提及|写到|讲到|说到|谈到|涉及|推行|采用|实行)(?:了|过)?")
_STAFF = ("力量", "人员", "队伍", "人手", "人才")
OF_LACK: tuple[Role, ...] = ("problems", "causes")


def asked_phrases(query: Query) -> tuple[str, ...]:
    """Return the phrases that must stand word for word: the quoted ones, or alternatives (A/B)."""
    quoted = tuple(fold(p) for p in QUOTED.findall(query.topic))
    if quoted:
        return quoted
    parts = re.split("[/／]|或者?", query.phrase)
    return tuple(fold(p) for p in parts if p.strip()) if len(parts) > 1 else ()


def telling_apart(query: Query, library: Library, scope: Sequence[str]) -> tuple[Term, ...]:
    """Return the words that no tag says are asked and that fewer reports hold than any that one does.

    哪家拿皮影搞普法: every report speaks of 普法, so 皮影 is what tells one from another.
    """

    def holding(term: Term) -> int:
        return len(search_words(library, words_of((term,)), scope).by_report)

    known = {t.word for t in query.terms}
    named = set(subject_of(query.topic)) - known
    others = [t for t in content_terms(query.topic) if t.word in named and is_topical(t)]
    if not others:
        return ()
    tagged = [held for t in query.terms if is_topical(t) and (held := holding(t))]
    fewest = min(tagged, default=len(scope))
    return tuple(t for t in others if 0 < holding(t) < fewest)


def words_to_hold(query: Query) -> tuple[str, ...]:
    """Return words of which a report must hold one to mention what is asked; none if unknown.

    ``mention`` takes no report on parts of words alone, so a report that holds none of these whole
    need not be read. English words are matched by sound, and no word of the text follows from them.
    """
    parts = _alternatives(query)
    if parts:
        each = [words_to_hold(part) for part in parts]
        return tuple(dict.fromkeys(w for words in each for w in words)) if all(each) else ()
    terms = [t for t in query.terms if is_theme(t) or len(t.word) > 1] or list(query.terms)
    words = [*asked_phrases(query), *([fold(query.phrase)] if query.phrase else [])]
    words += [word for t in terms for word in (t.word, *t.variants)]
    if any(t.word in _STAFF for t in terms):
        words += _STAFF
    if any(t.word.isascii() for t in terms) or any(len(word) < 2 for word in words):
        return ()
    return tuple(dict.fromkeys(words))


def telling_phrases(query: Query) -> tuple[str, ...]:
    """Return the phrases of which each, where it stands in a report's own words, is a mention."""
    parts = _alternatives(query)
    if parts:
        return tuple(dict.fromkeys(p for part in parts for p in telling_phrases(part)))
    return asked_phrases(query) or ((fold(query.phrase),) if query.phrase else ())


def mention(desk: Desk, report: Report, phrases: Sequence[str]) -> Span | None:
    """Return the words of ``report`` that mention what is asked, or None.

    Where words tell reports apart, one of them stands there, too.
    """
    if desk.apart:
        return _apart_in(desk, report)
    parts = _alternatives(desk.query)
    if parts:
        found = (mention(replace(desk, query=part), report, asked_phrases(part)) for part in parts)
        return next((span for span in found if span is not None), None)
    lines = desk.reading(report).lines
    if phrases:
        return _phrase_in(lines, phrases)
    if desk.query.phrase:
        verbatim = phrase_in(desk, report)
        if verbatim or not _covered(desk.query):
            return verbatim
    return _terms_in(desk, report)


def _apart_in(desk: Desk, report: Report) -> Span | None:
    """Return where the words that tell reports apart stand, beside the others or, if need be, far off."""
    tagged = words_of(desk.query.terms)
    if not holds(report, words_of(desk.apart)) or (tagged and not holds(report, tagged)):
        return None
    query = replace(desk.query, phrase="")
    for terms in ((*query.terms, *desk.apart), desk.apart):
        span = _terms_in(replace(desk, query=replace(query, terms=terms)), report)
        if span and _holds_one(report, span, desk.apart):
            return span
    return None


def _holds_one(report: Report, span: Span, terms: Sequence[Term]) -> bool:
    words = fold(report.quote(span.start, span.end))
    return any(t.match(words) >= SYNONYM_MATCH for t in terms)


def _alternatives(query: Query) -> tuple[Query, ...]:
    """Return one query for each side of 提到A或者B; none where nothing is left to choose."""
    said = _SAYS.search(query.topic)
    sides = re.split("或者?(?!许|多|少|大|小)", query.topic[said.end() :] if said else "")
    if len(sides) < 2:
        return ()
    parts = []
    for side in sides:
        words = re.sub("的?(?:报告|地方|有|是)?(?:哪|几|多少).*$", "", side).strip(' ，。？?“”"')
        terms = content_terms(words)
        if not terms:
            return ()
        parts.append(replace(query, topic=f"提到“{words}”", phrase=words, terms=terms))
        parts.append(replace(query, topic=words, phrase="", terms=terms))
    return tuple(parts)


def _covered(query: Query) -> bool:
    """Tell whether the terms stand for the phrase: of 八五普法 only 普法 is a term."""
    phrase = fold(query.phrase)
    held = sum(len(t.word) for t in query.terms if t.word in phrase)
    return held >= MOST_OF_PHRASE * len(phrase)


def phrase_in(desk: Desk, report: Report) -> Span | None:
    """Return where the phrase asked for stands word for word, or None."""
    return _phrase_in(desk.reading(report).lines, [fold(desk.query.phrase)])


def _phrase_in(lines: Sequence[Line], phrases: Sequence[str]) -> Span | None:
    held = [ln for ln in lines if any(p in unquoted(ln.folded) for p in phrases)]
    if not held:
        return None
    told = [line for line in held if len(line.span) > MAX_SPAN_CHARS // 4]
    best = min(told or held, key=lambda line: line.role == "plans")
    return _around(best, phrases)


def _terms_in(desk: Desk, report: Report) -> Span | None:
    reading = desk.reading(report)
    pool = candidates(desk, report)
    phrased = bool(desk.query.phrase)  # then every word of it counts
    terms = [t for t in desk.query.terms if is_theme(t) or (phrased and len(t.word) > 1)]
    terms = terms or list(desk.query.terms)
    if not terms:
        return None
    lacking = asks_of_lack(desk.query)
    if lacking and (rest := _without_lack(terms)):
        # 力量不够: told in any words of lack, of 人员, 队伍 or 人手
        terms = rest
        pool = [ln for ln in pool if ln.role in OF_LACK and pattern("short_of").search(ln.folded)]
    elif desk.query.role == "problems":  # 提到执法力量不足: a lack is told among the problems
        pool = [line for line in pool if line.role == "problems"]
    numbered = ordinals(desk.query.topic)
    if numbered:  # 第五次会议 is not told by 第四次会议
        pool = [line for line in pool if numbered <= ordinals(line.folded)]
    query = replace(desk.query, terms=tuple(terms)) if lacking else desk.query
    ranked = ordered(query, reading, pool, (), desk.near(report.id), len(pool))
    weighted = weigh(terms, reading)
    total = sum(w for _, w in weighted) or 1.0
    for evidence in ranked:
        for span in (evidence.span, evidence.line.span):
            words = fold(report.text[span.start : span.end])
            share = sum(w * t.match(words) for t, w in weighted) / total
            whole = all(t.match(words) >= SYNONYM_MATCH for t, _ in weighted)
            if whole or (share >= ENOUGH and not desk.query.phrase):
                return span
    return None


def asks_of_lack(query: Query) -> bool:
    """Tell whether a question is for what is short: 哪几家人手不够."""
    return pattern("short_of").search(normalise(query.topic)) is not None


def _without_lack(terms: Sequence[Term]) -> list[Term]:
    """Return the terms of what is lacking, those of staff with every word for staff."""
    rest = [t for t in terms if not pattern("short_of").fullmatch(t.word)]
    return [
        replace(t, variants=tuple(dict.fromkeys((*t.variants, *_STAFF)))) if t.word in _STAFF else t
        for t in rest
    ]


def ordinals(words: str) -> set[tuple[int, str]]:
    """Return the numbered meetings, terms and batches that words name: 第五次 is (5, 次)."""
    return {
        (int(q.value), q.unit)
        for q in find_quantities(words)
        if q.kind == "ordinal" and q.value is not None and words[q.start - 1 : q.start] == "第"
    }


def _around(line: Line, phrases: Sequence[str]) -> Span:
    for i, clause in enumerate(line.clauses):
        if any(p in unquoted(clause.folded) for p in phrases):
            if len(line.span) <= MAX_SPAN_CHARS:
                return line.span
            last = line.clauses[min(i + 1, len(line.clauses) - 1)]
            fits = last.span.end - clause.span.start <= MAX_SPAN_CHARS
            return Span(clause.span.start, last.span.end if fits else clause.span.end)
    return line.span
