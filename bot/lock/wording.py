"""What a sentence denies, and what it says rose or fell.

Every function takes levelled text (``retrieval.text.normalise.level``) and answers with problems in
Chinese, ready for people; no problem is the empty tuple. Comparison is by clauses and
character pairs, so no dictionary is needed, and the cost is linear in the clauses compared.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from bot.evidence.likeness import pairs_of
from bot.lock.stops import DEPENDENT, items
from retrieval.genre.lexicon import pattern
from retrieval.genre.quantities import canonical, find_quantities
from retrieval.text.normalise import HAN_RUN

# Passed over between a negation and what it denies.
_FILLER = re.compile(
    "(?:能够|能|曾|有|得到|得|会|可|被|再|很|太|够|尽|充分|有效|完全|及时|进行|实现|发生|出现|产生|予以|予|经"
    "|存在|收到|根本|全面|任何|一|是|要|应|需|必须){1,4}"
)
_ZERO = re.compile("(?<!清)零|(?<![0-9.])0(?![0-9.])")
_FROM_TO = re.compile("[由从](.*\\d.*)[到至为](.*\\d.*)")
_REACH = 8  # characters after a negation that it may deny


def overlap(words: str, source: str) -> float:
    """Return the part of ``words``' character pairs that stand in ``source`` (1.0 if none)."""
    own = pairs_of(words)
    return len(own & pairs_of(source)) / len(own) if own else 1.0


def nearest(clause: str, sources: Sequence[str]) -> tuple[str, ...]:
    """Return the source clauses that share most with ``clause``, all of the best ones."""
    shared = [(overlap(clause, source), source) for source in sources]
    best = max((score for score, _ in shared), default=0.0)
    return tuple(s for score, s in shared if score >= best - 1e-9) if best > 0 else ()


def _denials(clause: str) -> Iterator[tuple[int, str]]:
    """Yield where a negation ends and the characters it may deny."""
    quiet = pattern("denies_nothing").sub(lambda match: "\0" * len(match[0]), clause)
    for match in pattern("negation").finditer(quiet):
        after = match.end()
        if filler := _FILLER.match(quiet, after):
            after = filler.end()
        reach = HAN_RUN.match(quiet, after)
        yield match.end(), reach[0][:_REACH] if reach else ""


@lru_cache(maxsize=4096)
def denials(clause: str) -> tuple[str, ...]:
    """Return the characters that each negation of a clause may deny."""
    return tuple(reach for _, reach in _denials(clause))


def denies(text: str) -> bool:
    """Tell whether some clause of a text denies something."""
    return any(denials(clause) for clause in items(text))


def _is_denied(word: str, clause: str) -> bool:
    return any(word in reach for reach in denials(clause))


def _affirms(word: str, clause: str) -> bool:
    """Tell whether ``word`` stands in the clause with no negation reaching it."""
    at = clause.find(word)
    starts = [
        (end, end + clause[end:].find(reach) + len(reach))
        for end, reach in _denials(clause)
        if reach
    ]
    while at >= 0:
        if not any(low <= at < high for low, high in starts):
            return True
        at = clause.find(word, at + 1)
    return False


def _without_denials(clause: str) -> tuple[str, list[int]]:
    """Return a clause without its negations, and how many stand before each character."""
    quiet = pattern("denies_nothing").sub(lambda match: "\0" * len(match[0]), clause)
    bare: list[str] = []
    counts: list[int] = []
    position = seen = 0
    for match in pattern("negation").finditer(quiet):
        bare.append(clause[position : match.start()])
        counts += [seen] * (match.start() - position)
        position, seen = match.end(), seen + 1
    bare.append(clause[position:])
    counts += [seen] * (len(clause) - position)
    return "".join(bare), [*counts, seen]


def _differ_by_denial(clause: str, source: str) -> bool:
    """Tell whether a clause is a part of the source's but for negations put in or left out."""
    own, own_counts = _without_denials(clause)
    text, counts = _without_denials(source)
    at = text.find(own) if len(own) > 3 else -1
    if at < 0:
        return False
    while at >= 0:
        before = counts[at - 1] if at else 0
        inside = counts[at + len(own) - 1] - before
        if inside == own_counts[-1]:
            return False
        at = text.find(own, at + 1)
    return True


def affirmed(clause: str) -> str:
    """Return a clause without its denials."""
    return _without_denials(clause)[0].replace("\0", "")


def negation_problems(sentence: str, quotes: Sequence[str]) -> tuple[str, ...]:
    """Find denials that the quotes do not make, and denials of theirs left out."""
    sources = [clause for quote in quotes for clause in items(quote)]
    found: list[str] = []
    for clause in items(sentence):
        close = nearest(clause, sources)
        if close and all(_differ_by_denial(clause, source) for source in close):
            found.append(f"“{clause}”的肯定或否定与原文相反")
        wants = pattern("wanting").search(clause)
        for reach in denials(clause):
            if wants and any(pattern("wanting").search(source) for source in close):
                continue  # 不够健全 is 有待健全
            word = reach[:2]
            if word and any(_is_denied(word, source) for source in sources):
                found += _denies_less(reach, close)
                continue
            stands = word and any(word in source for source in sources)
            says_no = any(denials(source) or _ZERO.search(source) for source in close)
            if stands or not says_no:
                found.append(f"原文没有否定“{word or clause}”")
        for source in sources:
            for reach in denials(source):
                # a clause like it by its first two characters, any other by four of them
                word = reach[:2] if source in close else reach[:4] if len(reach) > 3 else ""
                if not word or not _affirms(word, clause):
                    continue
                if any(_affirms(word, other) for other in (close if source in close else sources)):
                    continue
                found.append(f"原文否定“{word}”，句中漏了否定")
    return tuple(dict.fromkeys(found))


def _denies_less(reach: str, close: Sequence[str]) -> Iterator[str]:
    """Yield what clauses deny of a thing only as they call it: no 群体性纠纷 is not no 纠纷."""
    theirs = [other for source in close for other in denials(source)]
    narrower = [other for other in theirs if reach in other]
    if narrower and not any(other.startswith(reach) for other in narrower):
        yield f"原文否定的是“{narrower[0]}”"


def _with_changes(parts: Sequence[str]) -> Iterator[str]:
    """Yield clauses, each with those after it that tell how it changed."""
    for place in range(len(parts)):
        end = place + 1
        while end < len(parts) and DEPENDENT.match(parts[end]):
            end += 1
        yield ",".join(parts[place:end])


def _goes_from_to(clause: str, quotes: Sequence[str], *, down: bool) -> bool:
    """Tell whether a clause goes from one figure of the quotes to another the way it says: 由462件减少到398件."""
    turn = _FROM_TO.search(clause)
    if turn is None:
        return False
    start, end = (
        [canonical(q) for q in find_quantities(part) if q.kind not in ("year", "date")]
        for part in turn.groups()
    )
    if not start or not end:
        return False
    first, last = start[-1], end[0]
    held = {canonical(q) for quote in quotes for q in find_quantities(quote)}
    fits = last[0] < first[0] if down else last[0] > first[0]
    return first[1] == last[1] and fits and {first, last} <= held


def direction_problems(
    sentence: str, quotes: Sequence[str], computed: Collection[str] = ()
) -> tuple[str, ...]:
    """Find rises told as falls and the other way round, clause by nearest clause.

    The sign of ``computed`` figures was reckoned with them.
    """
    sources = [clause for quote in quotes for clause in _with_changes(items(quote))]
    found: list[str] = []
    for clause in items(sentence):
        if any(figure in clause for figure in computed):
            continue
        for name, mine, other in (
            ("上升", pattern("rise"), pattern("fall")),
            ("下降", pattern("fall"), pattern("rise")),
        ):
            if not mine.search(clause):
                continue
            if _goes_from_to(clause, quotes, down=name == "下降"):
                continue
            bare = other.sub("", mine.sub("", clause))
            figures = re.findall(r"\d+(?:\.\d+)?(?![\d年.])", clause)
            same_figure = [s for s in sources if figures and all(f in s for f in figures)]
            close = same_figure or nearest(bare, sources) or sources
            if not any(mine.search(source) for source in close):
                found.append(f"原文没有说“{name}”")
    return tuple(dict.fromkeys(found))
