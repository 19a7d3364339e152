"""What of a line's own words a judge may decide: words that put a thing another way, and no thing.

A name, a thing, and every word of a closed class (level, body, extent, stage …) must be the quotes';
so must most of each clause, for a clause that they do not carry is a tail of the writer's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from bot.evidence.likeness import pairs_of
from bot.lock.carried import own_names
from bot.lock.english_figures import in_chinese_figures
from bot.lock.figure_contexts import COUNTED
from bot.lock.stops import CUT, HALF_STOP, STOP, items
from retrieval.genre.lexicon import akin_words, one_meaning, pattern
from retrieval.genre.quantities import Quantity, canonical, find_quantities, same_value
from retrieval.question.terms import general_words
from retrieval.text.segmentation import tag

_TURNS = ("negation", "rise", "fall")  # classes of words that turn what is said
_CHECKED = (*_TURNS, "whole")
_SHORTEST = 2  # characters of a shortened name
_FIGURE = 2  # characters that a figure is worth, which is held against the quotes elsewhere
_NOUNS = "njzb"  # parts of speech that name: nouns, short forms, 县 alone, 国家级
_YEAR = re.compile("(?:19|20)\\d\\d年?度?")
_DAYS = re.compile(r"(?:\d+[年月日号]|[上下]旬|[初底末])+")
_UNIT = "(?:街道|社区|[省市县区镇乡村局厅院委])"
_CLOSED = ("never_judged", "deed", "lack")  # classes of words that are the quotes' or refused
# held against the quotes by checks of their own, and so are words for all of them
_WAYS = ("升", "降")  # one meaning of 降到, 减至 …
_TOLD_SOMEHOW = ("cause", "degree")  # of these the quotes must hold one, not the same
_PLACED = ("whose", "never_judged", "degree")


def unjudgeable(
    own: Sequence[str], text: str, sources: Sequence[str], names: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return what of a levelled line no judge may let pass, as problems.

    ``own`` are the runs of characters that no clause of the quotes carries in their place;
    ``names`` are the report's own.
    """
    source = one_meaning("".join("".join(s.split()) for s in sources))
    for name in own_names(tuple(names)):
        text = text.replace(name, "")
    found = [run for run in own if any(s.isdigit() for s in run) and not _DAYS.fullmatch(run)]
    told = [clause for s in sources for clause in items(s)]
    before = ""
    for clause in CUT.split(text):
        found += _added(clause, source, own, told, before)
        before += clause
    units = (m[0] for run in own if len(run) > 1 for m in re.finditer(re.escape(run) + _UNIT, text))
    found += [unit for unit in units if one_meaning(unit) not in source]
    found += apart(text, own, sources)
    return tuple(f"“{word}”不是原文的话" for word in dict.fromkeys(found))


def names_things(text: str, sources: Sequence[str]) -> bool:
    """Tell whether a levelled text names a thing that the quotes do not."""
    source = one_meaning("".join("".join(s.split()) for s in sources))
    return any(_is_thing(w, kind) and one_meaning(w) not in source for w, kind in tag(text))


def _counts_otherwise(word: str, figures: Sequence[Quantity], told: Sequence[str]) -> bool:
    """Tell whether a word stands with other figures of the same kind: 收回63项 of 收回11项."""
    for where in (clause for clause in told if word in clause):
        theirs = [q for q in find_quantities(where) if q.kind in COUNTED]
        ours = [q for q in figures if any(canonical(q)[1] == canonical(t)[1] for t in theirs)]
        if ours and not any(same_value(q, t) for q in ours for t in theirs):
            return True
    return False


def _is_name(word: str, kind: str) -> bool:
    """Tell whether a word is a name; a thing called by another word is for a judge: 人手."""
    return kind != "n" and _is_thing(word, kind)


def _is_thing(word: str, kind: str) -> bool:
    plain = pattern("glue").fullmatch(word) or word in general_words()
    return kind.startswith("n") and len(word) > 1 and not plain  # 审核量 is 审核


def _added(
    clause: str, source: str, own: Sequence[str], told: Sequence[str], before: str
) -> Iterator[str]:
    """Yield the words of a clause that must be the quotes' and are not; or all of a tail.

    A figure that was told ``before`` in the line carries nothing more.
    """
    carried = added = 0
    figures = [q for q in find_quantities(clause) if q.kind in COUNTED]
    for word, kind in tag("".join(clause.split())):
        if kind[0] in "xu" or pattern("glue").fullmatch(word):
            continue
        if word[0].isdigit():
            carried += _FIGURE * (word not in before)
            continue
        if pattern(*_TURNS).match(word):
            continue
        mine = one_meaning(word)
        if mine in source or not any(set(run) & set(mine) for run in own):
            carried += len(word)
            if any(_is_of(mine, run) for run in own) and _counts_otherwise(word, figures, told):
                yield word
            continue
        added += len(word) * (pattern("cause").fullmatch(word) is None)
        if _is_closed(mine, kind, source) or _is_name(word, kind):
            yield word
    if added > carried or (added and pattern("cause").match(clause)):
        yield clause  # a tail, or a cause of the writer's own


def _is_closed(word: str, kind: str, source: str) -> bool:
    """Tell whether a word that the quotes lack is of a class of which none but theirs may be told."""
    other = word
    for group in akin_words():
        if group.search(source):
            other = group.sub(" ", other)  # its kind must be what a judge points to
    if any(pattern(name).search(other) for name in _CLOSED):
        return True
    if pattern("whose").search(word) and kind[0] in _NOUNS:
        return not _shortens(word, source)
    if pattern("degree").search(word) and word[-1] != "于" and find_quantities(source):
        return False  # what figures come to
    return any(
        pattern(name).search(word) and not pattern(name).search(source) for name in _TOLD_SOMEHOW
    )


def _shortens(word: str, source: str) -> bool:
    """Tell whether a word is a name of the quotes with characters left out, and of just one name.

    省局 is 省市场监督管理局, if no other body's name begins with 省 and ends with 局.
    """
    if len(word) < _SHORTEST:
        return False
    names: set[str] = set()
    run = ""
    for text, kind in [*tag(source), ("", "x")]:
        named = text and (kind[0] in _NOUNS or kind in ("vn", "v")) and text[0] not in "年月"
        if named and (run or kind[0] in _NOUNS):
            run += text
            if run[0] == word[0] and run[-1] == word[-1] and _in_order(word, run):
                names.add(run)
                run = ""
        else:
            run = ""
    return len(names) == 1


def _in_order(word: str, name: str) -> bool:
    signs = iter(name)
    return all(sign in signs for sign in word)


def undecided(
    text: str, told: Sequence[str], quotes: Sequence[str], names: Sequence[str] = ()
) -> Iterator[str]:
    """Yield the closed words and figures of a levelled line that its quotes hold, ``told`` do not.

    ``told`` are the clauses that a judge says decide; ``names`` are the report's own.
    """
    for name in own_names(tuple(names)):
        text = text.replace(name, "")
    source, said = (one_meaning("".join("".join(p.split()) for p in of)) for of in (quotes, told))
    held, shown = (find_quantities("\n".join(of)) for of in (quotes, told))
    for quantity in find_quantities(in_chinese_figures(text)):
        if _YEAR.fullmatch(quantity.text) or quantity.text[0] in "两几":
            continue  # of the report, or told in words for what stands beside each other
        stands = any(same_value(quantity, q) for q in held)
        if stands and not any(same_value(quantity, q) for q in shown):
            yield quantity.text
    for word, kind in tag(re.sub(r"\d", " ", text)):
        mine = one_meaning(word)
        closed = len(word) > 1 and not pattern(*_CHECKED).search(word) and _says_done(mine, kind)
        closed = closed or says_who(mine, kind) or bool(pattern("cause").search(word))
        if closed and mine in source and mine not in said:
            yield word
        if mine in source or pattern(*_CHECKED).search(word) or pattern("glue").fullmatch(word):
            continue
        kinds = [group for group in akin_words() if group.search(mine)]
        if any(g.search(source) and not g.search(said) for g in kinds):
            yield word


def apart(text: str, own: Sequence[str], sources: Sequence[str]) -> Iterator[str]:
    """Yield the clauses of a levelled line that put a closed word where the quotes do not.

    ``own`` are the words that a line puts elsewhere than its quotes do. What is told of a body
    or a level must be told in the stretch of a sentence that names it, to a semicolon or its end;
    a rank or a stage in its very clause or the next, a degree in its very clause.
    """
    stretches = _meant(p for s in sources for p in HALF_STOP.split(s))
    told = _meant(p for s in sources for p in STOP.split(s))
    pairs = [a + b for a, b in pairwise(["", *told, ""])]
    for clause in CUT.split(text):
        words = [
            (one_meaning(w), kind)
            for w, kind in tag("".join(clause.split()))
            if not pattern(*_CHECKED).search(w) and one_meaning(w) not in _WAYS
        ]
        moved = [(w, k) for w, k in words if any(_is_of(w, run) for run in own)]
        held = [(w, kind) for w, kind in words if any(w in s for s in stretches)]
        rest = pairs_of("".join(w for w, _ in held))
        why = pattern("cause").search(clause) and any(pattern("cause").search(r) for r in own)
        if why and not any(
            pattern("cause").search(s) and 3 * len(rest & pairs_of(s)) >= len(rest)
            for s in stretches
        ):
            yield clause
        last = words[-1:]  # 方式较多: what a clause ends with is what it says
        for stands, of, places in (
            (says_who, moved, stretches),
            (_says_done, moved, pairs),
            (_says_much, [w for w in moved if w in last], told),
        ):
            if not any(stands(w, kind) for w, kind in of):
                continue
            must = [w for w, kind in held if stands(w, kind)]
            if not any(
                all(w in s for w in must) and 2 * len(rest & pairs_of(s)) >= len(rest)
                for s in places
            ):
                yield clause


def _meant(parts: Iterable[str]) -> list[str]:
    return [one_meaning("".join(part.split())) for part in parts]


def _says_done(word: str, _: str) -> bool:
    """Tell whether a word is of a rank, a stage, an amount: 首个, 完成, 严重."""
    return bool(pattern("never_judged").search(word))


def _says_much(word: str, _: str) -> bool:
    return bool(pattern("degree").search(word))


def says_who(word: str, kind: str) -> bool:
    """Tell whether a word says who, where or of what level: 省司法厅, 全市, 沈志江."""
    named = kind[0] == "n" and kind not in ("n", "ng")
    return kind[0] in _NOUNS and (named or bool(pattern("whose").search(word)))


def _is_of(word: str, run: str) -> bool:
    """Tell whether a word of the quotes is one that a run of characters of its own puts elsewhere."""
    if len(word) == 1 or len(run) == 1:
        return word in run or (run in word and any(pattern(c).search(run) for c in _PLACED))
    return any(word[at : at + 2] in run for at in range(len(word) - 1))
