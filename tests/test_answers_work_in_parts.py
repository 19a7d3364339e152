"""What a report did, part by part: of a few parts two facts each, of many one."""

from __future__ import annotations

from pathlib import Path

import pytest
from answering import assistant_over, talk

PART = "（{n}）{name}。全年办理{name}案件{a}件，罚款{b}万元。在全市率先推行“{name}一件事”，为企业挽回损失{c}万元，占涉案金额{d}%。"
NAMES = "复议 应诉 调解 普法 执法 审查 仲裁 公证 信访 督察".split()
HAN = "一二三四五六七八九十"


def told(folder: Path, count: int, question: str) -> str:
    parts = "\n".join(
        PART.format(n=HAN[i], name=NAMES[i], a=110 + i, b=210 + i, c=310 + i, d=41 + i)
        for i in range(count)
    )
    text = f"青山县人民政府2023年度法治政府建设情况报告\n一、主要举措和成效\n{parts}\n二、存在的问题\n一是人手不足。\n"
    with assistant_over(folder, {"a.txt": text}) as assistant:
        return talk(assistant, question).text


@pytest.mark.parametrize(("count", "facts"), [(3, 2), (10, 1)])
def test_the_fewer_the_parts_the_more_of_each(tmp_path: Path, count: int, facts: int) -> None:
    text = told(tmp_path, count, "介绍一下青山县2023年的报告")
    assert ("110件" in text) + ("310万元" in text) == facts
