"""What a line denies of its own, beside what it says: refuted, if the quotes do not say it.

A writer who corrects a premise denies it in one clause (报告没有说都不重视, 不是审结数) and says in
another what is so. The quotes deny nothing there, but what is denied is not what they say: put
without its denial, code refuses it. Such a clause is left out of what code holds against the
quotes; whether the line corrects anything is for a judge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.lock.figures import DIGITS
from bot.lock.judged import names_things
from bot.lock.stops import STOP
from bot.lock.wording import affirmed, denies, negation_problems
from retrieval.genre.lexicon import pattern

_NEAR = 4  # characters after a denial in which it may stand for less than
_EXTENT = re.compile(f"{pattern('whole', 'some_of').pattern}|已经?")
_ALL = re.compile(f"是?(?:{pattern('whole').pattern}|[各每])")
# what a report does not say is denied of the report: 报告没有写已经通过验收
_OF_THE_REPORT = re.compile(
    "(?:但|而)?(?:报告|原文|文中)?[里中]?并?(?:没有?|未)(?:说|写|提|讲)[到明过]?"
)
_PARTS = re.compile(f"((?:{STOP.pattern})+)")


def without_refuted(text: str, sources: Sequence[str], holds: Callable[[str], bool]) -> str:
    """Return a levelled line without the clauses that deny what does not hold by the quotes."""
    parts = _PARTS.split(text)
    kept: list[str] = []
    subject = ""
    for clause, stop in zip(parts[::2], [*parts[1::2], ""], strict=True):
        if _is_own_denial(clause, sources):
            said = affirmed(clause)
            begins = pattern("negation").match(clause.lstrip("而但并还报告")) is not None
            if not any(map(holds, {said, f"{subject}{said}"} if begins else {said})):
                continue
        subject = re.split("[是为]", clause)[0]
        kept += [clause, stop]
    return "".join(kept) if any(map(str.strip, kept)) else text


def _is_own_denial(clause: str, sources: Sequence[str]) -> bool:
    """Tell whether a clause denies what the quotes do not deny, and not of all (全部没有)."""
    denial = pattern("negation").search(clause)
    if denial is None or not denies(clause) or _EXTENT.search(clause[: denial.start()]):
        return False
    if pattern("wanting").search(clause) or pattern("degree").match(clause, denial.end()):
        return False  # 人手不足, 影响不大 tell of a lack or a degree and deny nothing
    if _OF_THE_REPORT.match(clause):
        return not names_things(clause, sources)
    if _ALL.match(clause[denial.end() :]):
        return True  # 并未全部兑现: what it denies is the extent
    if DIGITS.search(clause[denial.end() : denial.end() + _NEAR]):
        return False  # 不到800户 denies nothing
    if names_things(clause[: denial.start()], sources):
        return False  # of what the quotes do not name nothing is denied, what is denied may be anything
    return bool(negation_problems(clause, sources)) or bool(pattern("whole").search(clause))
