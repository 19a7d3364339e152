"""Lists of problems and plans as reports write them: every item, nothing else."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from generated_reports import NARROW

from bot.evidence import listing
from retrieval.documents import Report, Role
from retrieval.parsing.parsing import parse_report

DATA = Path(__file__).parent / "data"
EDGES = " \t\r\n\u3000\xa0\u200b\ufeff#*-。；;，,、"


def report_of(text: str) -> Report:
    parsed = parse_report(text, "x.txt", "r")
    return Report("r", parsed.meta, text, parsed.sections, parsed.chunks)


def listed(text: str, role: Role) -> list[str]:
    return [
        text[i.span.start : i.span.end].replace("&nbsp;", "").strip(EDGES)
        for i in listing.role_items(report_of(text), role)
    ]


@pytest.mark.parametrize("role", ["problems", "plans"])
@pytest.mark.parametrize("name", sorted(p.stem for p in DATA.glob("*.txt")))
def test_lists_of_dirty_pages_are_complete_and_nothing_is_invented(name: str, role: Role) -> None:
    text = (DATA / f"{name}.txt").read_bytes().decode()
    gold = [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text().splitlines()]
    expected = [g for g in gold if g["kind"] == "listed" and g["role"] == role]
    assert listed(text, role) == [g["text"].strip(EDGES) for g in expected]


FRAME = """清溪县2022年度法治政府建设情况报告
2022年，清溪县扎实推进法治政府建设。现将情况报告如下：
一、主要工作
全年审查文件12件，办理复议案件31件。
二、存在的问题
{problems}
三、下一步工作打算
{plans}
"""
PLAN = "一是加强学习。二是加强执法。"

PROBLEMS: list[tuple[str, list[str]]] = [
    (
        "虽然取得了一定成效，但还存在一些问题。一是法治意识不强。二是执法力量不足。针对以上问题，我们将认真整改。",
        ["一是法治意识不强", "二是执法力量不足"],
    ),
    (
        "我县法治政府建设虽取得一定成绩，但仍存在不足：\n1.法治意识不强，个别干部不愿用法。\n2.执法力量不足。\n",
        ["1.法治意识不强，个别干部不愿用法", "2.执法力量不足"],
    ),
    (
        "主要表现为法治意识不强、执法力量不足、普法针对性不够等问题。",
        ["法治意识不强", "执法力量不足", "普法针对性不够"],
    ),
    (
        "在看到成绩的同时，我们也清醒认识到还有差距，如法治意识有待增强，执法力量有待充实，普法效果有待提升等。",
        ["法治意识有待增强", "执法力量有待充实", "普法效果有待提升"],
    ),
    (
        "法治意识还不够强，个别部门重业务、轻法治；执法力量还不足，乡镇尤为突出；普法形式还较单一。",
        [
            "法治意识还不够强，个别部门重业务、轻法治",
            "执法力量还不足，乡镇尤为突出",
            "普法形式还较单一",
        ],
    ),
    (
        "法治意识还不够强。个别部门重业务、轻法治。\n执法力量还不足。乡镇尤为突出，人均管理3个村。\n普法形式还较单一。",
        [
            "法治意识还不够强。个别部门重业务、轻法治",
            "执法力量还不足。乡镇尤为突出，人均管理3个村",
            "普法形式还较单一",
        ],
    ),
    (
        "2022年，我县法治政府建设取得了新进展，但与上级要求相比，还存在一些问题和不足。主要有以下几个方面：\n（一）法治意识不强。个别干部不愿用法。\n（二）执法力量不足。\n对于这些问题，我们将采取有力措施加以解决。",
        ["（一）法治意识不强。个别干部不愿用法", "（二）执法力量不足"],
    ),
    (
        "一方面，法治意识不强，个别干部不愿用法。另一方面，执法力量不足，乡镇尤为突出。",
        ["一方面，法治意识不强，个别干部不愿用法", "另一方面，执法力量不足，乡镇尤为突出"],
    ),
    (
        "执法力量不足，全县持证执法人员仅86人，难以满足工作需要。",
        ["执法力量不足，全县持证执法人员仅86人，难以满足工作需要"],
    ),
    (
        "首先，法治意识不强。其次，执法力量不足。最后，普法效果不明显。这些问题都需要在今后的工作中认真加以解决。",
        ["首先，法治意识不强", "其次，执法力量不足", "最后，普法效果不明显"],
    ),
    (
        "对照上级要求，主要存在以下问题：①法治意识不强；②执法力量不足；③普法效果不明显。",
        ["①法治意识不强", "②执法力量不足", "③普法效果不明显"],
    ),
    (
        "问题一：法治意识不强。个别干部不愿用法。\n问题二：执法力量不足。乡镇尤为突出。",
        ["问题一：法治意识不强。个别干部不愿用法", "问题二：执法力量不足。乡镇尤为突出"],
    ),
    (
        "法治政府建设仍存在一些短板弱项。比如：法治意识不强的问题仍然存在；执法不规范的现象时有发生；普法实效有待提高。",
        ["法治意识不强的问题仍然存在", "执法不规范的现象时有发生", "普法实效有待提高"],
    ),
    (
        "当前，我县法治建设还面临不少困难。法治意识有待进一步增强。执法队伍专业化水平有待进一步提高。以上问题，需在今后工作中着力解决。",
        ["法治意识有待进一步增强", "执法队伍专业化水平有待进一步提高"],
    ),
    (
        "·法治意识不强\n·执法力量不足\n·普法效果不明显",
        ["·法治意识不强", "·执法力量不足", "·普法效果不明显"],
    ),
    (
        "法治政府建设还存在薄弱环节，一是法治意识不强，二是执法力量不足，三是普法效果不明显，需要在下一步工作中改进。",
        ["一是法治意识不强", "二是执法力量不足", "三是普法效果不明显，需要在下一步工作中改进"],
    ),
    ("2022年法治政府建设工作未发现突出问题。", ["2022年法治政府建设工作未发现突出问题"]),
]

PLANS: list[tuple[str, list[str]]] = [
    (
        "下一步，我县将重点抓好以下工作：一是抓学习；二是抓执法；三是抓普法。",
        ["一是抓学习", "二是抓执法", "三是抓普法"],
    ),
    (
        "2023年，我县将深入贯彻党的二十大精神，持续推进法治政府建设。\n（一）抓学习。办好法治讲堂。\n（二）抓执法。评查案卷60卷。",
        ["（一）抓学习。办好法治讲堂", "（二）抓执法。评查案卷60卷"],
    ),
    (
        "针对上述问题，我们将采取以下措施：\n抓好法治学习，每季度不少于1次。\n抓好执法监督，评查案卷60卷。\n抓好普法宣传，开展活动20场。",
        [
            "抓好法治学习，每季度不少于1次",
            "抓好执法监督，评查案卷60卷",
            "抓好普法宣传，开展活动20场",
        ],
    ),
    (
        "我县将继续完善制度，制定规范性文件管理办法；继续规范执法，评查案卷60卷；继续加强普法，开展活动20场。",
        [
            "我县将继续完善制度，制定规范性文件管理办法",
            "继续规范执法，评查案卷60卷",
            "继续加强普法，开展活动20场",
        ],
    ),
    (
        "我们将一如既往推进法治建设。1、抓学习，每季度一次。2、抓执法，评查案卷60卷。",
        ["1、抓学习，每季度一次", "2、抓执法，评查案卷60卷"],
    ),
]


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize(("paragraph", "expected"), PROBLEMS, ids=range(len(PROBLEMS)))
def test_problems_however_they_are_strung_together(
    paragraph: str, expected: list[str], width: str
) -> None:
    text = FRAME.format(problems=paragraph, plans=PLAN)
    if width == "narrow":
        text, expected = text.translate(NARROW), [e.translate(NARROW) for e in expected]
    assert listed(text, "problems") == [e.strip(EDGES) for e in expected]


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize(("paragraph", "expected"), PLANS, ids=range(len(PLANS)))
def test_plans_however_they_are_strung_together(
    paragraph: str, expected: list[str], width: str
) -> None:
    text = FRAME.format(problems="执法力量不足。", plans=paragraph)
    if width == "narrow":
        text, expected = text.translate(NARROW), [e.translate(NARROW) for e in expected]
    assert listed(text, "plans") == expected


OPENING = """文安县2022年度法治政府建设情况报告
2022年，文安县扎实推进法治政府建设。现将情况报告如下：
一、主要工作
审查文件12件。
"""
BUREAU = """文安县水务局2022年法治政府建设工作总结
2022年，我局扎实推进法治政府建设"""
# (how the report goes on, its problems, its plans)
ENDINGS: list[tuple[str, list[str], list[str]]] = [
    (
        OPENING
        + "存在问题：\n1.法治意识不强，有的干部不学法。\n2.执法力量不足。\n下一步打算：\n1.抓学习。\n2.抓执法。\n",
        ["1.法治意识不强，有的干部不学法", "2.执法力量不足"],
        ["1.抓学习", "2.抓执法"],
    ),
    (
        OPENING
        + "（一）审查工作\n审查12件。\n（二）存在问题\n1.法治意识不强。\n2.执法力量不足。\n（三）下一步打算\n1.抓学习。\n2.抓执法。\n",
        ["1.法治意识不强", "2.执法力量不足"],
        ["1.抓学习", "2.抓执法"],
    ),
    (
        OPENING
        + "二、存在的问题及下一步打算\n我县法治政府建设还存在以下不足：一是法治意识不强。二是执法力量不足。\n下一步，我县将做好以下工作：一是抓学习。二是抓执法。\n",
        ["一是法治意识不强", "二是执法力量不足"],
        ["一是抓学习", "二是抓执法"],
    ),
    (
        OPENING
        + "二、存在的问题及下一步打算\n我县法治政府建设还存在以下不足：一是法治意识不强。二是执法力量不足。下一步，我县将做好以下工作：一是抓学习。二是抓执法。\n",
        ["一是法治意识不强", "二是执法力量不足"],
        ["一是抓学习", "二是抓执法"],
    ),
    (
        OPENING
        + "二、存在的不足和下一步工作安排\n法治意识不强，执法力量不足。下一步，将抓学习、抓执法。\n",
        ["法治意识不强", "执法力量不足"],
        ["下一步，将抓学习、抓执法"],
    ),
    (
        BUREAU
        + "。\n一是抓学习。学法9次。\n二是抓执法。办案12件。\n三是抓普法。宣传8场。\n存在的问题：一是人员不足。二是装备落后。\n下一步，一是加强招录。二是争取经费。\n",
        ["一是人员不足", "二是装备落后"],
        ["一是加强招录", "二是争取经费"],
    ),
    (
        BUREAU
        + "，学法9次，办案12件。工作中还存在人员不足、装备落后、宣传不够等问题。下一步，我局将加强招录，争取经费，抓好宣传。\n",
        ["人员不足", "装备落后", "宣传不够"],
        ["下一步，我局将加强招录，争取经费，抓好宣传"],
    ),
    (
        BUREAU
        + "。\n一 主要工作\n学法9次。\n二 存在问题\n人员不足；装备落后。\n三 工作打算\n加强招录；争取经费。\n",
        ["人员不足", "装备落后"],
        ["加强招录", "争取经费"],
    ),
    (
        OPENING
        + "二、存在的问题\n一是法治意识不强。主要表现在：1.有的干部不学法；2.有的干部不用法。\n二是执法力量不足。\n三、下一步打算\n一是抓学习。（1）领导带头学；（2）全员学。\n二是抓执法。\n",
        ["一是法治意识不强。主要表现在：1.有的干部不学法；2.有的干部不用法", "二是执法力量不足"],
        ["一是抓学习。（1）领导带头学；（2）全员学", "二是抓执法"],
    ),
    (
        OPENING
        + "二、存在的主要问题\n（一）法治意识方面。有的干部不学法。\n（二）执法方面。力量不足，装备落后。\n三、下一步打算\n（一）强学习。\n抓领导干部。\n（二）强执法。\n抓队伍。\n特此报告。\n",
        ["（一）法治意识方面。有的干部不学法", "（二）执法方面。力量不足，装备落后"],
        ["（一）强学习。\n抓领导干部", "（二）强执法。\n抓队伍"],
    ),
    (
        OPENING
        + "二、工作存在的困难、问题\n在取得成绩的同时，也存在着一些问题，主要是法治意识不强，个别干部存在“重业务、轻法治”现象；执法力量不足；普法形式单一等。在今后工作中，我们将采取有效措施加以解决。\n三、2023年工作重点\n（一）抓学习。\n（二）抓执法。\n",
        ["法治意识不强，个别干部存在“重业务、轻法治”现象", "执法力量不足", "普法形式单一"],
        ["（一）抓学习", "（二）抓执法"],
    ),
    (
        OPENING
        + "二、存在问题及原因\n（一）存在问题\n1.意识不强。\n2.力量不足。\n（二）原因分析\n1.学习不够。\n2.投入不够。\n三、2023年工作计划\n（一）抓学习。\n（二）抓执法。\n",
        ["1.意识不强", "2.力量不足"],
        ["（一）抓学习", "（二）抓执法"],
    ),
    (
        OPENING
        + "2022年，我县法治政府建设工作取得一定成效，但仍存在一些问题和不足，主要是：法治意识不强，执法力量不足，普法形式单一。2023年，我县将重点做好以下工作：一是抓学习。二是抓执法。\n",
        ["法治意识不强", "执法力量不足", "普法形式单一"],
        ["一是抓学习", "二是抓执法"],
    ),
    (
        OPENING
        + "三、存在不足\n我县法治政府建设工作存在的不足主要有三个方面。第一，法治意识不强，有的干部不学法。第二，执法力量不足。第三，普法形式单一。\n四、下一步工作思路\n（一）抓学习。学法。\n",
        ["第一，法治意识不强，有的干部不学法", "第二，执法力量不足", "第三，普法形式单一"],
        ["（一）抓学习。学法"],
    ),
    (
        OPENING
        + "二、存在问题\n　　（一）“关键少数”法治意识不强。\n　　（二）执法力量不足，主要表现在以下两点：\n　　1.人员少。\n　　2.装备差。\n三、工作打算\n　　1.抓学习；\n　　2.抓执法；\n　　3.抓普法。\n",
        [
            "（一）“关键少数”法治意识不强",
            "（二）执法力量不足，主要表现在以下两点：\n　　1.人员少。\n　　2.装备差",
        ],
        ["1.抓学习", "2.抓执法", "3.抓普法"],
    ),
]


@pytest.mark.parametrize(("text", "problems", "plans"), ENDINGS, ids=range(len(ENDINGS)))
def test_lists_of_short_reports(text: str, problems: list[str], plans: list[str]) -> None:
    assert listed(text, "problems") == problems
    assert listed(text, "plans") == plans


@pytest.mark.parametrize("role", ["problems", "plans", "measures"])
@pytest.mark.parametrize("name", sorted(p.stem for p in DATA.glob("*.txt")))
def test_an_items_lead_begins_it(name: str, role: Role) -> None:
    report = report_of((DATA / f"{name}.txt").read_bytes().decode())
    items = listing.role_items(report, role)
    for item in items:
        assert item.span.start == item.lead.start < item.lead.end <= item.span.end
        assert listing.shown(item) in (item.span, item.lead)
        assert listing.shown(item, whole=True) == item.span
    assert all(a.span.end <= b.span.start for a, b in pairwise(items))


def test_a_title_in_a_line_of_its_own_is_no_problem() -> None:
    text = (
        "松岭县2022年法治政府建设情况报告\n一、主要举措和成效\n推进各项工作。\n二、存在的问题\n不足之处\n"
        "一年来，工作取得一定成效，但还有差距。案卷说理不充分。审核人员不足。\n"
    )
    assert listed(text, "problems") == ["案卷说理不充分", "审核人员不足"]


def test_what_is_to_be_done_about_a_problem_is_left_out_of_it() -> None:
    text = (
        "松岭县人民政府2022年度法治政府建设情况报告\n一、主要举措和成效\n推进各项工作。\n二、存在的问题\n"
        "（一）出庭率低。出庭率只有七成，2021年为八成。2023年要确保九成以上。\n"
        "（二）普法形式单一。2021年以来产品少。下一步丰富形式。\n三、下一步打算\n（一）加强执法。\n"
    )
    report = report_of(text)
    kept = [listing.without_plans(report, i).span for i in listing.role_items(report, "problems")]
    said = [text[s.start : s.end] for s in kept]
    assert ["九成以上" in said[0], "八成" in said[0]] == [False, True]
    assert said[1].endswith("产品少。")


HEAD = (
    "青山县人民政府2023年法治政府建设情况报告\n一、主要举措和成效\n全年审核文件12件，培训300人。\n"
)


def test_a_list_numbered_as_headings_are_inside_a_sentence_is_the_parts_own() -> None:
    text = (
        f"{HEAD}二、存在的问题及原因\n今年工作虽有进步，但还有不小距离，主要是：一、队伍弱，衔接不畅；二、取证难，"
        "一查就跑；三、计量设施安装率低。究其原因，既有编制的制约，也有指导不够经常的因素。\n"
        "三、2024年工作思路\n（一）恢复单设大队。\n（二）出台裁量基准。\n"
    )
    assert listed(text, "problems") == [
        "一、队伍弱，衔接不畅",
        "二、取证难，一查就跑",
        "三、计量设施安装率低",
    ]
    assert listed(text, "plans") == ["（一）恢复单设大队", "（二）出台裁量基准"]


def test_the_last_of_a_sentences_numbers_is_no_heading_and_framed_numbers_are() -> None:
    text = (
        "【一】 主要工作\n　　全年审核文件12件。\n【二】 存在的主要不足\n　　我们也清醒认识到：1.案卷质量不高，"
        "差错多；2.兼职比例高；3.宣传重形式轻实效。\n【三】 2024年工作思路\n　　围绕终评，(1)完成整改；(2)增配人员。\n"
    )
    title = "青山县人民政府2023年法治政府建设情况报告\n"
    assert listed(title + text, "problems") == [
        "1.案卷质量不高，差错多",
        "2.兼职比例高",
        "3.宣传重形式轻实效",
    ]
    assert listed(title + text, "plans") == ["(1)完成整改", "(2)增配人员"]


def test_first_and_next_may_go_on_as_third_and_fourth() -> None:
    text = (
        f"{HEAD}二、存在的不足\n首先是放权与承接不同步；其次是服务覆盖面小；第三，执法边界有交叉；"
        "第四，反馈不够。\n三、下一步打算\n继续筹建法庭。\n"
    )
    assert listed(text, "problems") == [
        "首先是放权与承接不同步",
        "其次是服务覆盖面小",
        "第三，执法边界有交叉",
        "第四，反馈不够",
    ]


def test_a_heading_that_mends_what_was_lacking_tells_what_was_done() -> None:
    text = (
        "青山县人民政府2023年法治政府建设情况报告\n一、抓住败诉整治，补齐行政争议短板\n印发整治方案，逐案倒查。\n"
        "二、存在问题和下步打算\n主要是：复议人员少；乡镇聘而不用。\n2024年，将重点做好以下工作：增配人员2名；出台考核办法。\n"
        "    青山县人民政府\n    2024年2月25日\n\n扫一扫在手机打开当前页\n主办：青山县人民政府办公室  承办：青山县融媒体中心\n"
    )
    assert listed(text, "problems") == ["复议人员少", "乡镇聘而不用"]
    assert listed(text, "plans") == ["增配人员2名", "出台考核办法"]


def test_reasons_for_all_that_was_told_before_are_no_part_of_the_last_problem() -> None:
    text = (
        f"{HEAD}二、存在的问题\n一是学法停在会议上；二是出庭率不高；三是编制少。产生以上问题的原因，一方面是思想没有根除，"
        "另一方面是留人难。\n三、下一步打算\n继续努力。\n"
    )
    assert listed(text, "problems") == ["一是学法停在会议上", "二是出庭率不高", "三是编制少"]
    assert any("留人难" in cause for cause in listed(text, "causes"))


def test_a_paragraph_torn_amid_a_sentence_is_one() -> None:
    text = (
        f"{HEAD}二、不足之处\n　　工作中还存在不少差距。队伍年龄偏大，五十岁以上占四成，信息化办案\n\n能力弱；监督力量薄弱。\n"
        "三、2024年打算\n　　招录人员20名；发布案例10个。\n"
    )
    problems = listed(text, "problems")
    assert len(problems) == 2
    assert "".join(problems[0].split()).endswith("信息化办案能力弱")
