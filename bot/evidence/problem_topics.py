"""The problems (or plans) of a report as points, each with the topics of the genre it touches.

A topic is a subject of the genre named by its usual words; a point belongs to each topic whose
words it uses, often to several, sometimes to none. ``problem_groups`` gathers points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.evidence import listing
from bot.evidence.whole_clauses import bare_start, typeset
from bot.values import Cited, DraftLine
from retrieval.documents import Report, Role
from retrieval.genre.lexicon import pattern
from retrieval.text.marks import CLAUSE_END
from retrieval.text.wrapping import words_without

TOPICS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(words))
    for name, words in (
        ("队伍和专业力量", "队伍|人员|人才|力量|编制|业务能力|专业化|专业背景|专职"),
        ("法治思维和认识", "理念|思维|意识|认识|观念|重视"),
        ("行政执法规范", "执法(?!人员|队伍|力量)|三项制度|案卷|处罚"),
        ("基层和镇街", "基层|镇街|街镇|乡镇|街道|镇（街道）|赋权|下放"),
        ("决策和合法性审查", "决策|合法性审[查核]|法制审核|规范性文件|法律顾问"),
        ("复议应诉和败诉", "复议|应诉|诉讼|败诉|出庭"),
        ("矛盾纠纷和行政争议化解", "纠纷|调解|信访|争议|矛盾"),
        ("普法宣传", "普法|法治宣传|宣传教育|学法"),
        ("政务服务和营商环境", "政务服务|营商|审批|放管服|便民"),
        ("数字化和数据", "数字化|信息化|数据|平台|系统|智慧"),
        ("监督和整改", "监督|督察|问责|整改|考核"),
        ("公共法律服务", "公共法律服务|法律援助|公证"),
        ("示范创建和统筹推进", "示范|创建|不平衡|不均衡|平衡|统筹"),
        ("装备和保障", "装备|经费|保障|场所|车辆|记录仪"),
    )
)


@dataclass(frozen=True, slots=True)
class Point:
    """One item of a part of a report, without its number: the words and where they stand."""

    report: str
    text: str
    cite: Cited
    topics: tuple[str, ...]

    @property
    def line(self) -> DraftLine:
        """The item as a line of a draft."""
        return DraftLine(self.text, "claim", (self.cite,))


def points(report: Report, role: Role) -> list[Point]:
    """Return the items of a part of a report with the topics each belongs to."""
    found = []
    for item in listing.role_items(report, role):
        span = listing.shown(item)
        start = bare_start(report.text, span)
        words = report.text[start : span.end]
        start += len(words) - len(words.lstrip("*# \t\n"))  # what Markdown leaves before them
        end, words = words_without(report.text, start, span.end, "。，,；;、 \n")
        text = typeset(words)
        cite = Cited(report.id, start, end)
        found.append(Point(report.id, text, cite, topics_of(text)))
    return found


def topics_of(text: str) -> tuple[str, ...]:
    """Return the topics whose words a text uses, in the order of the list."""
    return tuple(name for name, words in TOPICS if words.search(text))


def telling_clause(text: str, topic: str = "") -> str:
    """Return the clause of an item that names the topic and a lack; its first if none does."""
    clauses = [c for c in CLAUSE_END.split(text) if c] or [text]
    of_topic = dict(TOPICS).get(re.split("[、：]", topic)[0])
    named = [c for c in clauses if of_topic and of_topic.search(c)] or clauses
    return next((c for c in named if pattern("lack").search(c)), named[0])
