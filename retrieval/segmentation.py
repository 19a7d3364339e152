"""Words of Chinese text, by rjieba with the genre's own compounds added; its only home."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

COMPOUNDS = (
    "规范性文件 行政复议 行政诉讼 败诉率 纠错率 调撤率 调解率 持证率 出庭率 即办率 网办率 可办率 满意率 满意度 "
    "履行率 成功率 化解率 办结率 受理率 覆盖率 整改率 进驻率 压减率 知晓率 参与率 合格率 采纳率 "
    "出庭应诉 执法证 执法证件 案卷评查 重大决策 法律顾问 依申请公开 营商环境 政务服务 双随机 一把手 执法人员 "
    "矛盾纠纷 人民调解 法律援助 法律明白人 负面清单 权责清单 常务会议 普法 述法 学法 调委会 镇街 街镇 涉企 "
    "法治体检 三项制度 最多跑一次 合法性审查 合法性审核 法制审核 公平竞争审查 综合执法 行政执法 免罚 减罚 "
    "第一责任人 下一步 宣传单 浏览量 审计 检察建议 司法建议 建议提案 示范创建 积案 人民陪审员 "
    "复议案 复议案件 诉讼案 网办 全程网办 行政许可 行政处罚 市场监管局 惠企 惠民 便民 利企 免证 跨省通办 一网通办 帮代办 出庭率 清单 合同 信访 裁执分离 法企联 普法 宣讲 "
    "府院联动 多元化解 诉源治理 信用监管 告知承诺 证明事项 市场主体 经营主体 网格 中介超市"
).split()


class _Jieba(Protocol):
    def tag(self, text: str, hmm: bool, /) -> list[tuple[str, str]]: ...
    def cut_for_search(self, text: str, /) -> list[str]: ...


@lru_cache(maxsize=1)
def _jieba() -> _Jieba:
    import rjieba

    for word in COMPOUNDS:
        rjieba.add_word(word, None, "n")
    engine: _Jieba = rjieba
    return engine


def cut_for_search(text: str) -> list[str]:
    """Return the words of ``text`` and the shorter words inside them, for an index."""
    return _jieba().cut_for_search(text)


def tag(text: str) -> list[tuple[str, str]]:
    """Return (word, part of speech) pairs; tags are those of the ICTCLAS set (n, v, m, ns …).

    Only words of the dictionary: guessed words (里列, 中提) would count as content.
    """
    return _jieba().tag(text, False)
