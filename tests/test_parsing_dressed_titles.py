"""Titles that no number but a sign tells: their depth, their roles, and lines that are no titles."""

from __future__ import annotations

import pytest

from retrieval.parsing.sections import parse_sections

STARS = """青山县2024年法治政府建设情况报告
2024年，青山县推进法治政府建设，现将情况报告如下：
■ 制度建设
全年审查规范性文件14件，提出意见61条，废止38件。
■ 拿地即开工，审批更快捷
全年17个项目享受该政策，平均用时由126天缩短至49天。
★存在不足★
1、执法力量薄弱，持证人员仅11人，一线缺口较大。
2、复议人员不足，专职办案人员仅2人，听证较少。
★下步打算★
1、充实执法力量，年内新招执法人员五名并集中培训。
2、设立简案速办团队，二十个工作日内办结简单案件。
"""


def paths(text: str) -> dict[str, tuple[tuple[str, ...], str]]:
    """Return of each leaf's first words its path and role."""
    return {
        text[s.start : s.end].strip()[:6]: (s.path, s.role) for s in parse_sections(text, (), 2024)
    }


def test_titles_of_one_sign_stand_beside_each_other_and_give_their_roles() -> None:
    found = paths(STARS)
    assert found["全年审查规范"] == (("制度建设",), "measures")
    assert found["全年17个项"][0] == ("拿地即开工，审批更快捷",)
    assert found["1、执法力量"][1] == "problems"
    assert found["2、设立简案"][1] == "plans"
    assert found["1、执法力量"][0][0] == "存在不足"  # not under the part before it


def test_a_framed_title_stands_over_the_numbers_under_it() -> None:
    text = (
        "青山县2024年法治政府建设情况报告\n2024年，青山县推进法治政府建设，报告如下：\n"
        "【基本情况】\n全年研究法治议题7次，集体学法6次，讲法治课2次。\n【2025年安排】\n"
        "一、打好降败诉攻坚战。制定证据指引，力争败诉率降到9%以下。\n二、优化平台算法，提高准确率。\n"
    )
    found = paths(text)
    assert found["一、打好降败"][0][0] == "2025年安排"
    assert found["二、优化平台"][1] == "plans"


def test_under_a_numbered_part_the_titles_of_a_sign_are_its_own() -> None:
    text = (
        "青山县2024年法治政府建设情况报告\n第一部分 一年来的工作\n★ 制度建设\n全年审查规范性文件14件，提出意见61条。\n"
        "★ 监督\n办理人大代表建议94件，政协提案99件，办复率100%。\n第二部分 不足和差距\n复议人员不足，听证较少。\n"
    )
    found = paths(text)
    assert found["办理人大代表"][0] == ("第一部分 一年来的工作", "监督")
    assert found["复议人员不足"] == (("第二部分 不足和差距",), "problems")


@pytest.mark.parametrize(
    "lines",
    [
        # one after the other: a list
        "◎ 行政诉讼11件，败诉0件\n◎ 党工委会议研究法治议题5次\n以上是全年的主要数字，供参阅。\n",
        # one alone
        "■ 制度建设\n全年审查规范性文件14件，提出意见61条。\n",
        # sentences
        "★校园周边：取缔无证食品摊点69个，立案15件；\n全年检查学校食堂132家次。\n★农村集市：立案8件；\n全年检查集市40场次。\n",
    ],
)
def test_what_is_no_title(lines: str) -> None:
    text = f"青山县2024年法治政府建设情况报告\n2024年工作报告如下，请予审议。\n{lines}"
    assert all(not s.path for s in parse_sections(text, (), 2024))


BARE = """汀远市人民政府2024年度法治政府建设报告
过去一年，市政府围绕“法治是最好的营商环境”这一主题推进法治建设，现将情况向社会公布，接受监督。

年度工作回眸

让审批更简便
上线“开办餐饮店”等21个主题集成服务，平均材料压减58%，跑动次数压减71%，办件满意率99%。

让监管更克制
1260家守法诚信企业纳入白名单，除投诉举报、上级交办外，不开展主动检查，企业满意率99.1%。

差距与反思
一是“白名单”管理仍有盲区。2家白名单企业在年内发生安全事故，暴露出动态调整机制不健全。

新一年的行动
修订白名单管理办法，引入“月度体检、即时退出”机制，发生安全事故、重大环境违法的一律移出。
"""


def test_bare_lines_between_paragraphs_are_titles_and_open_parts() -> None:
    found = paths(BARE)
    assert found["上线“开办餐"] == (("年度工作回眸", "让审批更简便"), "measures")
    assert found["1260家守"] == (("年度工作回眸", "让监管更克制"), "measures")
    assert found["修订白名单管"] == (("新一年的行动",), "plans")
    assert any(role == "problems" and path[0] == "差距与反思" for path, role in found.values())


@pytest.mark.parametrize(
    "text",
    [
        BARE.replace("让审批更简便\n", "")
        .replace("让监管更克制\n", "")
        .replace("差距与反思\n", ""),
        BARE.replace("年度工作回眸", "一、年度工作回眸"),  # a page with numbers goes by them
    ],
)
def test_two_bare_lines_or_lines_beside_numbers_are_no_titles(text: str) -> None:
    assert all("新一年的行动" not in path for path, _ in paths(text).values())
