"""What a briefing can choose from: pieces of a report by part, the most telling first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from bot.briefing.worth import Weights, signs_of
from bot.evidence import listing
from bot.evidence.honours import won
from bot.evidence.likeness import pairs_of
from bot.evidence.pieces import Piece as Leaf
from bot.evidence.reading import Line, Reading, read
from bot.evidence.selection import KnownFact, weigh
from bot.evidence.whole_clauses import bare_start, pieces, typeset
from retrieval.documents import Report, Role, Span
from retrieval.genre.lexicon import pattern
from retrieval.parsing.chunking import split_clauses, split_sentences
from retrieval.question.terms import SYNONYM_MATCH, Term
from retrieval.text.normalise import fold
from retrieval.text.segmentation import tag
from retrieval.text.wrapping import join, words_of

Part = Literal["overall", "measures", "problems", "plans"]
MAX_PIECE = 90
LONG_PIECE = 130
ITEM_PIECE = 60
_SHORT_PHRASE = 16  # 构建矛盾纠纷预防化解体系
_ANNOUNCES = re.compile("现将|如下|报告如|根据.{2,30}(?:要求|规定)|通知")
_RUN_IN_HEADING = re.compile("(?:^|[\n。；;）)】])\\s{0,4}([\u3400-\u9fff]{2,10}[：:])$")
DOER: Mapping[Role, Part] = {
    "measures": "measures", "leadership": "measures", "other": "measures", "preamble": "measures",
    "problems": "problems", "causes": "problems", "plans": "plans", "furniture": "measures",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of whole clauses that may stand in a briefing, set as it will be shown.

    ``group`` is the section it comes from, ``names`` the indicators of its figures; ``item``
    numbers the item it tells of, where only one telling of an item may be used; ``sentence`` is
    where its sentence starts.
    """

    part: Part
    span: Span
    text: str
    value: float
    group: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    item: int | None = None
    sentence: int = -1


Pools = dict[Part, list[Piece]]


def pools(reading: Reading, facts: Sequence[KnownFact]) -> Pools:
    """Return the pieces of a whole report by part, best first."""
    report = reading.report
    return {
        "overall": _overall(reading),
        "measures": work_pieces(reading, facts),
        "problems": _items(report, "problems"),
        "plans": _items(report, "plans"),
    }


def work_pieces(reading: Reading, facts: Sequence[KnownFact]) -> list[Piece]:
    """Return the pieces that tell of the work of a report, best first."""
    return _weighed(whole_candidates(reading, facts))


def honour_pieces(reading: Reading) -> list[Piece]:
    """Return the pieces of a report that tell of something won, best first."""
    found = []
    for line, span in won(reading):
        node = reading.report.sections[line.section].node[:4]
        bare = Span(bare_start(reading.report.text, span), span.end)
        if piece := _piece(reading.report, "measures", bare, node):
            signs = signs_of(reading.report, line, span, (), frozenset(), loose=False)
            found.append(Candidate(replace(piece, sentence=line.span.start), tuple(signs)))
    return _weighed(found)


def _weighed(found: Sequence[Candidate]) -> list[Piece]:
    """Return the pieces of a whole report by what the fitted weights say, best first."""
    weights = Weights.fitted()
    return _best_first(
        [
            replace(c.piece, value=float(np.dot(c.signs, weights.whole)) - weights.least)
            for c in found
        ]
    )


def theme_pools(leaves: Sequence[Leaf], facts: Sequence[KnownFact], terms: Sequence[Term]) -> Pools:
    """Return the pieces of the leaves that answer on a theme, by part, best first.

    The theme is among their names, so that of several themes none is told alone.
    """
    weights = Weights.fitted()
    theme = "/".join(term.word for term in terms)
    found: Pools = {"overall": [], "measures": [], "problems": [], "plans": []}
    for c in theme_candidates(leaves, facts, terms):
        value = float(np.dot(c.signs, weights.theme)) - weights.least_on_theme
        found[c.piece.part].append(replace(c.piece, value=value, names=(*c.piece.names, theme)))
    return {part: _best_first(listed) for part, listed in found.items()}


def _best_first(found: Sequence[Piece]) -> list[Piece]:
    return sorted(found, key=lambda p: (-p.value, p.span.start))


def says_little(piece: Piece) -> bool:
    """Tell whether a piece of the measures is a phrase that heads others rather than a deed."""
    heads = len(piece.text) < _SHORT_PHRASE and not re.search("[0-9]", piece.text)
    return piece.part == "measures" and (piece.value < 0 or heads)


def one_a_sentence(found: Sequence[Piece], most: int) -> list[Piece]:
    """Return the best piece of each sentence, the ``most`` best of them, in the report's order."""
    best: dict[int, Piece] = {}
    for piece in _best_first(found):
        best.setdefault(piece.sentence, piece)
    return sorted(list(best.values())[:most], key=lambda p: p.span.start)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A piece that may be told, with the signs that weigh it."""

    piece: Piece
    signs: tuple[float, ...]


def whole_candidates(reading: Reading, facts: Sequence[KnownFact]) -> list[Candidate]:
    """Return the pieces that tell of the work of a report, with the signs of ``worth.SIGNS``."""
    roles: set[Role] = {"measures", "leadership"}
    if not any(line.role in roles for line in reading.lines):
        roles = {"other"}
    return [
        c
        for line in reading.lines
        if line.role in roles
        for c in _line_candidates(reading.report, line, facts, "measures", MAX_PIECE)
    ]


def theme_candidates(
    leaves: Sequence[Leaf], facts: Sequence[KnownFact], terms: Sequence[Term]
) -> list[Candidate]:
    """Return the pieces of leaves on a theme, with the signs of ``SIGNS`` and ``OF_THEME``."""
    if not leaves:
        return []
    weighted = weigh(terms, read(leaves[0].report))
    total = sum(weight for _, weight in weighted) or 1.0
    pairs = pairs_of("".join(term.word for term in terms))
    most = max(leaf.fit for leaf in leaves) or 1.0
    found = []
    for leaf in leaves:
        worth = leaf.worth or (0.0,) * len(leaf.lines)
        best = max(worth, default=0.0)
        own, _ = leaf.headings
        opening = [*own, *(line.folded for line in leaf.lines[:1])]
        # under a heading or an opening that names the theme the rest need not name it again
        under = sum(w * max(map(term.match, opening)) for term, w in weighted) / total
        for line, answers in zip(leaf.lines, worth, strict=True):
            if line.role == "preamble" and _ANNOUNCES.search(line.folded):
                continue
            of_line = (leaf.fit / most, max(answers - best, -3.0))
            part = DOER[line.role]
            among = (float(part == "problems"), float(part == "plans"))
            for c in _line_candidates(leaf.report, line, facts, part, LONG_PIECE):
                words = fold(c.piece.text)
                share = sum(w * term.match(words) for term, w in weighted) / total
                held = sum(pair in words for pair in pairs) / max(len(pairs), 1)
                named = [
                    n
                    for n in set(c.piece.names)
                    if any(t.match(fold(n)) >= SYNONYM_MATCH for t in terms)
                ]
                told_by = (under, under * float(bool(re.search("[0-9]", words))))
                of_theme = (*of_line, share, held, float(min(len(named), 2)), *told_by, *among)
                found.append(replace(c, signs=(*c.signs, *of_theme)))
    return found


def _overall(reading: Reading) -> list[Piece]:
    """Return how the report sums itself up: the closing clauses of its opening sentence."""
    text = reading.report.text
    found = []
    for line in reading.lines:
        if line.role != "preamble" or _ANNOUNCES.search(line.folded) or len(line.span) < 25:
            continue
        start = bare_start(text, line.span)
        clauses = split_clauses(text, start, line.span.end)
        last = len(clauses)
        closing = text[clauses[-1].start :].startswith("为")
        for end in {last, last - 1 if closing and last > 1 else last}:
            for i in range(end):
                span = Span(clauses[i].start, clauses[end - 1].end)
                piece = _piece(reading.report, "overall", span, ())
                if piece is None or len(piece.text) > 80 or (i and _leans(piece.text)):
                    continue
                found.append(replace(piece, value=-len(piece.text) / 40))
    return sorted(found, key=lambda p: -p.value)


def _leans(words: str) -> bool:
    return words.startswith(
        ("为", "以", "在", "按照", "根据", "对", "并", "聚焦", "围绕", "把", "将")
    )


def _line_candidates(
    report: Report, line: Line, facts: Sequence[KnownFact], part: Part, most: int
) -> list[Candidate]:
    if line.row is not None:
        return []  # a row of a table is no clause of a paragraph
    node = report.sections[line.section].node[:4]
    own = [f for f in facts if line.span.start <= f.start < line.span.end and f.period == "this"]
    counts = Counter(fact.indicator for fact in own)
    apart = frozenset(name for name, count in counts.items() if count > 1)
    strict = {(s.start, s.end) for s in pieces(report.text, line.span, most)}
    found = []
    for span in pieces(report.text, line.span, most, loose=True):
        piece = _piece(report, part, _with_heading(report.text, span), node)
        if piece is None:
            continue
        names = tuple(f.indicator for f in own if span.start <= f.start < span.end)
        loose = (span.start, span.end) not in strict
        if loose and len(piece.text) < _SHORT_PHRASE:
            continue  # 全市排第2名: a few words from the midst of a sentence, without their subject
        signs = signs_of(report, line, span, names, apart, loose=loose)
        found.append(Candidate(replace(piece, names=names, sentence=line.span.start), tuple(signs)))
    return found


def _with_heading(text: str, span: Span) -> Span:
    """Take in the words before a colon that say what a clause is about: 行政复议：收到申请17件."""
    head = _RUN_IN_HEADING.search(text, max(0, span.start - 16), span.start)
    return Span(head.start(1), span.end) if head else span


def _items(report: Report, role: Role) -> list[Piece]:
    """Return the tellings of each item of a part, in rounds: first the best of every item."""
    part: Part = "problems" if role == "problems" else "plans"
    ranked: list[list[Piece]] = []
    for number, item in enumerate(listing.role_items(report, role)):
        forms = _forms(report, item, part, number)
        if forms:
            ranked.append(forms)
    rounds = max((len(forms) for forms in ranked), default=0)
    return [forms[i] for i in range(rounds) for forms in ranked if i < len(forms)]


def _forms(report: Report, item: listing.Item, part: Part, number: int) -> list[Piece]:
    """Return how one item may be told: its lead, shorter runs of it, the sentence that follows."""
    text = report.text
    found: dict[Span, Piece] = {}
    sentences = [item.lead, *split_sentences(text, item.lead.end, item.span.end)[:3]]
    for rank, sentence in enumerate(sentences):
        for span in pieces(text, sentence, ITEM_PIECE):
            if rank and part == "problems" and span.end < sentence.end - 1:
                continue  # what is lacking stands last: 对标100项指标，自评仍有7项未达标
            piece = _piece(report, part, span, (number,))
            if piece is None:
                continue
            value = 1.0 - rank - len(piece.text) / 60
            if piece.span.start > bare_start(text, sentence):
                value -= 0.5
            if part == "problems" and pattern("lack").search(piece.text):
                value += 0.6
            if rank and len(sentences[0]) > 0 and part == "plans":
                value += 0.2
            found[span] = Piece(part, piece.span, piece.text, value, (number,), (), number)
    if not found:  # no run of clauses closes: its first clause names it
        start = bare_start(text, item.lead)
        first = split_clauses(text, start, item.lead.end)[0]
        piece = _piece(report, part, first, (number,))
        if piece is not None:
            found[first] = replace(piece, item=number)
    return sorted(found.values(), key=lambda p: (-p.value, p.span.start))


def _points_back(text: str) -> bool:
    """Tell whether a piece opens with a pronoun (该做法, 其中): what it means stands before it."""
    word, part_of_speech = tag(text[:4])[0]
    return part_of_speech == "r" and word[0] not in "我本"


def _piece(report: Report, part: Part, span: Span, group: tuple[int, ...]) -> Piece | None:
    """Return a piece with its end marks off, set for a document; None if it says too little."""
    words = words_of(report.text, span.start, span.end)
    core = words.rstrip("，,；;。、：:！!？? \u3000")
    if core.endswith("等") and len(core) < len(words.strip()):
        core = core[:-1] if core[-2:-1] in "，,、" else core
    text = typeset(core)
    if len(text) < 5 or not re.search("[\u3400-\u9fff]{3}", text) or _points_back(text):
        return None
    whole = join(report.text)
    end = whole.original(whole.joined(span.start) + len(core), end=True)
    return Piece(part, Span(span.start, end), text, 0.0, group)
