from pathlib import Path
from typing import Any

import pytest
from hostile import ENDS, line_of
from hypothesis import given
from hypothesis import strategies as st

from retrieval.parsing.chains import resolve_chain
from retrieval.parsing.metadata import Metadata, read_metadata
from retrieval.places.gazetteer import gazetteer

REPORTS = Path(__file__).parent.parent / "eval" / "reports"
PROSE = (
    "坚持以习近平新时代中国特色社会主义思想为指导,深入学习贯彻习近平法治思想,扎实推进法治政府建设。"
    "现将有关情况报告如下:\n一、主要举措和成效\n(一)加强组织领导。召开常务会议3次。\n"
)


def read(text: str, source: str = "report.txt") -> Metadata:
    return read_metadata(text, source, gazetteer())


REAL = [
    (
        "000",
        ("浙江省", "绍兴市", "上虞区"),
        2022,
        "绍兴市上虞区人民政府",
        "government",
        "2023-02-02",
        "绍兴市上虞区2022年度法治政府建设工作情况报告",
    ),
    (
        "001",
        ("江西省", "上饶市", "玉山县"),
        2023,
        "玉山县人民政府",
        "government",
        "2024-01-23",
        "玉山县人民政府关于2023年度法治政府建设情况的报告",
    ),
    (
        "002",
        ("浙江省", "绍兴市", "柯桥区"),
        2019,
        "绍兴市柯桥区人民政府",
        "government",
        None,
        "绍兴市柯桥区人民政府关于2019年度法治政府建设情况的报告",
    ),
    (
        "003",
        ("广东省", "云浮市", "云城区"),
        2022,
        "云城区人民政府",
        "government",
        None,
        "云城区2022年法治政府建设情况报告（推断）",
    ),
    (
        "004",
        ("重庆市", "綦江区"),
        2023,
        "重庆市綦江区司法局",
        "department",
        "2024-03-01",
        "重庆市綦江区司法局2023年法治政府建设情况报告",
    ),
]


@pytest.mark.parametrize(("number", "place", "year", "issuer", "level", "published", "title"), REAL)
def test_real_reports(
    number: str,
    place: tuple[str, ...],
    year: int,
    issuer: str,
    level: str,
    published: str | None,
    title: str,
) -> None:
    path = next(REPORTS.glob(f"{number}_*.txt"))
    text = path.read_text(encoding="utf-8")
    metadata = read(text, path.name)
    meta = metadata.meta
    assert (meta.place, meta.year, meta.issuer) == (place, year, issuer)
    assert (meta.level, meta.published, meta.title) == (level, published, title)
    assert meta.document_number is None
    assert "".join(text[s.start : s.end] for s in metadata.title) in ("", title)


def test_missing_title_is_marked_as_inferred() -> None:
    path = next(REPORTS.glob("003_*.txt"))
    metadata = read(path.read_text(encoding="utf-8"), path.name)
    assert metadata.title == ()
    assert [metadata.meta.found[key] for key in ("title", "place", "issuer")] == ["inferred"] * 3


# layout, the head of a report, what must come out
HEADS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "one line, full chain",
        "江苏省南京市江宁区人民政府2021年度法治政府建设情况报告\n2021年,江宁区" + PROSE,
        {
            "title": "江苏省南京市江宁区人民政府2021年度法治政府建设情况报告",
            "place": ("江苏省", "南京市", "江宁区"),
            "issuer": "江苏省南京市江宁区人民政府",
            "level": "government",
            "year": 2021,
        },
    ),
    (
        "invented county, full chain",
        "江苏省淮州市清溪县人民政府\n关于2023年法治政府建设情况的报告\n\n2023年,清溪县" + PROSE,
        {
            "title": "江苏省淮州市清溪县人民政府关于2023年法治政府建设情况的报告",
            "place": ("江苏省", "淮州市", "清溪县"),
            "issuer": "江苏省淮州市清溪县人民政府",
            "year": 2023,
        },
    ),
    (
        "invented county alone",
        "清溪县2024年法治政府建设工作报告\n发布日期:2025-02-11\n2024年,清溪县" + PROSE,
        {
            "place": ("清溪县",),
            "issuer": "清溪县人民政府",
            "year": 2024,
            "published": "2025-02-11",
        },
    ),
    (
        "three lines with blanks between",
        "首页\n政务公开\n\n杭州市萧山区人民政府\n\n关于2022年度法治政府建设\n\n情况的报告\n\n萧山区"
        + PROSE,
        {
            "title": "杭州市萧山区人民政府关于2022年度法治政府建设情况的报告",
            "place": ("浙江省", "杭州市", "萧山区"),
            "year": 2022,
        },
    ),
    (
        "department, document number, dated fields",
        "索引号: 11330600/2024-01 文号: 诸司〔2024〕3号 发布机构: 诸暨市司法局 发布日期: 2024年1月9日\n"
        "诸暨市司法局2023年度法治政府建设工作总结\n2023年,市司法局" + PROSE,
        {
            "title": "诸暨市司法局2023年度法治政府建设工作总结",
            "place": ("浙江省", "绍兴市", "诸暨市"),
            "issuer": "诸暨市司法局",
            "level": "department",
            "published": "2024-01-09",
            "document_number": "诸司〔2024〕3号",
        },
    ),
    (
        "number with half-width brackets on a line of its own",
        "泰顺县人民政府文件\n泰政[2022]8号\n泰顺县人民政府关于2021年度法治政府建设情况的报告\n市人民政府:\n2021年,我县"
        + PROSE,
        {
            "document_number": "泰政[2022]8号",
            "title": "泰顺县人民政府关于2021年度法治政府建设情况的报告",
            "place": ("浙江省", "温州市", "泰顺县"),
            "year": 2021,
        },
    ),
    (
        "blank number field",
        "索引号: 文号: 公开日期: 2023-02-02\n沛县2022年法治政府建设情况报告\n2022年,沛县" + PROSE,
        {"document_number": None, "place": ("江苏省", "徐州市", "沛县"), "published": "2023-02-02"},
    ),
    (
        "breadcrumb repeats the title",
        "当前位置:首页 > 政务公开 > 法治政府建设 > 恩施市2023年度法治政府建设年度报告\n"
        "恩施市2023年度法治政府建设年度报告\n时间:2024-03-28 来源:恩施市司法局\n2023年,恩施市"
        + PROSE,
        {
            "title": "恩施市2023年度法治政府建设年度报告",
            "place": ("湖北省", "恩施土家族苗族自治州", "恩施市"),
            "issuer": "恩施市人民政府",
            "published": "2024-03-28",
        },
    ),
    (
        "Chinese numerals",
        "大连市甘井子区人民政府二〇二〇年法治政府建设情况报告\n甘井子区" + PROSE,
        {"year": 2020, "place": ("辽宁省", "大连市", "甘井子区")},
    ),
    (
        "full-width digits and title after furniture on the same line",
        "打印 关闭 兴化市２０２３年度法治政府建设情况报告 发布时间:2024-01-30 浏览次数:12\n2023年,兴化市"
        + PROSE,
        {
            "title": "兴化市２０２３年度法治政府建设情况报告",
            "year": 2023,
            "place": ("江苏省", "泰州市", "兴化市"),
            "published": "2024-01-30",
        },
    ),
    (
        "ambiguous name settled by the text",
        "鼓楼区2022年法治政府建设情况报告\n2022年,鼓楼区在福州市委、市政府领导下," + PROSE,
        {"place": ("福建省", "福州市", "鼓楼区"), "issuer": "鼓楼区人民政府"},
    ),
    (
        "street office",
        "古南街道办事处2023年法治政府建设情况报告\n发布机构:重庆市綦江区古南街道办事处\n2023年,古南街道"
        + PROSE,
        {
            "place": ("重庆市", "綦江区"),
            "issuer": "古南街道办事处",
            "level": "government",
            "year": 2023,
        },
    ),
    (
        "management committee of an area no gazetteer knows",
        "淮州市东湖片区管委会2023年度法治政府建设情况报告\n2023年,东湖片区管委会" + PROSE,
        {
            "place": ("淮州市",),
            "issuer": "淮州市东湖片区管委会",
            "level": "government",
            "year": 2023,
        },
    ),
    (
        "year only in the title's own year, published two years later",
        "某网站\n吉林省长春市朝阳区2019年法治政府建设年度报告\n发布时间：2021年03月05日\n2019年,"
        + PROSE,
        {
            "place": ("吉林省", "长春市", "朝阳区"),
            "year": 2019,
            "published": "2021-03-05",
        },
    ),
    (
        "signed, year in the first sentence",
        "法治政府建设情况报告\n2021年以来,我县"
        + PROSE
        + "特此报告。\n\n平阳县人民政府\n2022年1月18日\n",
        {
            "title": "法治政府建设情况报告",
            "place": ("浙江省", "温州市", "平阳县"),
            "issuer": "平阳县人民政府",
            "year": 2021,
            "published": "2022-01-18",
        },
    ),
    (
        "whole report in one line",
        "新昌县2022年法治政府建设情况报告2022年,新昌县坚持以习近平法治思想为指导,依法行政。一、工作情况(一)加强领导。",
        {
            "title": "新昌县2022年法治政府建设情况报告",
            "place": ("浙江省", "绍兴市", "新昌县"),
            "year": 2022,
        },
    ),
    (
        "neighbour: work report of a government",
        "政府工作报告\n——2024年1月10日在嵊州市第十七届人民代表大会第三次会议上\n嵊州市人民政府市长 王某\n各位代表:\n现在,我代表市人民政府向大会报告工作。\n一、2023年工作回顾\n过去一年,全市经济向好。\n",
        {"title": "政府工作报告", "place": ("浙江省", "绍兴市", "嵊州市"), "year": 2023},
    ),
    (
        "neighbour: openness report",
        "岱山县2023年政府信息公开工作年度报告\n本报告由岱山县人民政府办公室编制。\n",
        {
            "title": "岱山县2023年政府信息公开工作年度报告",
            "place": ("浙江省", "舟山市", "岱山县"),
            "year": 2023,
        },
    ),
    (
        "province",
        "贵州省人民政府关于2022年度法治政府建设情况的报告\n2022年,贵州省" + PROSE,
        {"place": ("贵州省",), "issuer": "贵州省人民政府", "year": 2022},
    ),
    (
        "municipal district with a short province name",
        "上海浦东新区2021年度法治政府建设情况报告\n2021年,浦东新区" + PROSE,
        {"place": ("上海市", "浦东新区"), "year": 2021},
    ),
    (
        "department named after the year",
        "2023年度玉环市综合行政执法局法治政府建设工作报告\n2023年,我局" + PROSE,
        {
            "place": ("浙江省", "台州市", "玉环市"),
            "issuer": "玉环市综合行政执法局",
            "level": "department",
        },
    ),
    (
        "no title, year only by publication",
        "发布时间:2023-03-01\n\n近年来,云和县坚持依法行政,推进法治政府建设,取得明显成效,为全县发展提供保障。\n",
        {"place": ("浙江省", "丽水市", "云和县"), "year": 2022, "published": "2023-03-01"},
    ),
    (
        "five-year outline in the title",
        "象山县关于贯彻落实《法治政府建设实施纲要(2021-2025年)》2022年度情况的报告\n2022年,象山县"
        + PROSE,
        {"place": ("浙江省", "宁波市", "象山县"), "year": 2022},
    ),
    (
        "parents of an unknown county from the party committees",
        "石泾县2023年法治政府建设情况报告\n2023年,在安徽省委、省政府和宁泽市委、市政府的领导下,我县"
        + PROSE,
        {"place": ("安徽省", "宁泽市", "石泾县"), "year": 2023},
    ),
    (
        "page and report in one line",
        "当前位置:首页 > 政务公开 > 法治建设 柳湾街道办事处2022年法治政府建设年度报告 来源:柳湾街道 时间:2023-01-12 "
        "2022年,平州市东泽区柳湾街道办事处坚持依法行政。"
        + "一、主要做法(一)加强领导,健全机制。"
        * 30,
        {
            "title": "柳湾街道办事处2022年法治政府建设年度报告",
            "place": ("平州市", "东泽区"),
            "issuer": "柳湾街道办事处",
            "published": "2023-01-12",
            "year": 2022,
        },
    ),
    (
        "publisher and date between title and text",
        "今天是2024年3月29日\n遂昌县2023年法治政府建设年度报告\n遂昌县司法局  2024-02-28  【打印本页】\n2023年,遂昌县"
        + PROSE,
        {"issuer": "遂昌县人民政府", "published": "2024-02-28"},
    ),
    (
        "no title, management committee",
        "发布日期:2024-03-04\n新港片区管理委员会(以下简称管委会)位于广东省惠州市南部。2023年,管委会坚持依法行政,推进法治政府建设。\n一、主要做法\n",
        {
            "issuer": "新港片区管理委员会",
            "place": ("广东省", "惠州市"),
            "level": "government",
            "year": 2023,
        },
    ),
    (
        "a report made known as a notice, led in without a full stop",
        "岚前区人民政府门户网站 >> 政务公开 >> 通知公告\n岚前区人民政府关于2024年度法治政府建设情况的公告\n"
        "来源：区司法局 时间：2025-03-07\n根据《法治政府建设与责任落实督察工作规定》和省、市有关要求，"
        "现将岚前区人民政府2024年度法治政府建设情况公告如下：\n一、高位推动\n区委常委会研究法治议题14个。\n"
        "二、2025年工作安排\n2025年，区政府将继续推进，2025年底前完成。\n",
        {
            "title": "岚前区人民政府关于2024年度法治政府建设情况的公告",
            "issuer": "岚前区人民政府",
            "year": 2024,
        },
    ),
    (
        "no title, led in without a full stop",
        "来源：区司法局 时间：2025-03-07\n根据《法治政府建设与责任落实督察工作规定》和省、市的有关工作要求，"
        "现将岚前区人民政府2024年度法治政府建设情况公告如下：\n一、高位推动\n区委常委会研究法治议题14个。\n"
        "二、2025年工作安排\n2025年，区政府将继续推进，2025年底前完成。\n",
        {"year": 2024},
    ),
    (
        "plain document",
        "春游通知\n明天上午九点集合。\n",
        {"title": "春游通知", "place": (), "year": None, "issuer": "", "level": "unknown"},
    ),
    (
        "traditional characters",
        "紹興市柯橋區人民政府2023年法治政府建設情況報告\n2023年,柯橋區" + PROSE,
        {"place": ("浙江省", "绍兴市", "柯桥区"), "year": 2023},
    ),
]


@pytest.mark.parametrize(("layout", "text", "expected"), HEADS, ids=[head[0] for head in HEADS])
def test_unseen_heads(layout: str, text: str, expected: dict[str, Any]) -> None:
    metadata = read(text)
    got = {key: getattr(metadata.meta, key) for key in expected}
    assert got == expected
    for span in metadata.title:
        assert text[span.start : span.end].strip() == text[span.start : span.end] != ""


def test_file_name_gives_a_year_that_the_text_does_not() -> None:
    text = "云和县法治政府建设情况报告\n云和县坚持依法行政,推进法治政府建设,取得明显成效,为发展提供保障。\n"
    metadata = read(text, "2021年云和县.txt")
    assert (metadata.meta.year, metadata.meta.found["year"]) == (2021, "filename")


@given(
    st.text(
        alphabet="省市县区年报告政府法治建设关于20 \n:。,一、〔〕号玉山重庆綦江>-1二〇",
        max_size=200,
    )
)
def test_never_fails_and_title_lies_in_the_text(text: str) -> None:
    metadata = read(text)
    for span in metadata.title:
        assert 0 <= span.start < span.end <= len(text)
    if metadata.title:
        words = "".join(text[s.start : s.end] for s in metadata.title)
        assert "".join(words.split()) == "".join(metadata.meta.title.split())


@ENDS
@pytest.mark.parametrize(
    "unit",
    [
        "县",
        "2023年",
        "首页 > ",
        "报告 ",
        "关于",
        "玉山",
        "法治政府",
        "文号",
        "a",
        " ",
        "发布机构",
        "\n",
    ],
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    assert read(line_of(unit)).meta.source == "report.txt"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("调解中心获市委表彰，服务中心获市政府通报。", ("雾杉县",)),
        ("，配合市政府办好实事；并配合市委开展督察。", ("雾杉县",)),
        ("我县被市委评为先进，全县被市委点名表扬。", ("雾杉县",)),
        ("在云沣市委领导下；经云沣市政府同意。", ("云沣市", "雾杉县")),
    ],
)
def test_a_city_is_not_read_out_of_other_words(text: str, place: tuple[str, ...]) -> None:
    assert resolve_chain(("雾杉县",), text, gazetteer()) == place


def test_a_town_lies_where_its_name_is_told_and_not_in_a_county_read_out_of_other_words() -> None:
    text = """茶垭镇人民政府2023年法治政府建设工作总结
贵州省云岫县茶垭镇辖11个行政村，3.4万人。一年来，镇党委、政府做了以下工作。
下一步，和县林业局一起测出茶山界址；和县司法局一起办班，和县林业局一起巡山。
"""
    assert read(text).meta.place == ("贵州省", "云岫县")


@pytest.mark.parametrize(
    ("opening", "place"),
    [
        ("望棠镇地处宁棠县西南，辖11个村，是典型的山区农业大镇。", ("宁棠县",)),
        ("望棠镇位于浙江省临涧县西北部山区，全镇面积213平方公里。", ("浙江省", "临涧县")),
        # a name that is met once and nowhere placed is read out of other words
        ("严格执行《突发事件应对法》和县防指指令，转移群众620人。", ()),
        ("会同县司法局编印手册2000册。", ()),
    ],
)
def test_a_town_lies_where_it_says(opening: str, place: tuple[str, ...]) -> None:
    text = (
        f"望棠镇人民政府2024年法治政府建设情况报告\n{opening}现将有关情况报告如下。\n一、主要工作\n"
    )
    assert read(text).meta.place == place


def test_a_zone_named_in_a_field_is_no_place_a_zone_lies_in() -> None:
    text = (
        "青浛经济开发区管理委员会2024年法治政府建设年度报告\n来源：青浛经开区党政办　2025-03-05\n"
        "青浛经济开发区规划面积48.6平方公里。\n一、主要工作\n"
    )
    assert read(text).meta.place == ()
