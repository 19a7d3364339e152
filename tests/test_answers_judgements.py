"""What is laid side by side where a judgement is asked for: what was done, is lacking, is planned."""

from __future__ import annotations

from pathlib import Path

from answering import assistant_over, talk

TEXT = """青山县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
（一）推行亮码检查。执法人员入企前申领检查码，全年亮码检查2160次，企业满意率99.3%。
（二）加强普法宣传。开展宣讲80场。
二、存在的问题
（一）亮码检查不够规范。个别部门先检查后补码。
（二）普法形式单一。
三、下一步打算
（一）完善亮码检查系统，堵住补码漏洞。
"""


def test_what_speaks_for_and_against_a_thing_stands_under_its_part(tmp_path: Path) -> None:
    with assistant_over(tmp_path, {"a.txt": TEXT}) as opened:
        answer = talk(opened, "青山县的亮码检查搞得好不好，给个评价")
    assert "不作好坏评判" in answer.text
    for part, words in (("举措和成效", "2160次"), ("存在问题", "补码"), ("下一步", "堵住补码漏洞")):
        assert answer.text.index(part) < answer.text.index(words)
    assert "宣讲80场" not in answer.text
