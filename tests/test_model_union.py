"""How a model's lines and the draft become one answer: what holds all, what was only chosen."""

from __future__ import annotations

from bot.evidence.drafting import Draft
from bot.model.union import completed, of_others, reframed, under_heads
from bot.notes import Note, among, note
from bot.values import Cited, DraftLine, Told

HEADS = {name: note("heads", what=name, report=name) for name in ("甲", "乙")}


def told(text: str, *cites: tuple[str, int, int]) -> Told:
    """Return a line of a model's."""
    return Told(text, tuple(Cited(*cite) for cite in cites))


def kinds(lines: tuple[object, ...]) -> list[str]:
    """Return the notes among lines by kind, and the words of the others."""
    return [
        line.note.kind if isinstance(line, DraftLine) and line.note else str(getattr(line, "text"))  # noqa: B009
        for line in lines
    ]


def test_a_line_stands_under_its_report_and_those_of_several_together() -> None:
    lines = [told("一", ("甲", 0, 1)), told("二", ("甲", 2, 3)), told("三", ("乙", 0, 1))]
    both = told("甲高", ("甲", 0, 1), ("乙", 0, 1))
    found = under_heads([*lines, both], HEADS)
    assert kinds(found) == ["heads", "一", "二", "heads", "三", "together", "甲高"]
    assert under_heads(lines, {}) == tuple(lines)


def test_where_the_rules_only_chose_the_model_chooses_and_no_report_is_lost_that_is_asked() -> None:
    claims = [DraftLine("甲说", "claim", (Cited("甲", 0, 4),)), DraftLine("乙说", "claim", (Cited("乙", 0, 4),))]  # fmt: skip
    draft = Draft(tuple(claims))
    mine = told("甲另说", ("甲", 10, 14))
    assert completed(draft, [mine]) == (mine,)
    assert completed(draft, [mine], every=True) == (mine, claims[1])


def test_a_report_that_tells_is_not_said_to_be_silent() -> None:
    draft = Draft(
        (DraftLine("甲说", "claim", (Cited("甲", 0, 4),)),),
        before=(note("reports_saying", count=1),),
        after=(note("not_mentioned", topic="小店", reports=among(["乙县（2024年度）"], 1)),),
    )
    lines = (told("甲说", ("甲", 0, 4)), told("乙也说", ("乙", 0, 4)))
    made = reframed(draft, lines, {"甲": "甲县（2024年度）", "乙": "乙县（2024年度）"})
    assert made.after == ()
    assert made.before[0].note == Note("reports_saying", {"count": 2})
    alone = reframed(draft, lines[:1], {"甲": "甲县（2024年度）", "乙": "乙县（2024年度）"})
    assert alone == draft


def test_a_count_of_what_the_rules_chose_is_not_said_over_other_lines() -> None:
    assert reframed(Draft(before=(note("aspects_counted", topic="执法", count=3),))).before == ()


def test_what_a_model_finds_in_other_reports_comes_under_their_names() -> None:
    lines = (told("甲说", ("甲", 0, 4)),)
    more = [told("甲再说", ("甲", 8, 9)), told("乙说", ("乙", 0, 4))]
    assert kinds(of_others(more, lines, HEADS)) == ["heads", "乙说"]
