"""Words of a report that can be pasted elsewhere: whose they are and of which year."""

from __future__ import annotations

import pytest

from bot.briefing.standing_alone import standing_alone
from retrieval.documents import ReportMeta


def _meta(place: tuple[str, ...], issuer: str, year: int) -> ReportMeta:
    return ReportMeta(
        title="", place=place, issuer=issuer, year=year, level="county", published="",
        document_number="", source="a.txt",
    )  # fmt: skip


COUNTY = _meta(("江西省", "玉山县"), "玉山县人民政府", 2023)
BUREAU = _meta(("宁渚市",), "宁渚市市场监督管理局", 2024)


@pytest.mark.parametrize(
    ("meta", "words", "told"),
    [
        (COUNTY, "今年以来，我县共收到65件", "2023年，玉山县共收到65件"),
        (COUNTY, "较去年底多5件", "较2022年底多5件"),
        (COUNTY, "在我县设立", "在玉山县设立"),
        (COUNTY, "县本级收到3件，本区域内", "县本级收到3件，本区域内"),
        (COUNTY, "我市首部", "我市首部"),
        (BUREAU, "由我局会同起草", "由宁渚市市场监督管理局会同起草"),
        (BUREAU, "全市今年度工作", "全市今年度工作"),
    ],
)
def test_a_place_and_a_year_stand_for_what_only_the_report_knows(
    meta: ReportMeta, words: str, told: str
) -> None:
    assert standing_alone(words, meta) == told
