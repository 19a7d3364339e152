"""An answer all of whose lines fail their check is a refusal, and says which checks they failed."""

from __future__ import annotations

from pathlib import Path

from answering import QINGSHI, library_over

from bot.answers.choose import Answerer
from bot.assistant import Assistant
from bot.evidence.drafting import Desk, Draft
from bot.values import Cited, DraftLine


def _misquoting(desk: Desk) -> Draft:
    cite = Cited(desk.reports[0].id, 0, 40)
    return Draft((DraftLine("全年审核规范性文件99件", "claim", (cite,)),))


def test_an_answer_that_loses_every_claim_is_a_refusal(tmp_path: Path) -> None:
    with library_over(tmp_path, {"r.txt": QINGSHI}) as library:
        assistant = Assistant(
            library, answerers=(Answerer("misquoting", lambda _: True, _misquoting, ()),)
        )
        answer = assistant.ask("青石县审核了多少件规范性文件").answer
    assert answer.status == "abstained"
    assert answer.text
    assert "99" not in answer.text
    assert answer.checks_failed
