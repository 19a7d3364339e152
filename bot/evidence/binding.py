"""What a figure counts: each figure of a report with the words on both sides that say so.

A sentence holds several figures (收到65件，受理36件); the words between two of them belong to
the nearer one. ``Placed`` is a figure with these words, ``Asserted`` one that a question
claims, and ``bind`` scores how well a placed figure is the one the question speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast

from bot.evidence.reading import Clause, Line, Reading
from bot.evidence.units import Fit, plain_unit, unit_fit
from retrieval.documents import Span
from retrieval.genre.directions import MOVES, Direction, ways
from retrieval.genre.quantities import Quantity, canonical
from retrieval.genre.quantity_values import is_some_over, same_number
from retrieval.question.asking import ASKS, asks
from retrieval.question.query import Query
from retrieval.question.terms import SYNONYM_MATCH, Term, content_terms, is_theme
from retrieval.text.marks import CLAUSE_END, PART_END, SENTENCE_END
from retrieval.text.normalise import fold, normalise

Relation = Literal["equal", "more", "least", "less", "most", "near", "over"]

_REACH = 400  # as far as words in a sentence, or around it, can govern a figure
_MOVE_WORDS = re.compile(
    f"{MOVES}|同比|同期|环比|幅度|降|升|不足|不到|没到|没有到|未到|超过|突破|没错|属实"
    "|[高低多少]于|不[高低多少]于|至[多少]|以[上下内]"
)
_FORMER = re.compile("(?:由|从|(?:上年|去年)(?:同期)?的?)$")
_CLASS = re.compile("[一二三四五][类审级]|[省市县区]级|国家级|首[次批个]|第[一二三四五][次批]")
_COUNT_UNITS = frozenset("件宗起份个例项条本部篇次场期轮人名位家户所处台套辆张块间支幅册只")
_UNIT_BONUS: Mapping[Fit, float] = {"same": 0.1, "alike": 0.05, "none": 0.05, "other": -0.05}
_FIGURE = "\0"  # stands for a figure between the words on both sides of it
_RELATION = re.compile(
    f"(?P<least>(?:不低于|不少于|不小于|至少){_FIGURE}|{_FIGURE}(?:及?以上))"
    f"|(?P<most>(?:不高于|不多于|不超过|至多){_FIGURE}|{_FIGURE}(?:及?以下|以内))"
    f"|(?P<less>(?:不足|不到|没到|没有到|未到|未达到?|没达到|低于|少于|不满){_FIGURE})"
    f"|(?P<more>(?:超过了?|突破了?|高于|多于|逾|超){_FIGURE}|{_FIGURE}(?:多|余))"
    f"|(?P<near>(?:大约|约|接近|近|差不多|大概){_FIGURE}|{_FIGURE}(?:左右|上下))"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A figure of a report: its ``span`` there and the words that say what it counts.

    ``before`` runs from the figure before it (or the sentence's last 。；), ``after`` to the
    next figure or comma; ``subject`` are the words a change (同比上升74%) inherits from the
    figure before, ``earlier`` the rest of the sentence so far. ``change`` is the way the
    figure says something went, None for a level. ``former`` marks what was (由175件),
    ``shared`` one of several figures told together (分别为3件、5件), which code cannot assign;
    ``joined`` that the next figure stands in the same clause, so that ``after`` is its, too.
    """

    quantity: Quantity
    span: Span
    before: str
    after: str
    subject: str
    earlier: str
    line: Line
    clause: Clause
    change: Direction | None = None
    former: bool = False
    shared: bool = False
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Asserted:
    """A figure that a question claims, with the terms on its two sides and how it is compared.

    ``own`` are the terms beside it (``left`` those before it), ``context`` those of the
    question's earlier parts; ``said`` is the figure with how it is compared (低于5%).
    """

    quantity: Quantity
    words: str
    own: tuple[Term, ...]
    context: tuple[Term, ...]
    left: tuple[Term, ...] = ()
    relation: Relation = "equal"
    change: Direction | None = None
    said: str = ""

    def holds(self, other: Quantity) -> bool:
        """Tell whether a report's figure makes the claim true, its subject apart."""
        if self.relation == "equal" or other.value is None or self.quantity.value is None:
            return same_number(self.quantity, other) and comparable(self.quantity, other)
        asked, said = canonical(self.quantity)[0], canonical(other)[0]
        if self.relation == "more":
            return said > asked or (said == asked and other.modifier in ("余", "多", "超", "以上"))
        if self.relation == "less":
            return said < asked
        if self.relation == "least":
            return said >= asked
        if self.relation == "most":
            return said <= asked
        if self.relation == "over":
            return is_some_over(self.quantity, other)
        return abs(said - asked) * 10 <= abs(asked)


def way(words: str) -> Direction | None:
    """Return the way the last verb of change in ``words`` goes (下降, 缩短 → down), or None."""
    return next(reversed(ways(words)), None)


def placed_figures(reading: Reading) -> list[Placed]:
    """Return every figure of a report that has a value or is a date, in order."""
    return [placed for line in reading.lines for placed in _placed_in(line, reading.report.text)]


def _placed_in(line: Line, text: str) -> Iterator[Placed]:
    figures = [
        (clause, q, Span(clause.span.start + q.start, clause.span.start + q.end))
        for clause in line.clauses
        for q in clause.figures
        if q.value is not None and q.kind not in ("year", "ordinal", "document")
    ]
    at, previous = line.span.start, None
    for i, (clause, quantity, span) in enumerate(figures):
        until = figures[i + 1][2].start if i + 1 < len(figures) else line.span.end
        gap = text[max(at, span.start - _REACH) : span.start]
        before = fold(SENTENCE_END.split(gap)[-1])
        same_sentence = not SENTENCE_END.search(gap)
        rest = text[span.end : min(until, span.end + _REACH)]
        after = fold(rest if quantity.kind == "date" else PART_END.split(rest, maxsplit=1)[0])
        own = CLAUSE_END.split(before)[-1]
        change = way(own) or (way(after[:4]) if after.startswith("的") else None)
        bare = not own.strip("、和与及，,")
        if change is None and bare and previous is not None and same_sentence:
            change = previous.change
        subject = ""
        if change and previous is not None and same_sentence:
            subject = previous.subject if previous.change else previous.before + previous.after
        shared = "分别" in before or (bare and previous is not None and previous.shared)
        earlier = fold(text[max(line.span.start, at - _REACH) : at])
        previous = Placed(
            quantity, span, before, after, subject, earlier, line, clause, change,
            bool(_FORMER.search(before)), shared,
            i + 1 < len(figures) and not PART_END.search(rest),
        )  # fmt: skip
        yield previous
        at = span.end


def asserted_figures(query: Query) -> list[Asserted]:
    """Return the figures the question claims, each with the words of the question around it."""
    topic = normalise(query.topic)
    found, at = [], 0
    for figure in query.figures:
        start = topic.find(figure.text, at)
        beyond = start + len(figure.text)
        if start < 0 or _offers_choice(topic, start, beyond) or _is_no_claim(figure, topic[:start]):
            continue
        found.append((figure, start))
        at = start + len(figure.text)
    asserted: list[Asserted] = []
    for i, (figure, start) in enumerate(found):
        end = start + len(figure.text)
        since = found[i - 1][1] + len(found[i - 1][0].text) if i else 0
        until = found[i + 1][1] if i + 1 < len(found) else len(topic)
        before = PART_END.split(topic[since:start])[-1]
        after = PART_END.split(topic[end:until], maxsplit=1)[0]
        said = _RELATION.search(before + _FIGURE + after)
        relation = cast(Relation, said.lastgroup if said else "equal")
        if relation == "equal" and figure.modifier in ("余", "多"):
            relation = "over"  # 一百多天
        # 350项证明材料涉及几个部门 asks about what stands beside the figure
        if asks(after) or after.endswith("率"):
            after = _VERB.split(after, maxsplit=1)[0]
        left = subject_terms(before)
        own = subject_terms(f"{before} {after}")
        context = subject_terms(topic[:start] if i or own else topic)
        asserted.append(
            Asserted(
                figure, before + after, own or context, tuple(t for t in context if t not in own),
                left, relation, way(before) or (way(after[:5]) if after[:1] == "的" else None),
                said[0].replace(_FIGURE, figure.text) if said else figure.text,
            )
        )  # fmt: skip
    return asserted


_VERB = re.compile(f"涉及|包括|占|里面?|中|后|是|有|的(?=[^的]{{0,8}}(?:{ASKS}|率$))|{ASKS}")


def _is_no_claim(figure: Quantity, before: str) -> bool:
    """A day without its month (15日) and a quoted number (“721”工作法) claim nothing."""
    if figure.kind == "date":
        return figure.value is None or int(figure.value) % 10000 < 100
    return not figure.unit and before.endswith(("“", '"', "‘", "'"))


def _offers_choice(topic: str, start: int, end: int) -> bool:
    """是65件还是36件 and 65和36，哪个 claim neither; 12.1%，是升还是降 leaves only the way open."""
    clause = CLAUSE_END.split(topic[:start])[-1] + topic[start:end]
    rest = CLAUSE_END.split(topic[end:], maxsplit=1)
    return "还是" in clause + rest[0] or rest[-1].startswith(("还是", "哪个", "哪一个"))


def subject_terms(words: str) -> tuple[Term, ...]:
    """Return the terms that name what is counted: verbs and classes (受理, 一类) weigh, too."""
    plain = _MOVE_WORDS.sub(" ", words)
    terms = [
        t if t.weight >= 0.4 or len(t.word) < 2 else replace(t, weight=0.4)
        for t in content_terms(plain)
    ]
    known = {t.word for t in terms}
    terms += [Term(c, 1.0) for c in dict.fromkeys(_CLASS.findall(plain)) if c not in known]
    return tuple(terms)


def comparable(asked: Quantity, other: Quantity) -> bool:
    """Tell whether one figure could be said instead of the other: rates, money, time, counts."""
    if asked.kind != other.kind:
        return False
    if asked.kind in ("percent", "points", "money"):
        return True
    if asked.kind == "date":
        return bool(asked.value and asked.value % 100 and other.value and other.value % 100)
    mine, theirs = plain_unit(asked.unit), plain_unit(other.unit)
    return mine == theirs or (_counts(mine) and _counts(theirs))


def _counts(unit: str) -> bool:
    return not unit or unit[0] in _COUNT_UNITS


_AIM = re.compile("目标|控制在|力争|确保|不低于|不高于")
_TOTAL = re.compile("^(?:总共|一共|合计|总计|共计|累计|共)$")


def beside(asked: Asserted, placed: Placed) -> str:
    """Return the words that say what a figure counts; a total's (共35件) are all before it."""
    return _near(asked, placed) + "|" + _summed(placed)


def _near(asked: Asserted, placed: Placed) -> str:
    near = placed.before
    if not (placed.joined and len(asked.left) == len(asked.own)):
        near += "|" + placed.after
    if asked.change and placed.change:
        near += "|" + placed.subject
    return near


def is_total(placed: Placed) -> bool:
    """Tell whether a figure sums up those before it (共35件)."""
    return bool(_TOTAL.search(CLAUSE_END.split(placed.before)[-1]))


def _summed(placed: Placed) -> str:
    return placed.earlier if is_total(placed) else ""


def bind(asked: Asserted, placed: Placed, query: Query, year: int | None) -> float:
    """Return how well ``placed`` is the figure the question speaks of: about 0..1.1.

    Terms count in full beside the figure, less in the rest of its sentence and least in its
    headings; what stands beside the figure and was not asked counts against it.
    """
    near, summed = _near(asked, placed), _summed(placed)
    wide = placed.earlier + placed.subject + placed.clause.folded[:_REACH]
    line = placed.line
    around = "|".join(w[:_REACH] for w in (line.lead, line.path, line.before, line.folded))
    total = covered = 0.0
    for terms, share in ((asked.own, 1.0), (asked.context, 0.35)):
        for term in terms:
            weight = term.weight * share
            total += weight
            covered += weight * max(
                term.match(near),
                term.match(summed),
                0.75 * term.match(wide),
                0.45 * term.match(around),
            )
    if not total:
        return 0.0
    score = 0.8 * covered / total + 0.2 * _pairs_shared(asked.words, near)
    known = set(asked.words) | {
        c for t in asked.own + asked.context for c in t.word + "".join(t.variants)
    }
    own = [c for c in CLAUSE_END.split(placed.before)[-1] + placed.after if "㐀" <= c <= "鿿"]
    score -= 0.12 * sum(c not in known for c in own) / max(5, len(own))
    score += _UNIT_BONUS[unit_fit(asked.quantity.unit, placed.quantity.unit)]
    if bool(asked.change) != bool(placed.change):
        score -= 0.25
    if line.role == "plans" and query.role != "plans":
        score -= 0.3
    years = {int(y) for y in re.findall("(?<![0-9])20[0-4][0-9](?=年)", placed.before)}
    if _AIM.search(near) and not _AIM.search(asked.words):
        score -= 0.3
    if placed.former or (years and not placed.change and not years & {year, *query.years}):
        score -= 0.3
    reach = near + placed.earlier + placed.subject
    themes = [t for t in asked.own if is_theme(t)]
    if themes:
        score -= 0.15 * sum(t.match(reach) < SYNONYM_MATCH for t in themes) / len(themes)
    return score


def _pairs_shared(words: str, near: str) -> float:
    pairs = {
        words[i : i + 2]
        for i in range(len(words) - 1)
        if all("㐀" <= c <= "鿿" for c in words[i : i + 2])
    }
    return sum(p in near for p in pairs) / len(pairs) if pairs else 0.0
