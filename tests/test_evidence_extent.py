"""What a question presumes of all, of none or by denial is held against the words cited."""

import pytest

from bot.evidence.extent import judge_extent
from retrieval.question.terms import content_terms


@pytest.mark.parametrize(
    ("topic", "cited", "figured", "kind"),
    [
        (
            "13个问题是不是已经全部整改完了",
            "13个问题挂牌督办，完成整改12个，剩余1个",
            True,
            "not_all",
        ),
        (
            "31名执法人员全都持证，怎么做到的",
            "执法人员31名，其中28名持有行政执法证",
            True,
            "not_all",
        ),
        ("13个问题是不是已经全部整改完了", "13个问题全部整改到位", True, ""),
        ("复议后败诉的案件有几件", "未发生经行政复议后败诉案件", False, "none_of_it"),
        ("收到行政复议申请几件", "收到行政复议申请350件，复议后无败诉案件", True, ""),
        ("收到行政复议申请几件", "收到行政复议申请若干，无一引发信访", False, ""),
        ("没评上优秀，差在哪里", "在综合检查验收中获评优秀等次", False, "said_otherwise"),
        ("没评上优秀，差在哪里", "综合评估未获评优秀等次", False, ""),
        ("办了54宗，没错吧", "办理行政复议案件54宗", True, ""),
        ("有没有提到合同审查", "加强合同审查", False, ""),
        ("给摆摊的划了地方没有?能摆多少个", "设置疏导点27处", False, ""),
        ("贷款没还清就能过户的有几宗", "办理带押过户1914宗", True, ""),
        ("一件都没有?", "受理案件12件", False, "said_otherwise"),
    ],
)
def test_what_is_presumed(topic: str, cited: str, figured: bool, kind: str) -> None:
    told = judge_extent(topic, content_terms(topic), [cited], figured=figured)
    assert (told.kind if told else "") == kind
