"""Two texts of one report, a figure apart: never ranked against each other, never counted twice."""

from __future__ import annotations

import pytest
from answering import BAISHUI, QINGSHAN, assistant_over, talk

CORRECTED = QINGSHAN.replace("860件", "880件")
ANOTHER = """青山县人民政府工作报告
——2023年度青山县人民政府工作报告
现将2023年度青山县人民政府工作报告如下：
一、过去一年的工作
（一）经济稳步增长。全年受理市场主体登记3200户，新增就业2600人，城镇污水处理率96%。
（二）民生持续改善。新建学校2所，改造老旧小区12个，养老床位增加300张。
二、存在的问题
一是产业结构单一。二是财政收支矛盾突出。
"""


@pytest.fixture
def assistant(tmp_path):
    texts = {"旧.txt": QINGSHAN, "新.txt": CORRECTED, "白水.txt": BAISHUI}
    with assistant_over(tmp_path, texts) as made:
        yield made


def words(answer):
    return "".join(s.text for s in answer.sentences)


@pytest.mark.parametrize(
    "question", ["哪些报告提到了首违不罚", "各地矛盾纠纷受理数排名", "现在有哪些报告"]
)
def test_a_report_is_counted_once_and_that_is_said(assistant, question):
    answer = talk(assistant, question)
    assert len(answer.scope.reports) == 2
    assert "两个文本" in words(answer) + "".join(answer.scope.missing)
    assert "860" not in words(answer) or "880" not in words(answer)


def test_asked_alone_both_texts_are_shown(assistant):
    answer = talk(assistant, "青山县受理了多少件矛盾纠纷")
    assert "860" in words(answer)
    assert "880" in words(answer)
    assert any("自称同一单位同一年度" in warning for warning in answer.warnings)


def test_another_paper_of_the_same_body_and_year_is_counted(tmp_path):
    texts = {"报告.txt": QINGSHAN, "工作报告.txt": ANOTHER, "白水.txt": BAISHUI}
    with assistant_over(tmp_path, texts) as assistant:
        assert len(talk(assistant, "哪些报告提到了首违不罚").scope.reports) == 3
