"""What of a line's own words a judge may decide: words that put a thing another way, and no thing.

A name, a thing, and every word of a closed class (level, body, extent, stage …) must be the quotes';
so must most of each clause, for a clause that they do not carry is a tail of the writer's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.lexicon import one_meaning, pattern
from bot.lock.carried import own_names
from bot.lock.figure_contexts import COUNTED
from bot.lock.stops import STOP
from bot.lock.wording import FALLING, NEGATION, RISING, clauses
from retrieval.genre.quantities import Quantity, canonical, find_quantities, same_value
from retrieval.question.terms import general_words
from retrieval.text.segmentation import tag

_CUT = re.compile(rf"{STOP.pattern}|[()\[\]【】]")
_FIGURE = 2  # characters that a figure is worth, which is held against the quotes elsewhere
_RESULTS = "出来去下上到住完起着过了掉走成"  # what a plain verb ends with
_CLOSED = ("never_judged", "deed", "lack")  # classes of words that are the quotes' or refused


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
    found = [run for run in own if any(sign.isdigit() for sign in run)]
    told = [clause for s in sources for clause in clauses(s)]
    found += [w for clause in _CUT.split(text) for w in _added(clause, source, own, told)]
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


def _added(clause: str, source: str, own: Sequence[str], told: Sequence[str]) -> Iterator[str]:
    """Yield the words of a clause that must be the quotes' and are not; or all of a tail."""
    carried = added = 0
    figures = [q for q in find_quantities(clause) if q.kind in COUNTED]
    for word, kind in tag("".join(clause.split())):
        if kind[0] in "xu" or pattern("glue").fullmatch(word):
            continue
        if word.isdigit():
            carried += _FIGURE
            continue
        if NEGATION.match(word) or RISING.match(word) or FALLING.match(word):
            continue  # held against the quotes by checks of their own
        mine = one_meaning(word)
        if mine in source:
            carried += len(word)
            if not any(_is_of(mine, run) for run in own):
                continue
            whole = any(_is_of(mine, run) and run in source and _says_a_deed(run) for run in own)
            named = kind[0] == "n" and kind != "n"
            closed = named or pattern("never_judged").search(mine)
            if (closed and not whole) or _counts_otherwise(word, figures, told):
                yield word
            continue
        if not any(set(run) & set(mine) for run in own):
            carried += len(word)
            continue
        added += len(word)
        if (
            any(pattern(name).search(mine) for name in _CLOSED)
            or _is_name(word, kind)
            or _is_deed(word, kind)
        ):
            yield word
    if added > carried:
        yield clause


def _says_a_deed(run: str) -> bool:
    """Tell whether a run is more than a name: 沈志江主持."""
    kinds = [kind[0] for _, kind in tag(run)]
    return len(kinds) > 1 and kinds[-1] in "vb"


def _is_of(word: str, run: str) -> bool:
    """Tell whether a word of the quotes is one that a run of characters of its own puts elsewhere."""
    if len(word) == 1 or len(run) == 1:
        return word in run or (run in word and bool(pattern("never_judged").fullmatch(run)))
    return any(word[at : at + 2] in run for at in range(len(word) - 1))


def _is_deed(word: str, kind: str) -> bool:
    """Tell whether a word is a deed or a judgement of its own; plain verbs are short: 挑, 查出来."""
    return kind[0] in "ilv" and len(word) > 1 and word[-1] not in _RESULTS
