"""What the extractive writer answers, kind by kind: small reports written here, the five real ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answering import BAISHUI, CUT, QINGSHAN, assistant_over, talk

from bot.assistant import Assistant
from retrieval.search.retriever import Options


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    texts = {"qingshan.txt": QINGSHAN, "baishui.txt": BAISHUI, "cut.txt": CUT}
    with assistant_over(tmp_path_factory.mktemp("small"), texts) as assistant:
        yield assistant


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("real")) as assistant:
        # by words alone: what a fake embedder calls near is chance
        yield Assistant(assistant.library, options=Options(dense=False))


# question(s), status, words the answer holds, words it must not hold
SMALL = [
    # numbered places
    ("青山县（二）是什么", "answered", ["化解矛盾纠纷", "推进数据共享"], ["培训320人次"]),
    ("青山县第一部分的（四）讲了什么", "answered", ["加强行政执法监督", "96%"], ["860件"]),
    ("青山县（三）讲了什么", "abstained", ["没有(三)", "(一)(二)(四)"], []),
    ("青山县第九部分是什么", "abstained", ["3个部分", "没有第九部分"], []),
    ("白水县第四部分的第一条", "answered", ["创新普法形式"], []),
    ("白水县第四部分的第三条", "abstained", ["没有第三条"], []),
    # items, from the front and the back
    ("青山县存在哪些问题 > 最后一条呢", "answered", ["数据共享不畅"], ["执法力量不足"]),
    ("青山县存在哪些问题 > 倒数第二个讲什么", "answered", ["普法针对性"], ["数据共享不畅"]),
    # causes stay with the problem shown last
    ("白水县有哪些问题 > 第二条呢 > 原因是什么", "answered", ["编制没有到位"], ["年龄偏大"]),
    ("青山县有哪些问题 > 第一条呢 > 原因是什么", "answered", ["人员流动快"], ["普法针对性"]),
    ("青山县第二个问题的原因", "answered", ["普法针对性"], ["数据共享"]),
    # whether it is said at all: something like it is no mention
    ("白水县提没提到八五普法", "answered", ["组织八五普法"], []),
    ("青山县有没有提到执法人员培训的情况", "answered", ["培训320人次"], []),
    ("青山县的报告写没写合同审查", "answered", ["关于加强合同审查的通知"], []),
    ("白水县有没有提到宣传进企业", "abstained", ["没有找到"], []),
    ("青山县提到过减证便民吗", "abstained", ["没有出现"], []),
    # told in other words it is said to be; one of two told word for word is not
    ("青山县有没有提到轮训", "answered", ["没有出现“轮训”，相近的是", "培训320人次"], []),
    ("青山县有没有提到月球基地或者合同审查", "answered", ["合同审查"], ["没有出现"]),
    # an order of a text presumes nothing of all
    ("没看过青山县的报告，主要讲了什么", "answered", ["执法力量不足"], ["原文没有这样说"]),
    # not what a report tells
    # a place alone; the reports themselves
    ("青山县", "answered", ["执法力量不足", "推进数据共享"], []),
    ("白水 2023", "answered", ["复议人员不足", "创新普法形式"], []),
    ("三份报告都是哪一年的", "answered", ["2022年度", "2023年度", "共3份"], []),
    ("哪份报告是部门写的", "answered", ["共1份", "白水县司法局"], ["青山县人民政府"]),
    ("哪份报告不完整", "answered", ["1份", "红岩县"], ["青山县"]),
    ("哪份报告最短", "answered", ["从短到长：红岩县"], []),
    ("你能干什么", "clarify", ["可以这样问"], []),
    # fields of the page
    ("白水县的报告由谁发布", "answered", ["发布机构：白水县司法局"], ["2024-02-18"]),
    ("白水县的报告哪天发布的", "answered", ["2024-02-18"], []),
    ("青山县的报告什么时候发布的", "abstained", ["没有写明发布日期"], []),
    ("青山县报告的文号", "abstained", ["没有写明文号"], []),
    # months govern what follows them
    ("青山县7月份做了什么", "answered", ["12个部门"], ["320人次", "3月"]),
    ("青山县6月培训了多少人次", "answered", ["320人次"], ["12个部门"]),
    ("青山县9月做了什么", "abstained", ["没有写到9月"], []),
    ("青山县3月行政复议收案多少件", "abstained", ["3月", "行政复议"], []),
    # documents that were issued, not those that were followed
    ("青山县印发了哪些文件", "answered", ["共3件", "目录", "管理办法", "合同审查"], ["监督条例"]),
    ("青山县印发了哪些通知", "answered", ["共3件", "合同审查的通知"], ["监督条例"]),
    # figures alone and beyond a bound
    ("青山县98%说的是什么", "answered", ["调解成功率98%"], []),
    ("青山县哪些率超过97%", "answered", ["共2处", "98%", "出庭率100%"], ["持证率", "99%以上"]),
    ("青山县哪些率低于10%", "answered", ["出庭率100%,占比7%|出庭率100%，占比7%"], ["96%"]),
    # plans by the year they are for
    ("青山县2024年有几项工作", "answered", ["共2条", "加强执法队伍建设"], ["执法力量不足"]),
    ("青山县持证率的目标是多少", "answered", ["99%以上"], ["96%"]),
    # orders: ties kept, the quiet named
    (
        "各地调解成功率从高到低排",
        "answered",
        ["红岩县（2022年度）99.5% > ", "98% = "],
        [],
    ),
    ("哪里的调解成功率最高", "answered", ["最高的是红岩县"], []),
    ("青山县的调解成功率 > 红岩县呢 > 谁更高", "answered", ["最高的是红岩县"], ["白水"]),
    ("红岩县的调解成功率是最高的，对吧", "answered", ["是的：红岩县"], []),
    ("青山县的调解成功率是最高的，对吧", "answered", ["不是：", "红岩县"], ["是的"]),
    # mentions
    ("哪些地方提到“首违不罚”", "answered", ["未推行“首违不罚”清单", "免罚案件65件"], []),
    ("哪些报告没有提到首违不罚", "answered", ["没有提到的共1份：红岩县"], []),
    ("有没有提到柔性执法的", "answered", ["共1份", "白水县"], []),
    ("哪些报告提到八五普法", "answered", ["共1份", "白水县"], ["普法针对性"]),
    ("哪些报告提到人工智能", "abstained", ["人工智能"], []),
]


@pytest.mark.parametrize(("asked", "status", "needed", "not_said"), SMALL)
def test_small_reports(
    small: Assistant, asked: str, status: str, needed: list[str], not_said: list[str]
) -> None:
    answer = talk(small, *asked.split(" > "))
    assert answer.status == status, answer.text
    for words in needed:
        assert any(one in answer.text for one in words.split("|")), (words, answer.text)
    for words in not_said:
        assert words not in answer.text, (words, answer.text)


REAL_CASES = [
    ("上虞(五)是什么", "answered", ["增强执法监督", "不断夯实基层治理"]),
    ("柯桥(三)里的第2点", "answered", ["备案审查及清理机制", "停止执行行政规范性文件72份"]),
    ("云城报告第三部分的第五条", "answered", ["行政执法体制改革"]),
    ("綦江“(四)”部分讲了什么", "abstained", ["没有(四)", "(一)(二)(三)(五)"]),
    ("玉山第三部分的第一条", "answered", ["深入推进党的二十大精神"]),  # its number is damaged
    ("柯桥7月份召开了什么会", "answered", ["第32次常务会议"]),
    ("玉山1月份对谁进行了专项督察", "answered", ["各乡镇(街道)"]),
    ("玉山报告由谁发布", "answered", ["玉山县司法局"]),
    ("云城报告什么时候发布", "abstained", ["没有写明发布日期"]),
    ("綦江的127.04%是哪个指标的增幅", "answered", ["受理矛盾纠纷22672件"]),
    ("上虞复议和诉讼的调撤率", "answered", ["70.7%", "46%"]),
    ("上虞行政诉讼目标有哪些数？", "answered", ["5%以下", "45%以上"]),
    ("柯桥区印发了哪些通知、意见", "answered", ["共6件", "实施意见", "违规涉企收费"]),
    ("綦江完善依法行政制度体系出台了什么文件", "answered", ["服务工作指南", "指导意见"]),
    ("柯桥哪些率超过99%", "answered", ["99.90%", "99.26%", "共3处"]),
    ("柯桥中介超市成效", "answered", ["187家", "37.8%"]),
    ("绍兴两个区的法治政府报告", "answered", ["共2份", "上虞", "柯桥"]),
    ("玉山是不是建立了行政复议委员会？", "answered", ["行政复议委员会"]),
    ("玉山审核规范性文件多少件 > 谢谢，再问下綦江", "answered", ["綦江"]),
]


@pytest.mark.parametrize(("asked", "status", "needed"), REAL_CASES)
def test_real_reports(real: Assistant, asked: str, status: str, needed: list[str]) -> None:
    answer = talk(real, *asked.split(" > "))
    assert answer.status == status, answer.text
    for words in needed:
        assert words in answer.text, (words, answer.text)
    for citation in answer.citations:
        text = real.library.report(citation.report).text
        assert citation.quote == text[citation.start : citation.end]


def test_a_report_in_which_the_words_stand_is_not_said_to_be_without_them(real: Assistant):
    answer = real.ask("哪些地方公布了重大行政决策目录?各自几项,没写数的也说明下").answer
    assert "没有提到的共5份" not in answer.text
    assert "上虞" in real.ask("哪些地方没写法律顾问").answer.text
