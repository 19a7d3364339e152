"""Words of a sum: those that the figures of the quotes bear out go, the others stay."""

from __future__ import annotations

import pytest

from bot.lock.reckoned import without_reckoned

CLEARED = "对460件规范性文件进行清理,继续有效330件、停止执行115件、修改15件。"
RATES = "受理矛盾纠纷2200件,同比上升127%,调解成功率99%,协议履行率达48%"


@pytest.mark.parametrize(
    ("line", "quote", "left"),
    [
        ("七成左右的文件继续有效", CLEARED, "的文件继续有效"),
        ("九成左右的文件继续有效", CLEARED, "九成左右的文件继续有效"),
        ("停止执行的约占四分之一", CLEARED, "停止执行的"),
        ("停止执行的约占三分之一", CLEARED, "停止执行的约占三分之一"),
        ("继续有效的最多", CLEARED, "继续有效的"),
        ("修改的最多", CLEARED, "修改的最多"),
        ("修改的最少", CLEARED, "修改的"),
        ("停止执行和修改共130件", CLEARED, "停止执行和修改共"),
        ("停止执行和修改共131件", CLEARED, "停止执行和修改共131件"),
        ("矛盾纠纷翻了一番", RATES, "矛盾纠纷"),
        ("绝大多数调解成功", RATES, "调解成功"),
        ("绝大多数协议得到履行", RATES, "绝大多数协议得到履行"),
        ("共35件,还有7件没有化解", "共35件积案,目前已化解28件", "共35件,化解"),
        ("共35件,还有8件没有化解", "共35件积案,目前已化解28件", "共35件,还有8件没有化解"),
        ("大部分文件备案", "制发文件4件、备案3件,均已备案", "大部分文件备案"),
        ("收费更低", "降低收费20%", "收费下降"),
        ("", CLEARED, ""),
    ],
)
def test_what_figures_bear_out_is_taken_from_a_line(line, quote, left):
    assert without_reckoned(line, [quote]) == left
