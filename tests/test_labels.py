from __future__ import annotations

import pytest

from bot.labels import Names, body_name, full_name
from retrieval.documents import Level, ReportMeta


def meta(
    place: str, issuer: str, year: int | None = 2023, level: Level = "government"
) -> ReportMeta:
    chain = tuple(place.split("/")) if place else ()
    return ReportMeta("标题", chain, issuer, level, year, None, None, "a.txt", {})


@pytest.mark.parametrize(
    ("place", "issuer", "level", "short", "full"),
    [
        ("江苏省/淮州市/清溪县", "清溪县人民政府", "government", "清溪县", "淮州市清溪县（2023年度）"),
        ("重庆市/綦江区", "重庆市綦江区司法局", "department", "綦江区司法局", "重庆市綦江区·司法局（2023年度）"),
        ("河南省/商丘市", "商丘市市场监督管理局", "department", "商丘市市场监督管理局", "河南省商丘市·市场监督管理局（2023年度）"),
        ("秦川市/渭河区", "南坪街道办事处", "government", "渭河区南坪街道办事处", "秦川市渭河区南坪街道（2023年度）"),
        ("安徽省/滁州市/琅琊区", "琅琊区人民政府丰乐街道办事处", "government", "琅琊区丰乐街道办事处", "滁州市琅琊区丰乐街道（2023年度）"),
        ("河北省/衡水市", "衡水高新技术产业开发区管委会", "government", "衡水高新技术产业开发区管委会", "河北省衡水高新技术产业开发区（2023年度）"),
        ("江苏省/苏州市/昆山市", "昆山市巴城镇人民政府", "government", "昆山市巴城镇人民政府", "苏州市昆山市巴城镇（2023年度）"),
        ("", "某某局", "department", "某某局", "某某局（2023年度）"),
        ("", "", "unknown", "标题", "标题（2023年度）"),
    ],
)  # fmt: skip
def test_a_report_is_named_once(
    place: str, issuer: str, level: Level, short: str, full: str
) -> None:
    named = meta(place, issuer, level=level)
    assert (body_name(named), full_name(named)) == (short, full)


def test_only_namesakes_carry_their_parents() -> None:
    fuzhou = meta("福建省/福州市/鼓楼区", "鼓楼区人民政府")
    nanjing = meta("江苏省/南京市/鼓楼区", "鼓楼区人民政府", 2022)
    other = meta("江苏省/南京市/玄武区", "玄武区人民政府")
    names = Names([fuzhou, nanjing, other])
    assert [names.report(m) for m in (fuzhou, nanjing, other)] == [
        "福州市鼓楼区（2023年度）",
        "南京市鼓楼区（2022年度）",
        "玄武区（2023年度）",
    ]
    assert Names([fuzhou, other]).body(fuzhou) == "鼓楼区"


def test_one_place_in_fewer_words_is_no_namesake() -> None:
    whole = meta("江苏省/淮州市/清溪县", "清溪县人民政府")
    names = Names([whole, meta("淮州市/清溪县", "清溪县人民政府", 2022)])
    assert names.body(whole) == "清溪县"


def test_streets_of_one_name_carry_more_of_their_parents() -> None:
    one = meta("江苏省/南京市/鼓楼区", "鼓楼区城北街道办事处")
    two = meta("福建省/福州市/鼓楼区", "鼓楼区城北街道办事处")
    names = Names([one, two])
    assert [names.body(m) for m in (one, two)] == [
        "南京市鼓楼区城北街道办事处",
        "福州市鼓楼区城北街道办事处",
    ]
