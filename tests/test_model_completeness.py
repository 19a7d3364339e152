"""A model's answer stands only if it leaves out nothing that the official words say."""

from __future__ import annotations

import pytest

from bot.evidence.drafting import Draft
from bot.model.completeness import says_enough
from bot.values import Cited, DraftLine
from retrieval.genre.quantities import find_quantities
from retrieval.question.query import Query

CITE = Cited("r", 0, 60)
TEXT = "各级调解组织共受理民间纠纷1171件，调解成功1165件，调解成功率99.49%"
COUNTED = Draft(
    (DraftLine(TEXT, "claim", (CITE,)),), figures=(find_quantities("调解成功1165件")[0],)
)
LACK = "乡镇街道的合法性审查多依赖法律顾问，专业法制人员配备不足，审查质量参差不齐"
TOLD = Draft((DraftLine(LACK, "claim", (CITE,)),))
ASKED = Query("乡镇街道的合法性审查差在哪里", "乡镇街道的合法性审查差在哪里", "fact")


@pytest.mark.parametrize(
    ("said", "draft", "enough"),
    [
        ("调解成功1165件。", COUNTED, True),
        ("调成了1,165件民间纠纷。", COUNTED, True),
        ("共受理民间纠纷1171件。", COUNTED, False),
        ("调解成功率为99.49%。", COUNTED, False),
        ("多依赖法律顾问，专业法制人员配备不足，审查质量参差不齐。", TOLD, True),
        ("专业法制人员配备不足。", TOLD, False),
        ("乡镇街道的合法性审查有差距。", TOLD, False),
    ],
)
def test_the_figure_asked_for_and_most_of_the_words_are_said(
    said: str, draft: Draft, enough: bool
) -> None:
    assert says_enough([said], [CITE], draft, ASKED) is enough


def test_a_list_needs_every_citation_met() -> None:
    items = Draft(
        tuple(DraftLine(f"第{n}条", "claim", (Cited("r", n * 10, n * 10 + 9),)) for n in range(3))
    )
    query = Query("有哪些问题", "有哪些问题", "list")
    every = [c for line in items.lines for c in line.cites]
    assert says_enough(["第0条", "第1条", "第2条"], every, items, query)
    assert not says_enough(["第0条", "第1条"], every[:2], items, query)
    assert not says_enough(["第0条"], [Cited("other", 0, 99)], items, query)
