"""What a line says of all, of either, of a part, of what was reached and why: as its quotes do."""

from __future__ import annotations

import pytest

from bot.lock.lock import judge

ROWS = [
    ("涉及企业9家，均已进入诉讼程序。", "涉及企业9家，均为结算存在争议的款项，其中5家已进入诉讼程序。", "均"),
    ("20个村的调解员都由村干部兼任。", "20个村中只有8个有专职的调解员，其余都是村干部兼任。", "都"),
    ("梳理承诺事项96项，已全部兑现。", "梳理承诺事项96项，兑现89项，均与企业重新协商。", "全部"),
    ("取消检查207次。", "取消或合并检查207次。", "或"),
    ("查处73起，另查处转包案件16起。", "查处73起，其中查处转包案件16起。", "一部分"),
    ("比例已达到85%。", "力争比例达到85%。", "计划"),
    ("全市收到申请803件。", "市本级收到申请803件。", "一部分地方"),
    ("设立办公室，从而制定清单。", "设立办公室。制定清单。", "从而"),
    ("由于办案人员少，有4件办理超期。", "办案人员少。有4件办理超期。", "由于"),
    ("在全县各渔港设立联调点。", "在石鼓渔港设立联调点。", "全县各"),
    ("检查次数减少到上年的42%。", "检查次数比上年减少42%。", "42%"),
    ("检查企业3140户。", "检查企业3140户次。", "单位"),
    ("下一步拟保留57项、收回41项。", "保留57项，收回41项。", "已做的事"),
    ("原拟罚款5万元，最终只作警告。", "原拟罚款5万元，经复核，最终只作警告。", ""),
    ("由于编制少，有4件办理超期。", "主要是因为编制少，有4件办理超期。", ""),
    ("市本级收到申请803件。", "市本级收到申请803件，受理692件。", ""),
    ("取消或合并检查207次。", "全年取消或合并检查207次。", ""),
]  # fmt: skip


@pytest.mark.parametrize(("line", "quote", "fault"), ROWS)
def test_closed_words_are_the_quotes_own(line: str, quote: str, fault: str) -> None:
    problems = "；".join(judge(line, [quote]).problems)
    assert fault in problems
    assert bool(fault) == bool(problems)


def test_a_year_only_compared_with_is_not_told_of() -> None:
    quote = "抽查案卷310卷，比上年减少8卷。"
    assert judge("2023年抽查案卷310卷。", [quote], ["朔源县", "2024"]).problems
    assert not judge("抽查案卷310卷，比2023年减少8卷。", [quote], ["朔源县", "2024"]).problems


def test_a_bureau_is_named_as_its_report_is() -> None:
    line, quote = "宁渚市市场监督管理局送达告知书1206份。", "送达告知书1206份。"
    names = ["宁渚市", "宁渚", "宁渚市市场监督管理局", "2024"]
    assert not judge(line, [quote], names).problems
    assert judge(line, [quote], ["宁渚市", "宁渚", "2024"]).problems
