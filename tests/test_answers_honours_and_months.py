"""Honours under a heading of their own, and a month's deed asked for in other words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import assistant_over, talk

from bot.assistant import Assistant

LINXI = """临溪县2024年法治政府建设情况报告
2024年，临溪县推进法治政府建设，现将情况报告如下：
一、主要举措和成效
（一）依法处置灾害。8月3日至6日强降雨期间，依法转移安置群众23470人，无一人伤亡。全年罚款92万元。
（二）普法先锋。区综合执法队的主要荣誉有：县司法局获省厅“先进集体”，执法大队获市总工会“先锋号”。
二、获得表彰情况
“板凳议事会”获中央政法委“优秀案例”；临江街道由市委授予“十佳街道”；调解员龚秀兰当选年度人物。
三、存在的问题
（一）争创示范县仍有差距，曾被评为末位。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("apart"), {"linxi.txt": LINXI}) as opened:
        yield opened


def test_everything_under_a_heading_of_honours_is_one(assistant: Assistant) -> None:
    answer = talk(assistant, "临溪县2024年获得哪些荣誉")
    lines = [s.text for s in answer.sentences]
    said = "".join(lines)
    assert "共4处" in answer.text
    for words in ("板凳议事会", "十佳街道", "龚秀兰", "先进集体", "先锋号"):
        assert words in said
    assert "获得表彰情况" not in said
    assert "末位" not in said


@pytest.mark.parametrize(
    ("question", "status", "said"),
    [
        ("临溪县8月那场大雨转移安置群众多少人", "answered", "23470人"),
        ("临溪县8月罚款多少", "abstained", "8月"),
        ("临溪县5月那场大雨转移安置群众多少人", "abstained", "5月"),
    ],
)
def test_a_month_is_told_in_other_words_and_of_no_other_month(
    assistant: Assistant, question: str, status: str, said: str
) -> None:
    answer = talk(assistant, question)
    assert (answer.status, said in answer.text) == (status, True), answer.text


STRIVING = """松岭县2024年法治政府建设情况报告
松岭县以创建全省法治政府建设示范县为抓手，推进各项工作，现将情况报告如下：
一、主要举措和成效
（一）规范执法。发布典型案例9批54件，培育市级示范点4个。县执法大队被市委、市政府授予“执法先锋”；县司法局获评全省先进集体；县法援中心在全市会议上作经验交流。
（二）普法宣传与荣誉。开展宣讲139场。未能进入全国普法先进县名单。
二、存在的问题
（一）人手不足。
"""


def test_goals_disclosures_and_what_was_missed_are_no_honours(tmp_path: Path) -> None:
    with assistant_over(tmp_path, {"songling.txt": STRIVING}) as assistant:
        answer = talk(assistant, "松岭县2024年获得哪些荣誉，授予单位一并写明")
        claims = [s.text for s in answer.sentences if s.kind == "claim"]
        assert "共3处" in answer.text
        assert ["执法先锋" in claims[0], "先进集体" in claims[1], "经验交流" in claims[2]] == [
            True
        ] * 3
        assert len(claims) == 3
        missed = talk(assistant, "松岭县2024年评上全国普法先进县了吗")
        assert "未能进入" in missed.text
