"""The figures of a row: which cells hold one, and how a row's words part into its columns.

Offices also group thousands by a blank (``1 356.8``), in rows whose cells a blank parts as well.
How such a row parts is decided by the number of columns, then by the total below, then by what
the column's other figures are like.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from statistics import median

Parting = tuple[tuple[int, int], ...]

_FIGURE = re.compile(
    r"[-+−－约近超]?\d[\d,，]*(?:[ \xa0]\d{3}(?!\d))*(?:[.．]\d+)?[余多+]?\s?"
    r"(?:%|％|‰|个百分点|[万亿]?(?:元|[\u4e00-\u9fff]{1,3})?)"
)
_EMPTY = re.compile(r"[-—–―/／*\s]*|无|空|…+")
_HEAD_OF_NUMBER = re.compile(r"[-+−－]?\d{1,3}")
_REST_OF_NUMBER = re.compile(r"\d{3}(?:[.．]\d+)?(?:%|[\u4e00-\u9fff]{1,3})?")
_GROUP = re.compile(r"\d{3}")
_MAX_WAYS = 32
_MAX_GROUPS = 3  # after the first: up to 999 999 999 999
_MAX_COMBINED = 2000
_UNLIKE_DECIMALS = 0.5


def is_figure(words: str) -> bool:
    """Tell whether a cell holds a figure, with its unit or without."""
    return bool(_FIGURE.fullmatch(words.strip()))


def is_empty(words: str) -> bool:
    """Tell whether a cell holds nothing, or a dash for nothing."""
    return bool(_EMPTY.fullmatch(words))


def value_of(words: str) -> Decimal | None:
    """Return the number of a cell, None where there is none."""
    number = re.search(r"[-−－]?\d+(?:\.\d+)?", re.sub(r"[,，\s]", "", words).replace("．", "."))
    return Decimal(number[0].replace("−", "-").replace("－", "-")) if number else None


def ways_to_part(text: str, words: Sequence[tuple[int, int]], width: int) -> list[Parting]:
    """Return the ways in which words make ``width`` cells, by joining the groups of numbers."""
    spare = len(words) - width
    if spare < 0:
        return []
    if not spare:
        return [tuple(words)]
    runs = [_longest_number(text, words, i) for i in range(len(words))]
    most = [0] * (len(words) + 1)  # words that can be joined to another, from each on
    for i in reversed(range(len(words))):
        most[i] = max(more + most[i + 1 + more] for more in range(runs[i] + 1))
    ways: list[Parting] = []

    def part(index: int, made: Parting, left: int) -> None:
        if left > most[index] or len(ways) >= _MAX_WAYS:
            return
        if index == len(words):
            ways.append(made)
            return
        for more in range(min(runs[index], left) + 1):
            number = (words[index][0], words[index + more][1])
            part(index + 1 + more, (*made, number), left - more)

    part(0, (), spare)
    return ways


def _longest_number(text: str, words: Sequence[tuple[int, int]], index: int) -> int:
    """Return how many of the following words may be further groups of the number at ``index``."""
    if not _HEAD_OF_NUMBER.fullmatch(text, *words[index]):
        return 0
    more = 0
    while index + more + 1 < len(words) and _REST_OF_NUMBER.fullmatch(
        text, *words[index + more + 1]
    ):
        more += 1
        if more == _MAX_GROUPS or not _GROUP.fullmatch(text, *words[index + more]):
            break
    return more


def settled(text: str, rows: Sequence[Sequence[Parting]], totals: Sequence[int]) -> list[Parting]:
    """Return one way for each row: the one whose figures agree with the total and the column."""
    if all(len(ways) == 1 for ways in rows):
        return [ways[0] for ways in rows]
    figures = [[_figures(text, way) for way in ways] for ways in rows]
    sure = [told[0] for told in figures if len(told) == 1] or [told[0] for told in figures]
    likely = _likely(sure)
    order = [
        sorted(range(len(told)), key=lambda i, told=told: _unlike(told[i], likely))  # type: ignore[misc]
        for told in figures
    ]
    best = [ranked[0] for ranked in order]
    combined = math.prod(len(ranked) for ranked in order)
    if len(totals) == 1 and combined <= _MAX_COMBINED:
        # the product gives the likelier first, so that of equal ones the likeliest is kept
        best = list(
            max(
                itertools.product(*order),
                key=lambda chosen: _sums_right(
                    [f[i] for f, i in zip(figures, chosen, strict=True)], totals[0]
                ),
            )
        )
    return [ways[i] for ways, i in zip(rows, best, strict=True)]


def _figures(text: str, way: Parting) -> tuple[Decimal | None, ...]:
    return tuple(value_of(text[a:b]) if is_figure(text[a:b]) else None for a, b in way)


def _likely(rows: Sequence[Sequence[Decimal | None]]) -> list[tuple[float, bool] | None]:
    """Return for each column the usual size of its figures, and whether they have decimals."""
    likely: list[tuple[float, bool] | None] = []
    for column in zip(*rows, strict=True):
        told = [v for v in column if v is not None]
        decimals = sum(v != v.to_integral_value() for v in told) * 2 > len(told)
        likely.append((median(map(_size, told)), decimals) if told else None)
    return likely


def _unlike(row: Sequence[Decimal | None], likely: Sequence[tuple[float, bool] | None]) -> float:
    cost = 0.0
    for value, usual in zip(row, likely, strict=True):
        if value is None or usual is None:
            cost += 1.0 if (value is None) != (usual is None) else 0.0
            continue
        cost += abs(_size(value) - usual[0])
        cost += _UNLIKE_DECIMALS * ((value != value.to_integral_value()) != usual[1])
    return cost


def _size(value: Decimal) -> float:
    return math.log10(1 + abs(float(value)))


def _sums_right(rows: Sequence[Sequence[Decimal | None]], total: int) -> int:
    """Return in how many columns the other rows add up to the total."""
    right = 0
    for column in range(len(rows[total])):
        whole = rows[total][column]
        others = [row[column] for i, row in enumerate(rows) if i != total]
        told = [v for v in others if v is not None]
        right += whole is not None and bool(told) and sum(told) == whole
    return right
