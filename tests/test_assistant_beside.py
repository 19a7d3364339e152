"""A place named beside the one spoken of: they two are compared, and nobody else."""

from __future__ import annotations

from answering import BAISHUI, CUT, QINGSHAN, assistant_over, talk


def test_places_spoken_of_earlier_stay_out(tmp_path):
    texts = {"q.txt": QINGSHAN, "b.txt": BAISHUI, "c.txt": CUT}
    with assistant_over(tmp_path, texts) as assistant:
        answer = talk(
            assistant,
            "白水县受理了多少件矛盾纠纷",
            "青山县受理了多少件矛盾纠纷",
            "跟红岩县比呢",
        )
    assert "红岩县" in answer.text
    assert "530件" in answer.text
    assert "860件" in answer.text
    assert "白水" not in answer.text
