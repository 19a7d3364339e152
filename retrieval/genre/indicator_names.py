"""The canonical indicators of the genre: which one a figure is, which one a question means.

The rules are data (``data/indicators.toml``): words that the figure's own clause must have,
words that its clause, its sentence or its headings must have, and words that exclude. Of
several indicators that fit, the one whose words are longest and stand nearest before the
figure is taken, so that 收到, 受理 and 审结 in one sentence stay apart.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from retrieval.genre.quantities import Quantity
from retrieval.shipped import data_file

Words = tuple[tuple[str, ...], ...]  # an AND of ORs


@dataclass(frozen=True, slots=True)
class Indicator:
    """A canonical indicator and the rules that recognise it in a report and in a question."""

    id: str
    name: str
    english: str
    units: frozenset[str]
    own: Words
    context: Words
    near: Words
    none: tuple[str, ...]
    apart: tuple[str, ...]
    ask: tuple[Words, ...]
    unless: tuple[str, ...]


@lru_cache(maxsize=1)
def indicators() -> tuple[Indicator, ...]:
    """Return the reviewed indicators of the genre, in the order of the data file."""
    data = tomllib.loads(data_file("indicators.toml").read_text(encoding="utf-8"))
    families = {name: frozenset(units.split()) for name, units in data["units"].items()}

    def words(lines: Sequence[str]) -> Words:
        return tuple(tuple(line.split("|")) for line in lines)

    found: dict[str, Indicator] = {}
    for row in data["indicator"]:
        own, context = words(row["own"]), words(row.get("context", ()))
        near = words(row.get("near", ()))
        none, apart, unless = (
            tuple(word for group in words(row.get(key, ())) for word in group)
            for key in ("none", "apart", "unless")
        )
        if same := row.get("same_as"):
            found[f"{same}/{len(found)}"] = replace(
                found[same], own=own, context=context, near=near, none=none, apart=apart, ask=()
            )
            continue
        units = [families.get(unit, frozenset((unit,))) for unit in row["units"].split()]
        ask = tuple(words(line.split("+")) for line in row.get("ask", ()))
        found[row["id"]] = Indicator(
            id=row["id"],
            name=row["name"],
            english=row["english"],
            units=frozenset(unit for family in units for unit in family),
            own=own,
            context=context,
            near=near,
            none=none,
            apart=apart,
            ask=ask or (context + near + own,),
            unless=unless,
        )
    return tuple(found.values())


# ---- names -----------------------------------------------------------------------------


def name_figure(
    own: str, governing: str, said: str, heading: str, quantity: Quantity
) -> str | None:
    """Return the canonical name of a figure, or None.

    ``own`` are the words of its clause, ``governing`` those of the clause that governs it,
    ``said`` the sentence up to it, ``heading`` the headings over it.
    """
    if not own or quantity.kind == "points":
        return None
    if not quantity.unit and (quantity.value is None or quantity.value % 1):
        return None  # 1/4: no count
    unit = quantity.unit if quantity.kind == "money" else quantity.unit.lstrip("万亿")
    context = "\n".join((heading, governing, said, own))
    near = f"{governing}\n{own}"
    best: tuple[tuple[int, int], str] | None = None
    by_word = _by_word(unit)
    told = {
        at
        for char in by_word.keys() & set(own)
        for word, places in by_word[char]
        if word in own
        for at in places
    }
    for indicator in (_with_unit(unit)[at] for at in sorted(told)):
        length = _matched(indicator.own, own)
        if not length or any(word in own for word in indicator.none):
            continue
        nearest = _nearest(indicator.context, context)
        if nearest is None or _nearest(indicator.near, near) is None:
            continue
        if any(word in near for word in indicator.apart):
            continue
        wholly_own = all(any(word in own for word in group) for group in indicator.context)
        score = (length + (2 if wholly_own else 0), nearest)
        if best is None or score > best[0]:
            best = (score, indicator.name)
    return best[1] if best else None


@lru_cache(maxsize=1024)
def _with_unit(unit: str) -> tuple[Indicator, ...]:
    """Return the indicators counted in a unit; a figure that lost its unit may be any count."""
    if unit:
        return tuple(i for i in indicators() if unit in i.units)
    return tuple(i for i in indicators() if "%" not in i.units and "元" not in i.units)


@lru_cache(maxsize=1024)
def _by_word(unit: str) -> dict[str, list[tuple[str, list[int]]]]:
    """Return the words of which a clause must hold one, with the indicators they may mean.

    Of the groups that an indicator needs it is the one with the fewest words. The words stand
    under their first characters.
    """
    table: dict[str, list[int]] = {}
    for at, indicator in enumerate(_with_unit(unit)):
        for word in min(indicator.own, key=len):
            table.setdefault(word, []).append(at)
    found: dict[str, list[tuple[str, list[int]]]] = {}
    for word, places in table.items():
        found.setdefault(word[0], []).append((word, places))
    return found


def _matched(groups: Words, words: str) -> int:
    """Return how many characters the groups match (longest alternative each), 0 if one fails."""
    total = 0
    for group in groups:
        longest = max((len(word) for word in group if word in words), default=0)
        if not longest:
            return 0
        total += longest
    return total


def _nearest(groups: Words, words: str) -> int | None:
    """Return how near the end of ``words`` the groups' words stand (0 at the end, negative)."""
    position = 0
    for group in groups:
        last = max(words.rfind(word) for word in group)
        if last < 0:
            return None
        position = min(position, last - len(words))
    return position


# ---- questions -------------------------------------------------------------------------

_SYNONYMS = (
    ("打官司|官司|民告官|被告上法院|被起诉", "行政诉讼案件"), ("输了|输掉|输的|输官司", "败诉"), ("打赢|赢了", "胜诉"),
    ("红头文件|政策文件", "规范性文件"), ("把关|审过|核过", "审核"), ("老百姓来访|上访", "信访"),
    ("一把手出庭|局长出庭|领导出庭|官员出庭", "负责人出庭"), ("吵架|扯皮|邻里纠纷|民间纠纷", "矛盾纠纷"),
    ("免予处罚|不罚|免除处罚", "免罚"), ("执法资格证|执法证书|行政执法证", "执法证"), ("复查率", "复议"),
    ("信息公开的申请", "信息公开申请"), ("申请公开", "依申请公开"), ("打了几场", "多少"),
    ("办成率|成功比例|成功的比例", "成功率"), ("普法宣传", "普法宣传活动"), ("法律宣传", "法治宣传"),
)  # fmt: skip
_ENGLISH = (
    ("reconsideration", "复议"), ("normative document", "规范性文件"), ("regulatory document", "规范性文件"),
    ("lawsuit", "行政诉讼"), ("litigation", "行政诉讼"), ("loss rate", "败诉率"), ("lost", "败诉"), ("lose", "败诉"),
    ("first-instance", "一审"), ("first instance", "一审"), ("appear", "负责人出庭"), ("mediation success", "调解成功率"),
    ("success rate of mediation", "调解成功率"), ("mediat", "调解"), ("dispute", "纠纷"), ("received", "收到"),
    ("accepted", "受理"), ("concluded", "审结"), ("closed", "审结"), ("correction rate", "纠错率"),
    ("review", "审核"), ("opinion", "意见"), ("filed", "备案"), ("repeal", "废止"), ("amended", "修改"),
    ("in force", "继续有效"), ("remain valid", "继续有效"), ("certificate", "执法证"), ("how many", "多少"),
    ("number of", "多少"), ("rate", "率"), ("proportion", "比例"), ("petition", "信访"), ("notar", "公证"),
    ("legal aid", "法律援助"), ("procuratorial", "检察建议"), ("contract", "合同"), ("major decision", "重大行政决策"),
    ("training", "培训"), ("enforcement", "执法"), ("penalt", "处罚"), ("licen", "许可事项"),
    ("service item", "政务服务事项"), ("online", "全程网办"), ("information disclosure", "信息公开"),
    ("on request", "依申请"), ("proposal", "提案"), ("audit", "审计"), ("withdraw", "调撤"), ("clean", "清理"),
)  # fmt: skip


_WEAK = re.compile(
    "多少|几|数|[件份宗起条项人次场本个家名元率]|比例|占比|百分|数量|总量|案件|案件数|事项|办了|处理|人次|金额"
)
_ASKS_RATE = re.compile("率|比例|占比|百分|满意度")
_ASKS_COUNT = re.compile(
    "多少[件份宗起条项人次场本个家名]|几[件份宗起条项人次场本个家名]|件数|数量|个数"
)


def lookup(question_terms: str) -> tuple[tuple[Indicator, float], ...]:
    """Return the indicators a question asks for, best first; scores are in (0, 1].

    Empty when it asks for none. A question that leaves the kind open (复议案件有多少) returns
    several with like scores.
    """
    words = _with_synonyms(question_terms)
    rate, count = _ASKS_RATE.search(words), _ASKS_COUNT.search(words)
    scored: list[tuple[float, Indicator]] = []
    for indicator in indicators():
        weight = max((_asked(ask, words) for ask in indicator.ask), default=0.0)
        if indicator.name in words:
            weight = max(weight, float(len(indicator.name)))
        if not weight or any(word in words for word in indicator.unless):
            continue
        is_rate = "%" in indicator.units
        if (rate and not count and not is_rate) or (count and not rate and is_rate):
            weight /= 2
        scored.append((weight, indicator))
    if not scored:
        return ()
    scored.sort(key=lambda pair: -pair[0])
    best = scored[0][0]
    return tuple((found, round(w / best, 3)) for w, found in scored if w >= 0.6 * best)


def _asked(ask: Words, words: str) -> float:
    """Weigh the words of a question that meet a rule: how many, 几, 件 weigh little."""
    if not _matched(ask, words):
        return 0.0
    return sum(
        max(0.5 if _WEAK.fullmatch(word) else float(len(word)) for word in group if word in words)
        for group in ask
    )


def _with_synonyms(question: str) -> str:
    """Append the genre's words for what a question says in everyday words or in English."""
    lowered = question.lower()
    added = [sense for words, sense in _SYNONYMS if any(w in lowered for w in words.split("|"))]
    if any("a" <= c <= "z" for c in lowered):
        added += [sense for word, sense in _ENGLISH if word in lowered]
    return " ".join([lowered, *added])
