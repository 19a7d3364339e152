"""Many reports, one question: a table of what each says, and what follows from the figures.

Every report in scope is asked by itself; nothing rides on one global ranking. A figure comes
from the ledger where it knows the indicator asked for, else from the sentence that answers;
what a report does not say is 未提及, and is never filled in. Order, difference and trend are
computed from the cited cells and say so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache, lru_cache
from itertools import compress, pairwise, takewhile
from typing import NamedTuple

from bot.evidence.absence import holds, words_of
from bot.evidence.drafting import Desk, Draft
from bot.evidence.likeness import SAME_THING, likeness, pairs_of
from bot.evidence.problem_groups import shared_problems
from bot.evidence.reckoning import plain
from bot.evidence.whole_clauses import typeset
from bot.labels import NameOf, Names, of_one_office
from bot.notes import Note, among, note
from bot.table import Cell, Column, Row, Table
from bot.tables.claimed import verdict
from bot.tables.comparison_cells import (
    SURE_FIGURE,
    Wanted,
    cell_like,
    cell_of,
    phrase_cell,
    read_cell,
    role_cell,
    unnamed_cell,
)
from bot.tables.same_figures import narrowed
from bot.values import Cited, DraftLine
from retrieval.documents import NoteValue, Report
from retrieval.genre.directions import ways
from retrieval.parsing.indicators import Fact, indicators, lookup
from retrieval.places.gazetteer import Chain, contains
from retrieval.places.subunits import territory
from retrieval.question.addressing import numeral
from retrieval.question.query import Query
from retrieval.question.scope import Holding
from retrieval.question.terms import content_terms, is_topical
from retrieval.text.marks import CLAUSE_END
from retrieval.text.normalise import fold, normalise

_ORDER_KINDS = frozenset(
    {"order.first", "order.gap", "order.falling", "order.rising", "order.years_differ", "trend"}
)
MAX_LINES = 40
MAX_RANKED = 12
MAX_FIRST = 5
Facts = Callable[[str], Sequence[Fact]]

# the cells of a column, by report
CellsOf = Callable[[Wanted, Sequence[Holding]], Mapping[str, Cell]]

# the measures that a bare "how many" may mean, in the order in which they are taken
_VOLUMES: tuple[tuple[re.Pattern[str], str, tuple[str, ...]], ...] = (
    (re.compile("复议(?!.{0,8}(?:率|受理|审结|收到|办结|纠错|调|维持|答复|起诉))"), "行政复议案件数",
     ("行政复议收到件数", "行政复议办理件数", "行政复议受理件数", "行政复议审结件数")),
    (re.compile("(?:诉讼|(?<!出庭)应诉)(?!.{0,8}(?:率|方面|败|胜|出庭|调撤|结案))"), "行政诉讼案件数",
     ("行政诉讼一审新收件数", "行政应诉件数", "行政诉讼结案件数")),
    (re.compile("(?:矛盾纠纷|调解)(?!.{0,8}(?:率|成功|组织|员))"), "矛盾纠纷调解件数",
     ("矛盾纠纷调解受理件数", "矛盾纠纷调解成功件数", "矛盾纠纷办结件数")),
)  # fmt: skip
_SPLIT = re.compile("[、，,；;]|以及|和|与|及")
_SCAFFOLD = re.compile(
    "对比表|比较表|表格|列成表|列个表|做[一个]?张?表|做个表|成表|张表|给我|请|对比|比较|一下|各地|各县|各区|各市|各自|分别|各有|各是|各|多少|几|数量|情况|年|报告|哪个|哪里|最高|最低|最多|最少|更高|更多|谁|[：:。？?()（）]"
)
_ROLE_COLUMNS = {
    "problems": "存在问题",
    "plans": "下一步计划",
    "measures": "举措和成效",
    "leadership": "第一责任人履职",
    "causes": "原因",
}
_NUMERAL = "([1-9][0-9]?|[二三四五六七八九十])"
_TOP = re.compile(f"前{_NUMERAL}(?![0-9年月])|最[高低多少]的{_NUMERAL}[个份]")
_COUNTED = re.compile(
    "数量|件数|案件数|总量|多少|案件.{0,4}(?:多|少|对比|比较|排名|排行|排序)|谁.{0,12}(?:多|少)"
)
_HIGH = re.compile("谁.{0,4}[高低]|最[高低]|更[高低]|[高低]多少")
"""What is high or low, and not more or fewer, is a rate."""
_ROUND = "余多约近左"  # marks of a round figure: 余, 多, 约, 近, 左右
_UNIT_GROUPS = tuple(
    frozenset(units.split())
    for units in ("件 宗 起 份 例 条 项 个 部 篇 件次", "人 名 位", "次 场 期 轮 批 场次 期次 批次")
)


def suits(query: Query, reports: Sequence[Holding]) -> bool:
    """Tell whether a question is one for a table: several reports, and figures or parts of each.

    Where only one of the places compared is held, its row still stands, for figures.
    """
    if len(reports) < 2:
        compared = query.kind in ("compare", "rank") and bool(query.places and query.unknown)
        return bool(reports) and compared and bool(wanted(query)[0].measures)
    changed = query.ask.operation == "change" and query.ask.content == "figure"
    # an indicator is only the likest name: a figure to be told, and not compared, is read
    named = bool(query.indicators) and query.ask.operation != "tell"
    return query.kind in ("compare", "rank") or (query.kind == "fact" and (named or changed))


def wanted(query: Query) -> tuple[Wanted, ...]:
    """Return the columns a question asks for: indicators, a part of the report, or a theme."""
    about = [t for t in query.terms if is_topical(t)]
    if query.role in _ROLE_COLUMNS and not about:
        return (Wanted(_ROLE_COLUMNS[query.role], role=query.role),)
    topic = normalise(query.topic)
    parts = [part for part in _SPLIT.split(topic) if _SCAFFOLD.sub("", part).strip()]
    found: list[Wanted] = []
    head = ""
    for part in parts:
        names = _indicators_in(part, query) or (_indicators_in(head + part, query) if head else ())
        if names and not any(w.measures == names for w in found):
            found.append(Wanted(names[0], measures=names))
        if not head:
            head = "".join(t.word for t in query.terms[:1] if t.word in part)
    if not found and query.indicators:
        found = [Wanted(query.indicators[0], measures=query.indicators[:1])]
    counted = query.wants == "number" or _COUNTED.search(topic)
    volume = next((v for v in _VOLUMES if counted and v[0].search(topic)), None)
    if volume and (not found or (len(found) == 1 and not query.indicators)):
        return (Wanted(volume[1], measures=volume[2]),)
    if volume and len(found) == 1 and found[0].measures[0] in volume[2]:
        # 应诉案件 of which a report tells only those received: shown, and told apart
        first = found[0].measures[0]
        return (Wanted(first, measures=(first, *(m for m in volume[2] if m != first))),)
    if found:
        return tuple(found)
    themes = [[t for t in content_terms(part) if is_topical(t)] for part in parts]
    themes = [terms for terms in themes if terms]
    if len(themes) > 1:  # 行政复议和行政诉讼情况: what is said of one stands without the other
        return tuple(
            Wanted("".join(t.word for t in terms)[:16], terms=tuple(terms)) for terms in themes
        )
    words = [t.word for t in query.terms if t.weight >= 0.5]
    if any(word.isascii() for word in words):
        return (Wanted(" ".join(words)),)
    name = "".join(words) or topic or "内容"
    return (Wanted(name[:16]),)


def _indicators_in(words: str, query: Query | None = None) -> tuple[str, ...]:
    """Return the one indicator that some words ask for best; rates first where a rate is asked."""
    found = lookup(words)
    if not found and query is not None and _HIGH.search(normalise(query.topic)):
        found = tuple((i, s) for i, s in lookup(f"{words}率") if "%" in i.units)
    if query is not None and query.wants in ("number", "percent"):
        rate = query.wants == "percent" or bool(re.search("率|比例|占比", words))
        of_kind = [(i, s) for i, s in found if ("%" in i.units) == rate]
        found = tuple(of_kind) or found
    return (found[0][0].name,) if found else ()


def compare(
    desk: Desk,
    *,
    facts: Facts | None = None,
    holdings: Sequence[Holding] | None = None,
    cells: CellsOf | None = None,
    names: Names | None = None,
    columns: Sequence[Wanted] = (),
    best_first: bool = False,
) -> Table:
    """Return the table of what each report says of the desk's question.

    ``facts`` gives a report's ledger, without it only sentences are read. ``holdings`` are the
    reports of the rows where there are more than the desk holds; those beyond the desk are
    answered from the ledger alone, by ``cells`` if given. ``names`` are what the holdings are
    called, made here if not given, ``columns`` what is compared, by default what the question asks
    for. Rows are in the order in which the question names places,
    then by year; with ``best_first`` those that compare come before, in order of the first column
    of figures.
    """
    given, columns = bool(columns), tuple(columns) or wanted(desk.query)
    ledger = facts or (lambda _report: ())
    open_reports = {report.id: report for report in desk.reports}
    listed: Sequence[Holding] = holdings if holdings is not None else desk.reports
    if (
        not given
        and desk.query.ask.content == "figure"
        and not any(w.measures or w.role for w in columns)
    ):
        columns = _told_of(desk.query, [ledger(h.id) for h in listed[:MAX_SAMPLED]]) or columns
    names = names or Names(holding.meta for holding in listed)
    if not given and cells is None and _are_two_years(listed):
        ledger = narrowed({h.id: ledger(h.id) for h in listed}, desk.query.terms).__getitem__
    rows = []
    if cells is not None:
        told = [cells(column, listed) for column in columns]
        across = zip(*([column[h.id] for h in listed] for column in told), strict=True)
        rows = [
            Row(h.id, NameOf(names, h.meta), h.meta.year, found)
            for h, found in zip(listed, across, strict=True)
        ]
    else:
        for holding in listed:
            report = open_reports.get(holding.id)
            known = ledger(holding.id)
            found = tuple(_cell(desk, column, holding, report, known) for column in columns)
            name = NameOf(names, holding.meta)
            rows.append(Row(holding.id, name, holding.meta.year, found))
        rows = _filled(desk, columns, rows, open_reports, ledger)
    rows.sort(key=lambda row: row.year or 0)
    if desk.query.places:
        places = {holding.id: _place(holding) for holding in listed}
        rows.sort(key=lambda row: _place_order(desk.query, places[row.report]))
    table = Table(
        tuple(
            Column(w.name, numeric=_is_numeric(rows, i), measure=next(iter(w.measures), ""))
            for i, w in enumerate(columns)
        ),
        tuple(rows),
    )
    top = _top(desk.query.topic)
    words = words_of((*desk.query.terms, *desk.query.carried))

    def lacks(report: str) -> bool:
        opened = open_reports.get(report)
        by_words = bool(words) and desk.query.ask.content != "honours"  # 获评十大案例 says no 荣誉
        return opened is not None and by_words and not holds(opened, words)

    lowest = desk.query.lowest
    sifted = [_sift(table, i, lowest=lowest) for i in range(len(columns))]
    notes = [
        n
        for i, column in enumerate(sifted)
        for n in _notes_on(table, i, column, lowest=lowest, top=top, lacks=lacks)
    ]
    if len(desk.query.years) > 1 and (desk.query.change or ways(normalise(desk.query.topic))):
        changes = change_notes(table, desk.query.years)
        if any(n.kind == "trend" for n in changes):
            table = _with_several_years(table)
            sifted = [_sift(table, i, lowest=lowest) for i in range(len(columns))]
        notes = [*changes, *(n for n in notes if n.kind not in _ORDER_KINDS)]
    if desk.query.claimed and table.columns[0].numeric:
        own = {h.id for h in listed if contains(desk.query.claimed, _place(h))}
        notes = verdict(table.columns[0].name, sifted[0].alike, own, lowest=lowest) + notes
    if columns[0].role and len(desk.reports) > 1 and desk.query.ask.operation == "common":
        notes += shared_problems(desk.reports, columns[0].role)
    return Table(table.columns, _ranked(table, sifted) if best_first else table.rows, tuple(notes))


def _filled(
    desk: Desk,
    columns: Sequence[Wanted],
    rows: Sequence[Row],
    reports: Mapping[str, Report],
    ledger: Facts,
) -> list[Row]:
    """Return the rows with cells that no question's words found told like those that were.

    Beside rows that are told one that has none at all is told by what surely answers the question.
    """
    ledger = cache(ledger)
    read = bool(columns[0].measures) and any(row.said for row in rows)
    tellers = [
        next((i for i, cell in enumerate(column) if cell.value is not None), None)
        for column in zip(*(row.cells for row in rows), strict=True)
    ]
    filled = []
    for row in rows:
        cells = list(row.cells)
        for i, at in enumerate(tellers):
            if at is None or cells[i].claims or row.report not in reports:
                continue
            told, own = rows[at].cells[i], ledger(rows[at].report)
            known = ledger(row.report)
            cells[i] = cell_like(told, own, reports[row.report], known, desk.query)
        if read and row.report in reports and not any(cell.claims for cell in cells):
            report = reports[row.report]
            cells[0] = read_cell(desk, report, ledger(report.id), SURE_FIGURE)
        filled.append(row._replace(cells=tuple(cells)))
    return filled


def _are_two_years(listed: Sequence[Holding]) -> bool:
    years = {h.meta.year for h in listed}
    one_place = len({_place(h) for h in listed}) == 1
    return len(listed) == 2 == len(years) and one_place and of_one_office(*(h.meta for h in listed))


MAX_SAMPLED = 200
MAX_TOLD = 6


def _told_of(query: Query, ledgers: Sequence[Sequence[Fact]]) -> tuple[Wanted, ...]:
    """Return the indicators that reports give on a theme as a whole (行政复议数据), commonest first."""
    words = [[fold(w) for w in (t.word, *t.variants)] for t in query.terms if is_topical(t)]
    counts = Counter(
        name
        for facts in ledgers
        for name in {f.indicator for f in facts if f.indicator}
        if words and all(any(w in fold(name) for w in alike) for alike in words)
    )
    chosen = sorted(counts, key=lambda name: (-counts[name], name))[:MAX_TOLD]
    return tuple(Wanted(name, measures=(name,)) for name in chosen)


def _cell(
    desk: Desk, column: Wanted, holding: Holding, report: Report | None, known: Sequence[Fact]
) -> Cell:
    if column.role:
        return role_cell(report, column.role) if report else Cell()
    if column.measures:
        cell = cell_of(desk.query, column, holding, report, known)
        if cell.cite or report is None or len(column.measures) > 1:
            return cell
        return unnamed_cell(desk, column, report, known)
    if column.terms:
        desk = replace(desk, query=replace(desk.query, terms=column.terms))
    return phrase_cell(desk, report, known) if report else Cell()


def _place(holding: Holding) -> Chain:
    return territory(holding.meta.place, holding.meta.issuer)


def _place_order(query: Query, place: Chain) -> int:
    named = [i for i, p in enumerate(query.places) if p and place[: len(p)] == p]
    return min(named, default=len(query.places))


def _is_numeric(rows: Sequence[Row], index: int) -> bool:
    said = [cell.value is None for row in rows if (cell := row.cells[index]).claims]
    return bool(said) and sum(said) * 2 < len(said)


# ---- what follows from the figures ----------------------------------------------------------


class _Sifted(NamedTuple):
    """One column: which rows say nothing, which compare, and which do not, with the reason.

    Those that compare stand in the table's order and from first to last; of phrases none do.
    """

    silent: list[Row]
    alike: list[tuple[Row, Cell]]
    ranked: list[tuple[Row, Cell]]
    others: list[tuple[Row, Cell, Note]]


def _sift(table: Table, index: int, *, lowest: bool) -> _Sifted:
    said = [pair for pair in table.column(index) if pair[1].claims]
    silent = []
    if len(said) < len(table.rows):
        silent = [row for row in table.rows if not row.cells[index].claims]
    if not table.columns[index].numeric:
        return _Sifted(silent, [], [], [])
    alike, others = comparable(said, table.columns[index].measure)
    values = [_value(cell) for _, cell in alike]
    order = sorted(range(len(alike)), key=values.__getitem__, reverse=not lowest)
    return _Sifted(silent, alike, [alike[at] for at in order], others)


def column_notes(
    table: Table, index: int, *, lowest: bool = False, top: int = MAX_RANKED
) -> list[Note]:
    """Return order, difference or trend of one column, and which reports do not say it.

    ``top`` is how many places the order names.
    """
    return _notes_on(table, index, _sift(table, index, lowest=lowest), lowest=lowest, top=top)


def _notes_on(
    table: Table,
    index: int,
    sifted: _Sifted,
    *,
    lowest: bool,
    top: int,
    lacks: Callable[[str], bool] | None = None,
) -> list[Note]:
    """Return the notes on a column.

    Only of reports that by ``lacks``, given their id, hold none of the words is it said that they
    do not mention it.
    """
    name = table.columns[index].name
    silent, alike, ranked, others = sifted
    notes = []
    if table.columns[index].numeric:
        if _of_one_place(alike) and len({row.year for row, _ in alike}) > 1:
            notes += _trend(name, alike)
        elif len(alike) > 1:
            notes += _order(name, ranked, lowest=lowest, top=top)
        elif len(alike) == 1 and len(table.rows) > 1:
            row, cell = alike[0]
            other = cell.measure and cell.measure != table.columns[index].measure
            kind = Note("being", {"measure": cell.measure}) if other else ""
            notes.append(Note("only_one", {"report": row.label, "name": name, "kind": kind}))
        notes += [
            Note("apart", {"name": name, "report": row.label, "figure": cell.text, "why": why})
            for row, cell, why in others[:8]
        ]
    lacking = [row for row in silent if lacks is not None and lacks(row.report)]
    for kind, rows in (
        ("silent_on", lacking),
        ("unsaid_in", [row for row in silent if row not in lacking]),
    ):
        if rows and len(silent) < len(table.rows):
            names = among([row.label for row in rows[:12]], len(rows))
            notes.append(Note(kind, {"name": name, "reports": names}))
    return notes


def _of_one_place(said: Sequence[tuple[Row, Cell]]) -> bool:
    places = (row.place for row, _ in said)
    first = next(places, None)
    return first is not None and all(place == first for place in places)


def change_notes(table: Table, years: Sequence[int]) -> list[Note]:
    """Return the change of each place that has figures of several of the years asked about.

    Figures of one place and year are never set against another place's: where no place has
    both, that is said.
    """
    notes = []
    for index, column in enumerate(table.columns):
        if not column.numeric:
            continue
        said = [pair for pair in table.column(index) if pair[1].claims]
        alike, _ = comparable(said, column.measure)
        for place in dict.fromkeys(row.place for row, _ in alike):
            own = [(row, cell) for row, cell in alike if row.place == place]
            if len({row.year for row, _ in own}) > 1:
                notes += _trend(column.name, own)
        if not notes:
            asked = tuple(sorted(years))
            notes.append(Note("no_change", {"years": asked, "name": column.name}))
    return notes


def _with_several_years(table: Table) -> Table:
    """Keep the rows of the places with reports on several of the years."""
    years: dict[str, set[int | None]] = {}
    for row in table.rows:
        years.setdefault(row.place, set()).add(row.year)
    return replace(table, rows=tuple(row for row in table.rows if len(years[row.place]) > 1))


def _top(topic: str) -> int:
    """Return how many places a question wants ranked (前三, 最多的5个); the usual number else."""
    match = _TOP.search(normalise(topic))
    if match is None:
        return MAX_RANKED
    return numeral(match[1] or match[2]) or 0


def comparable(
    said: Sequence[tuple[Row, Cell]], measure: str = ""
) -> tuple[list[tuple[Row, Cell]], list[tuple[Row, Cell, Note]]]:
    """Part the cells that measure one thing in one unit from those that do not, with the reason.

    Of several kinds the most frequent is compared, ``measure`` first. Cases counted as 件, 宗 or 起 are one unit; collected and settled cases are not one measure.
    """
    # The pairs are handed on, not made anew: tens of thousands of them set the collector off.
    others = []
    kinds: dict[tuple[str, str], list[tuple[Row, Cell]]] = {}
    as_written: dict[tuple[str, str], list[tuple[Row, Cell]]] = {}
    for pair in said:
        _, _, value, unit, told, doubt = pair[1]
        if value is None or doubt:
            why = Note("why.doubt", {"doubt": doubt}) if doubt else Note("why.several")
            others.append((*pair, why))
            continue
        written = told, unit
        if written not in as_written:
            as_written[written] = kinds.setdefault((told, _unit_kind(unit, told)), [])
        as_written[written].append(pair)
    if not kinds:
        return [], others
    first = max(kinds, key=lambda kind: (len(kinds[kind]), kind[0] == measure))
    if not first[0]:  # figures that no ledger names count one thing where their words say so
        others += [(*pair, Note("why.unsure")) for pair in _unlike_the_first(kinds[first])]
    for (other, unit), cells in kinds.items():
        if (other, unit) != first:
            why = Note("why.unit")
            if other != first[0]:
                why = Note("why.measure", {"measure": other}) if other else Note("why.unsure")
            others += [(row, cell, why) for row, cell in cells]
    return kinds[first], others


def _unlike_the_first(cells: list[tuple[Row, Cell]]) -> list[tuple[Row, Cell]]:
    """Take out of ``cells`` those whose words before the figure are unlike those of the first."""
    words = [pairs_of(_before_the_figure(cell)) for _, cell in cells]
    alike = [likeness(own, words[0]) >= SAME_THING for own in words]
    unlike = [pair for pair, same in zip(cells, alike, strict=True) if not same]
    cells[:] = compress(cells, alike)
    return unlike


def _before_the_figure(cell: Cell) -> str:
    words = cell.claims[0][0] if cell.claims else ""
    return CLAUSE_END.split(words.partition(cell.text)[0])[-1]


@lru_cache(maxsize=1_024)
def _unit_kind(unit: str, measure: str) -> str:
    """Return what a unit counts: 件, 宗 and 起 alike; of one indicator any of its units, but people."""
    people = unit.startswith("人") or unit in ("名", "位")
    if not people and unit in _units_of(measure):
        return min(_units_of(measure))
    return next((min(group) for group in _UNIT_GROUPS if unit in group), unit)


@lru_cache(maxsize=256)
def _units_of(measure: str) -> frozenset[str]:
    return frozenset(u for rule in indicators() if rule.name == measure for u in rule.units)


def _value(cell: Cell) -> Decimal:
    assert cell.value is not None  # of comparable cells
    return cell.value


def _order(name: str, ranked: Sequence[tuple[Row, Cell]], *, lowest: bool, top: int) -> list[Note]:
    best = ranked[0][1].value
    first = [row for row, _ in takewhile(lambda pair: pair[1].value == best, ranked)]
    ways = ("lowest", "highest") if ranked[0][1].unit == "%" else ("fewest", "most")
    which = Note(f"extreme.{ways[0 if lowest else 1]}")
    leading = among([row.label for row in first[:MAX_FIRST]], len(first))
    best_said: dict[str, NoteValue] = {"reports": leading, "figure": ranked[0][1].text}
    notes = [Note("order.first", {"name": name, "which": which, **best_said})]
    if len(ranked) == 2 and len(first) == 1:
        (high, a), (low, b) = ranked
        gap = _difference(a, b)
        notes.append(Note("order.gap", {"one": high.label, "other": low.label, "gap": gap}))
    elif len(ranked) > 2:
        shown = f"{ranked[0][0].label}{ranked[0][1].text}"
        while 0 < top < len(ranked) and ranked[top][1].value == ranked[top - 1][1].value:
            top += 1  # who shares the last place is named too
        for (_, before), (row, cell) in pairwise(ranked[:top]):
            sign = "=" if cell.value == before.value else "<" if lowest else ">"
            shown += f" {sign} {row.label}{cell.text}"
        more = Note("and_more", {"count": len(ranked)}) if len(ranked) > top else ""
        order = Note(f"way.{'rising' if lowest else 'falling'}.{ways[0]}")
        kind = "order.rising" if lowest else "order.falling"
        notes.append(Note(kind, {"order": order, "shown": shown, "more": more}))
    years = sorted({row.year for row, _ in ranked if row.year})
    if len(years) > 1:
        span = {"first": years[0], "last": years[-1]}
        notes.append(Note("order.years_differ", {"name": name, **span}))
    return notes


def _trend(name: str, alike: Sequence[tuple[Row, Cell]]) -> list[Note]:
    """Return the run of years of one issuer and the change from each to the next."""
    years = sorted(alike, key=lambda pair: pair[0].year or 0)
    run = tuple(
        Note("year_figure", {"year": row.year or 0, "figure": cell.text}) for row, cell in years
    )
    steps = []
    for (_, before), (row, after) in pairwise(years):
        if before.value == after.value:
            steps.append(Note("year_level", {"year": row.year or 0}))
        else:
            gap = _difference(after, before)
            steps.append(Note("year_change", {"year": row.year or 0, "gap": gap}))
    place = years[0][0].place
    return [Note("trend", {"place": place, "name": name, "run": run, "steps": tuple(steps)})]


def _difference(a: Cell, b: Cell) -> Note:
    """Say by how much ``a`` exceeds or falls short of ``b``."""
    assert a.value is not None
    assert b.value is not None
    gap = a.value - b.value
    amount, unit = abs(gap), a.unit
    about = Note("about") if any(mark in a.text + b.text for mark in _ROUND) else ""
    if unit == "%":
        way = "gap.points_higher" if gap > 0 else "gap.points_lower"
        return Note(way, {"about": about, "amount": plain(amount)})
    if unit == "元" and amount >= 10000:
        amount, unit = amount / 10000, "万元"
    way = "gap.more" if gap > 0 else "gap.fewer"
    return Note(way, {"about": about, "amount": f"{plain(amount)}{unit}"})


def with_words(table: Table, text_of: Callable[[str], str], rows: int | None = None) -> Table:
    """Return the table with the words of its first ``rows`` rows (all by default) read in.

    A table over more reports than a desk holds is made from the ledger, which has the places of
    the words but not the words.
    """
    shown = table.rows if rows is None else table.rows[:rows]
    filled = [row._replace(cells=tuple(_worded(c, text_of) for c in row.cells)) for row in shown]
    return replace(table, rows=(*filled, *table.rows[len(filled) :]))


def _worded(cell: Cell, text_of: Callable[[str], str]) -> Cell:
    if all(words for words, _ in cell.claims):
        return cell
    claims = []
    for words, cite in cell.claims:
        if not words:
            quote = text_of(cite.report)[cite.start : cite.end]
            start = cite.start + len(quote) - len(quote.lstrip())
            kept = quote.strip().rstrip("，,；;、：:")
            words, cite = typeset(kept), Cited(cite.report, start, start + len(kept))
        claims.append((words, cite))
    return cell._replace(claims=tuple(claims))


def _ranked(table: Table, sifted: Sequence[_Sifted]) -> tuple[Row, ...]:
    index = next((i for i, column in enumerate(table.columns) if column.numeric), None)
    if index is None:
        return table.rows
    first = [row for row, _ in sifted[index].ranked]
    if len(first) == len(table.rows):
        return tuple(first)
    ids = {row.report for row in first}
    return (*first, *[row for row in table.rows if row.report not in ids])


# ---- as an answer ---------------------------------------------------------------------------


def draft(table: Table) -> Draft:
    """Return a table that is not empty as lines: what was computed, then each report's claims."""
    lines: list[DraftLine] = []
    cites: list[Cited] = []
    shown = [row for row in table.rows if row.said]
    for row in shown[:MAX_LINES]:
        lines.append(note("heads", what=row.label, report=row.report))
        told: set[Cited] = set()
        for words, cite in (claim for cell in row.cells for claim in cell.claims):
            if cite not in told:
                lines.append(DraftLine(words, "claim", (cite,)))
                told.add(cite)
                cites.append(cite)
    if len(shown) > MAX_LINES:
        lines.append(note("further_rows", count=len(shown) - MAX_LINES))
    told_below = ("silent_on", "unsaid_in")
    computed = tuple(DraftLine("", "note", note=n) for n in table.notes if n.kind not in told_below)
    silent = tuple(DraftLine("", "note", note=n) for n in table.notes if n.kind in told_below)
    return Draft(tuple(lines), focus=tuple(cites), before=computed, after=silent)
