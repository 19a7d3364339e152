"""Whose report answers: sub-units and their county, namesakes, bureaus named in short."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import assistant_over, talk

from bot.assistant import Assistant
from retrieval.question.query import State

BODY = """现将法治政府建设情况报告如下：
一、主要举措和成效
（一）规范行政执法。全年办理行政处罚案件{cases}件，罚款{fine}万元。{more}
（二）化解矛盾纠纷。受理矛盾纠纷{disputes}件，调解成功率{rate}%。行政诉讼败诉率{lost}%。
二、存在的问题
（一）{problem}。
三、下一步打算
（一）加强队伍建设。
"""


def report(title: str, opening: str, **facts: object) -> str:
    return f"{title}\n{opening}{BODY.format(more=facts.pop('more', ''), **facts)}"


TEXTS = {
    "fengle.txt": report(
        "琅琊区人民政府丰乐街道办事处2022年度法治政府建设情况报告",
        "2022年，丰乐街道在安徽省滁州市琅琊区委、区政府领导下推进法治建设，",
        cases=37, fine=11.2, disputes=310, rate=97.1, lost=5.5, problem="小区物业纠纷多发",
    ),
    "hengshui.txt": report(
        "衡水高新技术产业开发区管委会2023年法治政府建设工作总结",
        "2023年，衡水高新技术产业开发区推进法治建设，桃城区协助执法，桃城区法院参与，",
        cases=58, fine=73.9, disputes=120, rate=98.2, lost=3.1, problem="执法主体资格受限",
    ),
    "daishan.txt": report(
        "岱山县2023年法治政府建设情况报告",
        "2023年，岱山县推进法治建设，",
        cases=911, fine=420, disputes=2750, rate=99.4, lost=6.2, problem="海上执法不平衡",
        more="高亭镇办理免罚案件21件。",
    ),
    "daishan_hr.txt": report(
        "岱山县人力资源和社会保障局2023年法治政府建设情况报告",
        "2023年，岱山县人力资源和社会保障局推进法治建设，我局",
        cases=26, fine=9.4, disputes=705, rate=96.2, lost=0, problem="监察员不足",
        more="为农民工追讨工资388万元。",
    ),
    "wuhan.txt": report(
        "武汉市青山区2023年法治政府建设情况报告",
        "2023年，青山区在武汉市委领导下推进法治建设，",
        cases=1203, fine=660, disputes=5120, rate=98.8, lost=4.4, problem="老旧小区执法难",
    ),
    "baotou.txt": report(
        "包头市青山区2023年法治政府建设情况报告",
        "2023年，青山区在内蒙古自治区包头市委领导下推进法治建设，",
        cases=804, fine=310, disputes=3340, rate=97.6, lost=2.2, problem="厂区征收纠纷多",
    ),
    "shangqiu.txt": report(
        "商丘市市场监督管理局2023年度法治政府建设情况报告",
        "2023年，商丘市市场监督管理局在河南省委领导下推进法治建设，我局",
        cases=4410, fine=3950, disputes=90, rate=95, lost=0, problem="基层法制审核不平衡",
    ),
    "heze.txt": report(
        "菏泽市公安局2023年度法治政府建设情况报告",
        "2023年，菏泽市公安局推进法治建设，我局",
        cases=7020, fine=150, disputes=66, rate=96, lost=1.1, problem="执法规范化不平衡",
    ),
    "liaocheng.txt": report(
        "聊城市2023年法治政府建设情况报告",
        "2023年，聊城市在山东省委领导下推进法治建设，我市",
        cases=9100, fine=2210, disputes=8800, rate=96.6, lost=7.7, problem="县区之间不平衡",
    ),
    "liaocheng_tax.txt": report(
        "国家税务总局聊城市税务局2023年法治政府建设情况报告",
        "2023年，国家税务总局聊城市税务局推进法治建设，我局",
        cases=310, fine=18.4, disputes=14, rate=92, lost=0, problem="税收执法力量不均",
    ),
}  # fmt: skip
SOURCES = {
    "丰乐": "fengle.txt",
    "衡水": "hengshui.txt",
    "岱山": "daishan.txt",
    "岱山人社": "daishan_hr.txt",
    "武汉": "wuhan.txt",
    "包头": "baotou.txt",
    "商丘": "shangqiu.txt",
    "菏泽": "heze.txt",
    "聊城": "liaocheng.txt",
    "聊城税务": "liaocheng_tax.txt",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder: Path = tmp_path_factory.mktemp("places")
    with assistant_over(folder, TEXTS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("questions", "source", "said"),
    [
        (["丰乐街道2022年罚款多少"], "丰乐", "11.2万元"),
        (["丰乐2022年罚款多少"], "丰乐", "11.2万元"),
        (["琅琊区峰乐街道2022年罚款多少"], "丰乐", "11.2万元"),
        (["简述丰乐街道存在的问题"], "丰乐", "物业纠纷"),
        (["琅琊区2022年罚款多少", "丰乐街道呢"], "丰乐", "11.2万元"),
        (["What problems did Fengle Subdistrict list?"], "丰乐", "物业纠纷"),
        (["衡水高新区2023年罚款多少"], "衡水", "73.9万元"),
        (["衡水开发区2023年罚款多少"], "衡水", "73.9万元"),
        (["衡水2023年罚款多少", "高新区呢"], "衡水", "73.9万元"),
        (["衡水市高新区的问题"], "衡水", "执法主体资格"),
        (["What problems did the Hengshui High-tech Zone list?"], "衡水", "执法主体资格"),
        (["岱山高亭镇2023年免罚案件多少件"], "岱山", "21件"),
        (["岱山2023年罚款多少"], "岱山", "420万元"),
        (["岱山人社2023年罚款多少"], "岱山人社", "9.4万元"),
        (["岱山人社明年打算怎么办，监察员够吗"], "岱山人社", "队伍建设"),
        (["县人社局(岱山)2023年罚款多少"], "岱山人社", "9.4万元"),
        (["岱山2023年为农民工追讨工资多少"], "岱山人社", "388万元"),
        (["武汉青山2023年罚款多少"], "武汉", "660万元"),
        (["武汉青山区罚款多少"], "武汉", "660万元"),
        (["包头青山罚款了多少钱"], "包头", "310万元"),
        (["武汉青山2023年罚款多少", "换成包头青山"], "包头", "310万元"),
        (["商丘市监局2023年罚款多少"], "商丘", "3950万元"),
        (["商丘市市监局2023年罚款多少"], "商丘", "3950万元"),
        (["商丘市场监管局罚款多少"], "商丘", "3950万元"),
        (["What problems did the Shangqiu Market Supervision Bureau list?"], "商丘", "法制审核"),
        (["商丘工商局罚款多少"], "商丘", "3950万元"),  # what it was called before
        (["工商局罚款多少"], "商丘", "3950万元"),
        (["菏泽公安罚款多少"], "菏泽", "150万元"),
        (["菏泽市公安罚款多少"], "菏泽", "150万元"),
        (["Heze Public Security Bureau problems"], "菏泽", "规范化"),
        (["聊城税务局2023年罚款多少"], "聊城税务", "18.4万元"),
        (["聊城市2023年罚款多少"], "聊城", "2210万元"),
        (["市监罚款多少"], "商丘", "3950万元"),
        (["市监罚款多少？矛盾纠纷受理多少件"], "商丘", "90件"),
    ],
)
def test_the_report_asked_for_answers(
    assistant: Assistant, questions: list[str], source: str, said: str
) -> None:
    answer = talk(assistant, *questions)
    assert {c.source for c in answer.citations} == {SOURCES[source]}
    assert said in answer.text


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("琅琊区2023年准备抓哪几个方面", "未收录琅琊区的报告（现有所辖丰乐街道2022年度）"),
        ("琅琊区2022年罚款多少", "未收录琅琊区的报告（现有所辖丰乐街道2022年度）"),
        ("滁州2022年罚款多少", "未收录滁州市的报告（现有所辖琅琊区丰乐街道2022年度）"),
        ("衡水市2023年罚款多少", "未收录衡水市的报告（现有所辖衡水高新技术产业开发区2023年度）"),
        ("桃城区2023年罚款多少", "未收录桃城区的报告"),
        ("舟山市2023年罚款多少", "未收录舟山市的报告（现有所辖岱山县2023年度）"),
        ("舟山2023年有哪些问题", "未收录舟山市的报告（现有所辖岱山县2023年度）"),
        ("岱山街道2023年败诉率", "未收录岱山街道的报告"),
        ("岱山镇2023年罚款多少", "未收录岱山镇的报告"),
        ("岱山经济开发区2023年罚款多少", "未收录岱山经济开发区的报告"),
        ("岱山衢山镇2023年罚款多少", "未收录岱山衢山镇的报告"),
        ("青山街道2023年罚款多少", "未收录青山街道的报告"),
        ("商丘经开区2023年罚款多少", "未收录商丘经开区的报告"),
    ],
)
def test_nobody_elses_report_answers(assistant: Assistant, question: str, missing: str) -> None:
    answer = talk(assistant, question)
    assert (answer.status, answer.citations) == ("abstained", ())
    assert missing in answer.text


def test_a_name_that_is_a_word_of_the_subject_is_not_asked_back_about(assistant: Assistant) -> None:
    answer = talk(assistant, "在鼓楼底下办理行政处罚案件多少件（岱山县2023年）")
    assert answer.status != "clarify"
    assert {c.place[-1] for c in answer.citations} <= {"岱山县"}


def test_of_many_counties_inside_a_city_the_first_are_named(tmp_path: Path) -> None:
    texts = {
        f"{n}.txt": report(
            f"滁州市清{n}县2023年法治政府建设情况报告",
            f"2023年，清{n}县推进法治建设，",
            cases=9, fine=2, disputes=8, rate=96, lost=1, problem="执法力量不足",
        )
        for n in "一二三四五六七八九十山水田"
    }  # fmt: skip
    with assistant_over(tmp_path, texts) as opened:
        answer = talk(opened, "滁州市2023年罚款多少")
    assert answer.status == "abstained"
    assert "等13份" in answer.text
    assert answer.text.count("2023年度") == 12


def test_two_places_of_one_name(assistant: Assistant) -> None:
    assert talk(assistant, "青山区2023年败诉率").status == "clarify"
    assert talk(assistant, "两个青山区的败诉率分别是多少").status == "clarify"


def test_table_rows_of_one_name_carry_their_parents(assistant: Assistant) -> None:
    reply, table = assistant.tabulate("各报告的调解成功率哪个最高")
    labels = [row.label for row in table.rows]
    assert len(set(labels)) == len(TEXTS)
    assert {"武汉市青山区（2023年度）", "包头市青山区（2023年度）", "岱山县（2023年度）"} <= {
        *labels
    }
    assert {"琅琊区丰乐街道办事处（2022年度）", "衡水高新技术产业开发区管委会（2023年度）"} <= {
        *labels
    }
    assert "青山区（2023年度） " not in reply.answer.text.replace("市青山区", "")


def test_units_are_among_the_reports_listed_and_compared(assistant: Assistant) -> None:
    assert {c.source for c in talk(assistant, "安徽省有哪些报告").citations} == {"fengle.txt"}
    answer = talk(assistant, "丰乐街道和岱山县的罚款哪个多")
    assert {c.source for c in answer.citations} == {"fengle.txt", "daishan.txt"}


def test_citations_and_examples_name_the_unit(assistant: Assistant) -> None:
    (citation,) = talk(assistant, "丰乐街道2022年罚款多少").citations
    assert citation.place == ("安徽省", "滁州市", "琅琊区", "丰乐街道")
    examples = [s.text for s in talk(assistant, "你好").sentences if s.text.startswith("· ")]
    assert examples
    for example in examples:
        library = assistant.library.pinned()
        ((_, scope),) = assistant.settle(example.removeprefix("· "), State(), library)
        assert (len(scope.reports), scope.missing) == (1, ())


@pytest.mark.parametrize(
    ("question", "source"),
    [("岱山示范区创建后罚款多少", "岱山"), ("岱山景区执法罚款多少", "岱山")],
)
def test_kinds_of_area_stay_a_topic(assistant: Assistant, question: str, source: str) -> None:
    ((query, scope),) = assistant.settle(question, State(), assistant.library.pinned())
    assert (query.unknown, len(scope.reports)) == ((), 1)
    assert assistant.library.report(scope.reports[0]).meta.source == SOURCES[source]


def test_a_village_no_report_names_is_not_answered_from_another_place(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("张家村2023年罚款多少").answer
    assert (answer.status, answer.citations) == ("abstained", ())


def test_a_county_with_and_without_its_city_is_one_place(tmp_path: Path) -> None:
    facts: dict[str, object] = {"disputes": 90, "rate": 98, "lost": 3, "problem": "力量不足"}
    texts = {
        "a.txt": report(
            "清溪县人民政府2022年法治政府建设情况报告",
            "2022年，江苏省淮州市清溪县推进法治建设，",
            cases=41, fine=7, **facts,
        ),
        "b.txt": report(
            "清溪县人民政府2023年法治政府建设情况报告",
            "2023年，江苏省清溪县推进法治建设，",
            cases=52, fine=8, **facts,
        ),
    }  # fmt: skip
    with assistant_over(tmp_path, texts) as held:
        said = talk(held, "清溪县2023年办理行政处罚案件多少件")
    assert "52件" in said.to_json()["answer"]
    assert "未收录" not in said.to_json()["answer"]


def test_what_a_place_name_runs_on_into_is_a_topic_where_its_reports_speak_of_it(
    tmp_path: Path,
) -> None:
    text = report(
        "清溪县人民政府2023年法治政府建设情况报告",
        "2023年，江苏省淮州市清溪县推进法治建设，",
        cases=52, fine=8, disputes=90, rate=98, lost=3, problem="力量不足",
        more="近海养殖区退出补偿标准提高到每亩3850元。",
    )  # fmt: skip
    with assistant_over(tmp_path, {"a.txt": text}) as held:
        said = talk(held, "清溪近海养殖区退出每亩补偿多少元")
        assert "3850元" in said.to_json()["answer"]
        absent = talk(held, "清溪东望县退出每亩补偿多少元")
        assert absent.status == "abstained"
        assert "3850" not in absent.to_json()["answer"]


def test_a_county_that_is_silent_is_told_apart_from_its_bureau(assistant: Assistant) -> None:
    told = talk(assistant, "岱山2023年为农民工追讨工资多少")
    assert "岱山县（2023年度）的报告中没有找到，以上出自当地部门的报告" in told.text
    own = talk(assistant, "岱山2023年罚款多少")
    assert "当地部门" not in own.text
    refused = talk(assistant, "岱山2023年收缴假币多少张")
    assert refused.status == "abstained"
    assert "岱山县·人力资源和社会保障局（2023年度）" in refused.text


def test_an_office_that_is_not_held_is_not_answered_from_another(assistant: Assistant) -> None:
    refused = talk(assistant, "岱山县卫健局2023年为农民工追讨工资多少")
    assert refused.status == "abstained"
    assert not refused.citations


@pytest.mark.parametrize("question", ["那平安呢", "那曲沃呢", "天祝呢？"])
def test_a_name_that_is_all_of_a_message_is_a_place(assistant: Assistant, question: str) -> None:
    refused = talk(assistant, "岱山2023年罚款多少", question)
    assert refused.status == "abstained"
    assert "未收录" in refused.text
    assert not refused.citations
