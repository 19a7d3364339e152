"""What a briefing can choose from: pieces of a report by part, the most telling first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.evidence import listing
from bot.evidence.reading import Line, Reading
from bot.evidence.selection import KnownFact, select, weigh
from bot.evidence.whole_clauses import bare_start, is_effect, pieces, typeset
from bot.lexicon import pattern
from retrieval.documents import Report, Role, Span
from retrieval.parsing.chunking import split_clauses, split_sentences
from retrieval.question.query import Query
from retrieval.question.terms import SYNONYM_MATCH, Term
from retrieval.text.normalise import fold
from retrieval.text.wrapping import join, words_of

Part = Literal["overall", "measures", "problems", "plans"]
MAX_PIECE = 90
LONG_PIECE = 130
SHORT_ENOUGH = 28  # a piece gains nothing by being shorter
ITEM_PIECE = 60
ENOUGH_ON_THEME = 0.5
NEAR_THE_THEME = 0.65
_CORE = re.compile(
    "复议|诉讼|败诉|出庭|规范性文件审核|重大行政决策|调解|纠纷|处罚案件|网上可办|政务服务|示范"
)
_HEADLINE = re.compile(
    "行政复议(?:收到|受理|办理)件数|行政诉讼败诉率|出庭应诉率|规范性文件审核件数|调解成功率|调解受理件数|处罚案件数|网上可办率"
)
_ANNOUNCES = re.compile("现将|如下|报告如|根据.{2,30}(?:要求|规定)|通知")
_WHOLE = re.compile("全年|全[县区市省]|累计|各级|一年来|今年以来|20[0-9]{2}年")
# an item of every report: it comes last
_SAYS_NOTHING_NEW = re.compile(
    "习近平|党的.{1,4}大|学习宣传|学习贯彻|(?:年度|各项)(?:重点)?(?:工作|任务)|加强(?:组织|党的)领导"
)
_UP_TO_A_FIGURE = re.compile("[^0-9]*[^，；]*")
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
        "measures": _measures(reading, facts),
        "problems": _items(report, "problems"),
        "plans": _items(report, "plans"),
    }


def theme_pools(
    query: Query,
    reading: Reading,
    terms: Sequence[Term],
    facts: Sequence[KnownFact],
    boosts: Mapping[int, float],
) -> Pools:
    """Return the pieces that speak of a theme, by part; empty where the report does not."""
    theme = "/".join(t.word for t in terms)
    weighted = weigh(terms, reading)
    total = sum(w for _, w in weighted) or 1.0

    def held(words: str) -> float:
        matches = ((w, t.match(words)) for t, w in weighted)
        return sum(w * (m if m >= SYNONYM_MATCH else 0.6 * m) for w, m in matches) / total

    found: dict[Part, list[tuple[float, Piece]]]
    found = {"overall": [], "measures": [], "problems": [], "plans": []}
    lines = [line for line in reading.lines if _tells(line)]
    covered = {e.line.span: e.coverage for e in select(query, reading, lines, boosts, terms=terms)}
    for line in lines:
        led = line.lead if line.lead != line.folded else ""
        headed = held(f"{line.path} {led}")
        if max(headed, covered.get(line.span, 0.0)) < ENOUGH_ON_THEME:
            continue
        part = DOER[line.role]
        for piece in _line_pieces(reading.report, line, facts, part, LONG_PIECE):
            own = held(fold(piece.text))
            if max(own, headed) < ENOUGH_ON_THEME:
                continue
            value = piece.value + 0.9 * own + 0.6 * headed + boosts.get(line.span.start, 0.0)
            value -= 0.3 * _is_slight(piece)
            themed = replace(piece, value=value, names=(*piece.names, theme))
            found[part].append((max(own, headed), themed))
    nearest = max((near for listed in found.values() for near, _ in listed), default=0.0)
    # of what speaks of all of a theme and what of half of it, only the former
    return {
        part: sorted(
            (piece for near, piece in listed if near >= NEAR_THE_THEME * nearest),
            key=lambda p: (-p.value, p.span.start),
        )
        for part, listed in found.items()
    }


def _tells(line: Line) -> bool:
    """Leave out headings without a figure: they name, they do not tell."""
    if not line.is_heading:
        return True
    return any(q.unit and q.kind != "date" for c in line.clauses for q in c.figures)


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


def _measures(reading: Reading, facts: Sequence[KnownFact]) -> list[Piece]:
    roles: set[Role] = {"measures", "leadership"}
    if not any(line.role in roles for line in reading.lines):
        roles = {"other"}
    found = []
    for line in reading.lines:
        if line.role in roles and _tells(line):
            for piece in _line_pieces(reading.report, line, facts, "measures"):
                slight = _is_slight(piece)
                middle = piece.span.start > line.span.start + 8
                lost = (middle or bool(piece.names)) and not _names_its_subject(piece)
                value = piece.value - 0.8 * slight - 1.5 * lost
                if value > 0:  # of a whole report many things are to be told: shortly
                    value /= ((12 + max(len(piece.text), SHORT_ENOUGH)) / 60) ** 0.3
                found.append(replace(piece, value=value))
    return sorted(found, key=lambda p: (-p.value, p.span.start))


def _is_slight(piece: Piece) -> bool:
    """Tell whether a piece is a few words with a figure that has no name: 制作展板12块."""
    return len(piece.text) < 16 and not piece.names


def _names_its_subject(piece: Piece) -> bool:
    """Tell whether a piece says what its first figures count.

    受理审结160件 needs the 行政复议 that stands before it.
    """
    subjects = (re.sub("^(?:行政(?!机关|许可)|矛盾)", "", name)[:2] for name in piece.names)
    first = "".join(_UP_TO_A_FIGURE.findall(piece.text)[:1])
    if len(re.findall("[\u3400-\u9fff]", first)) > 8:
        return True
    return all(subject in first for subject in list(subjects)[:1])


def _line_pieces(
    report: Report, line: Line, facts: Sequence[KnownFact], part: Part, most: int = MAX_PIECE
) -> list[Piece]:
    node = report.sections[line.section].node[:4]
    found = []
    own = [f for f in facts if line.span.start <= f.start < line.span.end and f.period == "this"]
    strict = {(s.start, s.end) for s in pieces(report.text, line.span, most)}
    for span in pieces(report.text, line.span, most, loose=True):
        piece = _piece(report, part, _with_heading(report.text, span), node)
        if piece is None:
            continue
        names = tuple(f.indicator for f in own if span.start <= f.start < span.end)
        value = _worth(report, line, span, names)
        if (span.start, span.end) not in strict:
            value -= 0.35
        if span.start > line.span.start + 8:
            value -= 0.15  # its subject may stand before it
        value /= ((12 + max(len(piece.text), SHORT_ENOUGH)) / 60) ** 0.25
        found.append(Piece(part, piece.span, piece.text, value, node, names, None, line.span.start))
    return found


def _with_heading(text: str, span: Span) -> Span:
    """Take in the words before a colon that say what a clause is about: 行政复议：收到申请17件."""
    head = _RUN_IN_HEADING.search(text, max(0, span.start - 16), span.start)
    return Span(head.start(1), span.end) if head else span


def _worth(report: Report, line: Line, span: Span, names: Sequence[str]) -> float:
    """Return how much a reader learns: known figures most, other figures; not slogans."""
    words = words_of(report.text, span.start, span.end)
    clauses = [c for c in line.clauses if span.start <= c.span.start and c.span.end <= span.end]
    figures = [q for c in clauses for q in c.figures if q.kind != "date"]
    known = sorted(map(_rank, dict.fromkeys(names)), reverse=True)
    value = sum(worth / (1 + 0.5 * i) for i, worth in enumerate(known))
    value += 0.3 * min(max(len(figures) - len(names), 0), 3) / (1 + len(known) / 2)
    value -= 2.0 * any(q.doubtful for q in figures)
    if line.lead == line.folded and not figures and len(words) < 30:
        value -= 1.5  # the words that head an item: they name, they do not tell
    value += 0.3 * bool(known and known[0] >= 1.0 and _WHOLE.search(words))
    value -= 0.25 * sum(is_effect(c.folded) for c in clauses)
    return value + 0.5


def _rank(indicator: str) -> float:
    """Return how much an indicator of the genre matters to whoever reads one paragraph."""
    if _HEADLINE.search(indicator):
        return 1.5
    return 1.0 if _CORE.search(indicator) else 0.6


def _items(report: Report, role: Role) -> list[Piece]:
    """Return the tellings of each item of a part, in rounds: first the best of every item."""
    part: Part = "problems" if role == "problems" else "plans"
    ranked: list[list[Piece]] = []
    for number, item in enumerate(listing.role_items(report, role)):
        forms = _forms(report, item, part, number)
        if forms:
            ranked.append(forms)
    ranked.sort(key=lambda forms: bool(_SAYS_NOTHING_NEW.search(forms[0].text)))
    rounds = max((len(forms) for forms in ranked), default=0)
    return [forms[i] for i in range(rounds) for forms in ranked if i < len(forms)]


def _forms(report: Report, item: listing.Item, part: Part, number: int) -> list[Piece]:
    """Return how one item may be told: its lead, shorter runs of it, the sentence that follows."""
    text = report.text
    found: dict[Span, Piece] = {}
    sentences = [item.lead, *split_sentences(text, item.lead.end, item.span.end)[:3]]
    for rank, sentence in enumerate(sentences):
        for span in pieces(text, sentence, ITEM_PIECE):
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
    return sorted(found.values(), key=lambda p: (-p.value, p.span.start))


def _piece(report: Report, part: Part, span: Span, group: tuple[int, ...]) -> Piece | None:
    """Return a piece with its end marks off, set for a document; None if it says too little."""
    words = words_of(report.text, span.start, span.end)
    core = words.rstrip("，,；;。、：:！!？? \u3000")
    if core.endswith("等") and len(core) < len(words.strip()):
        core = core[:-1] if core[-2:-1] in "，,、" else core
    text = typeset(core)
    if len(text) < 5 or not re.search("[\u3400-\u9fff]{3}", text):
        return None
    whole = join(report.text)
    end = whole.original(whole.joined(span.start) + len(core), end=True)
    return Piece(part, Span(span.start, end), text, 0.0, group)
