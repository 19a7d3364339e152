"""Where the words of a claim stand in the quotes: together, or put together by the writer.

Each clause of a claim needs one clause of the quotes that bears it out. The two are laid side
by side; what the claim leaves out does no harm, and what it adds may be a subject that the
source's clause takes over from an earlier one. What it puts *in the place of* other words, while
it stands elsewhere in the quotes, is another thing's value: a figure, a day, a body, a title, a
member of another list, a verb. Texts are levelled; problems are Chinese, for people.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from bot.lock.clause_tokens import MAX_TOKENS, Clause, Token, clauses_of, entities
from bot.lock.stops import DEPENDENT
from retrieval.genre.quantities import same_value
from retrieval.genre.quantity_values import part_of_date

_MAX_CANDIDATES = 6
_ENOUGH = 0.5  # share of a clause's weight that a source's clause must hold to be its likeness
_NEARLY = 0.7  # of the best likeness: clauses that may be meant as well

_TWO_HAN = re.compile(r"[\u3400-\u9fff]{2}")

# Words of one meaning: putting one for another changes nothing.
_ALIKE = tuple(
    frozenset(words.split())
    for words in (
        "加强 强化 增强 着力 深化 推进 推动 促进 抓实 做好 抓好 落实", "印发 出台 制定 下发 发布", "完善 健全 建立 构建",
        "举办 举行 组织 召开 开展", "部分 一些 个别 少数 有的 一部分", "提升 提高 上升 增长 增加", "下降 降低 减少",
        "由 被 经", "截至 截止", "大力 积极 深入 全面 切实 持续 不断 进一步", "我县 我区 我市 全县 全区 全市 全省 全镇",
    )
)  # fmt: skip


def placement_problems(
    sentence: str,
    quotes: Sequence[str],
    names: Collection[str] = (),
    excused: Collection[str] = (),
    *,
    words: bool = True,
) -> tuple[str, ...]:
    """Find clauses that give one thing what the quotes say of another.

    ``names`` are the scope's own, passed over; ``excused`` are the texts of figures that code
    computed; without ``words`` only figures, days and years are held in their places.
    """
    own_names = tuple(sorted((n for n in names if not n.isdigit()), key=len, reverse=True))
    sources = [clauses_of(quote, own_names) for quote in quotes]
    found: list[str] = []
    heads: list[_Found] = []
    for clause in clauses_of(sentence, own_names):
        if any(figure in clause.text for figure in excused):
            continue
        judged = _judge(clause, sources, words=words)
        if judged is None:
            continue
        if judged.problem:
            found.append(judged.problem)
        elif DEPENDENT.match(clause.text) and heads and not _follows(judged, heads[-1], sources):
            found.append(f"“{clause.text[:30]}”在原文中说的是别的事")
        if not DEPENDENT.match(clause.text):
            heads.append(judged)
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class _Found:
    """What bears a clause out, as (quote, clause) places; or the problem."""

    places: tuple[tuple[int, int], ...] = ()
    problem: str = ""


def _follows(dependent: _Found, head: _Found, sources: Sequence[Sequence[Clause]]) -> bool:
    """Tell whether a change (同比上升…) stands in the quotes after what the claim says it of."""
    for quote, index in dependent.places:
        at = index
        while at > 0 and DEPENDENT.match(sources[quote][at].text):
            at -= 1
        if any((quote, place) in head.places for place in range(at, index + 1)):
            return True
        whose = _subject(sources[quote][index].text)
        if whose and any(whose in sources[q][i].text for q, i in head.places if q == quote):
            return True
    return not head.places or not dependent.places


def _subject(text: str) -> str:
    """Return what a clause tells a change of, if it says so itself: 业务投诉 of 业务投诉同比下降36%."""
    starts = (at for at in range(1, len(text)) if DEPENDENT.match(text[at:]))
    return text[: next(starts, 0)]


def _judge(clause: Clause, sources: Sequence[Sequence[Clause]], *, words: bool) -> _Found | None:
    """Look for a clause of the quotes that bears out ``clause``; None if it is like none."""
    whole = clause.weight
    if not clause.tokens or whole < 3:
        return None
    verbatim = [(n, s.index) for n, of in enumerate(sources) for s in of if clause.text in s.text]
    if verbatim:  # also in a title, which is one token
        return _Found(tuple(verbatim))
    ranked = sorted(
        (
            (_shared(clause, source), quote, source)
            for quote, of_quote in enumerate(sources)
            for source in _candidates(clause, of_quote)
        ),
        key=lambda entry: (-entry[0], entry[1], entry[2].index),
    )
    if not ranked or ranked[0][0] < _ENOUGH * whole:
        return None
    problem = ""
    places: list[tuple[int, int]] = []
    for shared, quote, source in ranked[:_MAX_CANDIDATES]:
        if shared < _NEARLY * ranked[0][0]:
            break
        fault = _misplaced(clause, source, sources, words=words)
        if fault is None:
            places.append((quote, source.index))
        problem = problem or (fault or "")
    if (
        places
        and words
        and (other := _told_exactly(clause, [sources[q][i] for q, i in places], sources))
    ):
        return _Found(problem=f"“{clause.text[:30]}”的原文是“{other.text[:30]}”")
    return _Found(tuple(places)) if places else _Found(problem=problem)


def _told_exactly(
    clause: Clause, borne_out: Sequence[Clause], sources: Sequence[Sequence[Clause]]
) -> Clause | None:
    """Return the clause that says just this with another figure, while the others say more.

    调解62件 is 调解成功62件 with a word left out, but the quotes have 调解377件.
    """
    if not any(token.counted for token in clause.tokens):
        return None
    words = _words(clause)
    if not words or any(_words(source) == words for source in borne_out):
        return None
    for source in (s for of_quote in sources for s in of_quote):
        dated = any(
            (mine := entities(clause, kind))
            and (theirs := entities(source, kind))
            and not mine & theirs
            for kind in ("year", "date")
        )
        if not dated and _words(source) == words and any(t.counted for t in source.tokens):
            return source
    return None


def _words(clause: Clause) -> str:
    return "".join(token.text for token in clause.tokens if token.quantity is None)


def _candidates(clause: Clause, of_quote: Sequence[Clause]) -> Iterator[Clause]:
    """Yield the clauses of a quote, and neighbours joined where only they hold all figures."""
    yield from of_quote
    figures = [t.key for t in clause.tokens if t.counted]
    if len(figures) < 2 or any(set(figures) <= set(c.keys) for c in of_quote):
        return
    for width in (2, 3):
        for at in range(len(of_quote) - width + 1):
            window = of_quote[at : at + width]
            joined = tuple(t for c in window for t in c.tokens)
            if set(figures) <= {t.key for t in joined}:
                text = "".join(c.text for c in window)
                yield Clause(text, joined[:MAX_TOKENS], window[-1].index)


def _shared(clause: Clause, source: Clause) -> float:
    """Return the weight of the tokens that both hold."""
    held: dict[str, int] = {}
    for key in source.keys:
        held[key] = held.get(key, 0) + 1
    total = 0.0
    for token in clause.tokens:
        if held.get(token.key, 0) > 0:
            held[token.key] -= 1
            total += token.weight
    return total


def _misplaced(
    clause: Clause, source: Clause, sources: Sequence[Sequence[Clause]], *, words: bool
) -> str | None:
    """Return what ``clause`` has in the place of other words of ``source``, or None."""
    replaced = _difference(clause.tokens, source.tokens)
    others = "\n".join(c.text for q in sources for c in q if c is not source)
    for said, instead in replaced:
        fault = _substituted(said, instead, source, others, clause, words=words)
        if fault:
            return fault
    return None


_Run = tuple[Token, ...]


def _difference(said: tuple[Token, ...], source: tuple[Token, ...]) -> list[tuple[_Run, _Run]]:
    """Return what ``said`` puts in the place of what of ``source``.

    Words moved within the clause (甲召开会议, 会议由甲召开) are laid side by side once more.
    """
    added: list[_Run] = []
    left: list[_Run] = []
    replaced: list[tuple[_Run, _Run]] = []
    for tag, a, b, c, d in _opcodes(said, source):
        if tag == "replace":
            replaced.append((said[a:b], source[c:d]))
        elif tag == "delete":
            added.append(said[a:b])
        elif tag == "insert":
            left.append(source[c:d])
    moved: list[tuple[_Run, _Run]] = []
    for run in [*added, *(said for said, _ in replaced)]:
        for other in [*left, *(instead for _, instead in replaced)]:
            if (run, other) not in replaced and _common_run(run, other) >= 2:
                moved += [
                    (run[a:b], other[c:d])
                    for tag, a, b, c, d in _opcodes(run, other)
                    if tag == "replace"
                ]
    return [*replaced, *moved]


@lru_cache(maxsize=8192)
def _opcodes(said: _Run, source: _Run) -> tuple[tuple[str, int, int, int, int], ...]:
    matcher = SequenceMatcher(None, [t.key for t in said], [t.key for t in source], autojunk=False)
    return tuple(matcher.get_opcodes())


def _common_run(one: _Run, other: _Run) -> int:
    matcher = SequenceMatcher(None, [t.key for t in one], [t.key for t in other], autojunk=False)
    return matcher.find_longest_match().size


def _substituted(
    said: _Run, instead: _Run, source: Clause, others: str, clause: Clause, *, words: bool
) -> str | None:
    """Tell what was put in the place of other words though it stands elsewhere in the quotes."""
    mine, theirs = "".join(t.text for t in said), "".join(t.text for t in instead)
    figures = [t for t in said if t.quantity is not None]
    for token in figures:
        quantity = token.quantity
        held = tuple(t.quantity for t in source.tokens if t.quantity is not None)
        if quantity is None or any(same_value(quantity, q) for q in held):
            continue
        if part_of_date(quantity, held):
            continue
        if any(t.quantity is not None for t in instead) or token.counted:
            return f"“{token.text}”在原文中说的是别的事，这里原文是“{theirs[:20]}”"
    if not words:
        return None
    if any(mine in group and theirs in group for group in _ALIKE):
        return None
    if not any(t.quantity is None for t in instead):
        return None
    others_of = [t.text for t in said if t.quantity is None]
    if not others_of:
        return None
    if len(others_of) == 1 and len(others_of[0]) == 1:
        at = next(t.at for t in said if t.quantity is None)
        around = {clause.text[max(0, at - 1) : at + 1], clause.text[at : at + 2]}
        chunks = {w for w in around if _TWO_HAN.fullmatch(w)}
    else:
        chunks = {
            a.text + b.text
            for a, b in itertools.pairwise(said)
            if a.quantity is None and b.quantity is None
        } | {w for w in others_of if len(w) > 1}
    foreign = [c for c in chunks if c in others and c not in source.text]
    if foreign:
        return f"“{mine[:20]}”在原文中说的是别的事，这里原文是“{theirs[:20]}”"
    return None
