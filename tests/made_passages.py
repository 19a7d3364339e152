"""Passages made up from facts, so that what is true of them is known without reading them.

A fact is a row of fields (who, what was done, how many …). A passage tells several facts of one
sort in one of the ways that reports have; a right line tells facts of it in another way, a near
miss tells a fact with one field taken from its neighbour. Nothing here looks at the lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

ORGANS = [
    "县司法局", "县公安局", "县市场监管局", "县农业农村局", "县生态环境局", "县住建局", "县教育局", "县卫健局",
    "县应急管理局", "县交通运输局", "县人力社保局", "县文旅局", "县审计局", "县税务局", "县综合执法局",
]  # fmt: skip
TOWNS = ["清河镇", "石桥镇", "大溪乡", "枫林街道", "东湖街道", "马家镇", "双龙乡", "白沙镇"]
DONE = [
    ("开展", "执法检查", "次"), ("查处", "违法案件", "件"), ("举办", "法治讲座", "场"), ("化解", "矛盾纠纷", "件"),
    ("办理", "法律援助案件", "件"), ("调解", "民间纠纷", "件"), ("评查", "执法案卷", "件"), ("培训", "执法人员", "人次"),
    ("发放", "宣传手册", "份"), ("审查", "合同协议", "份"), ("抽查", "经营主体", "家"), ("受理", "投诉举报", "件"),
]  # fmt: skip
CHAINS = [
    ("收到行政复议申请", "受理", "审结", "件"), ("受理民间纠纷", "调解", "调解成功", "件"),
    ("排查矛盾纠纷", "受理", "化解", "起"), ("新收行政诉讼案件", "审结", "败诉", "件"),
    ("收到信访事项", "受理", "办结", "件"), ("立案查处违法案件", "结案", "移送司法机关", "宗"),
    ("清理规范性文件", "废止", "修改", "件"), ("接待群众咨询", "登记", "答复", "人次"),
]  # fmt: skip
RATES = [
    "行政复议纠错率", "行政诉讼败诉率", "负责人出庭应诉率", "调解成功率", "案件调撤率", "政务服务网办率", "群众满意率",
    "执法人员持证率", "按期办结率", "合同审查率",
]  # fmt: skip
SUMS = [
    "行政复议收案",
    "行政诉讼收案",
    "信访总量",
    "罚款金额",
    "行政处罚案件",
    "行政许可事项",
    "法律援助案件",
]
TITLES = [
    "重大行政决策程序规定",
    "执法案卷评查办法",
    "行政规范性文件管理办法",
    "法治督察工作方案",
    "公共法律服务实施意见",
    "矛盾调处工作规则",
]
MEETINGS = [
    "县政府常务会议",
    "全面依法治县委员会会议",
    "执法业务培训班",
    "法治建设现场会",
    "行政复议听证会",
    "案卷评查会",
]
PEOPLE = ["李明华", "王建平", "陈晓东", "刘志远", "周文斌", "吴海燕"]
POSTS = ["县长", "县委书记", "常务副县长", "司法局局长"]
SITES = [
    "法治文化公园",
    "宪法宣传广场",
    "公共法律服务中心",
    "矛盾调处中心",
    "行政复议服务点",
    "青少年法治基地",
]
OPENINGS = ["", "2023年，", "今年以来，", "全年", "一年来，"]

Line = tuple[str, str]  # what kind of line, and the line


@dataclass(frozen=True, slots=True)
class Made:
    """A passage with lines that it bears out and lines that it does not."""

    text: str
    right: tuple[Line, ...]
    wrong: tuple[Line, ...]


def _numbers(chance: Random, count: int, low: int = 3, high: int = 900) -> list[str]:
    return [str(n) for n in chance.sample(range(low, high), count)]


def _rates(chance: Random, count: int) -> list[str]:
    return [f"{n / 10:g}" for n in chance.sample(range(11, 990), count)]


def _verb(words: str) -> str:
    """Return the verb that opens a chain: 收到行政复议申请 is 收到."""
    return words if len(words) <= 4 else "立案查处" if words.startswith("立案查处") else words[:2]


def chain(chance: Random) -> Made:
    """收到行政复议申请65件，受理36件，审结30件: the later verbs share the first one's object."""
    first, second, third, unit = chance.choice(CHAINS)
    a, b, c = sorted(_numbers(chance, 3), key=int, reverse=True)
    joint = chance.choice(["，", "，", "；"])
    more = chance.choice(["", "已", "其中"])
    text = f"{chance.choice(OPENINGS)}全县共{first}{a}{unit}{joint}{second}{b}{unit}，{more}{third}{c}{unit}。"
    wanted = [(first, a), (second, b), (third, c)]
    right = [
        ("one of three", f"全县{second}{b}{unit}。"),
        ("object added", f"{first.removeprefix(_verb(first))}{second}{b}{unit}。"),
        ("object added after", f"{third}{first.removeprefix(_verb(first))}{c}{unit}。"),
        ("several figures", f"全县{first}{a}{unit}，{second}{b}{unit}，{third}{c}{unit}。"),
        ("two of three", f"全县共{first}{a}{unit}，其中{third}{c}{unit}。"),
        ("light words", f"全年共{third}{c}{unit}。"),
        ("turned round", f"全县{third}{c}{unit}，{second}{b}{unit}。"),
        ("linked", f"全县共{first}{a}{unit}，并{second}了{b}{unit}。"),
    ]
    wrong = []
    for verb, _ in wanted:
        for _, other in wanted:
            if (verb, other) not in wanted:
                wrong.append(("neighbour's figure", f"{verb}{other}{unit}。"))
                wrong.append(("neighbour's figure, linked", f"全县全年共{verb}{other}{unit}。"))
                wrong.append(
                    (
                        "neighbour's figure, object",
                        f"{_verb(verb)}{first.removeprefix(_verb(first))}{other}{unit}。",
                    )
                )
    wrong.append(("turned chain", f"全县{first}{a}{unit}，{second}{c}{unit}，{third}{b}{unit}。"))
    wrong.append(("one turned", f"全县{first}{a}{unit}，其中{third}{b}{unit}。"))
    return Made(text, tuple(right), tuple(wrong))


def organs(chance: Random) -> Made:
    """Two bodies, each with its own work."""
    one, two = chance.sample(ORGANS, 2)
    (v, o, u), (w, p, x) = chance.sample(DONE, 2)
    a, b = _numbers(chance, 2)
    text = f"{chance.choice(OPENINGS)}{one}{v}{o}{a}{u}{chance.choice('，；。')}{two}{w}{p}{b}{x}。"
    right = [
        ("one of two", f"{two}{w}{p}{b}{x}。"),
        ("light words", f"{one}全年共{v}{o}{a}{u}。"),
        ("turned round", f"{two}{w}{p}{b}{x}，{one}{v}{o}{a}{u}。"),
        ("了", f"{one}{v}了{a}{u}{o}。"),
    ]
    wrong = [
        ("other body", f"{two}{v}{o}{a}{u}。"),
        ("other body", f"{one}{w}{p}{b}{x}。"),
        ("bodies turned", f"{two}{v}{o}{a}{u}，{one}{w}{p}{b}{x}。"),
        ("other body, no figure", f"{two}{v}{o}。"),
    ]
    if u == x:
        wrong.append(("neighbour's figure", f"{one}{v}{o}{b}{u}。"))
        wrong.append(("neighbour's figure", f"{two}{w}{p}{a}{x}。"))
    return Made(text, tuple(right), tuple(wrong))


def towns(chance: Random) -> Made:
    """One kind of work, two places."""
    one, two = chance.sample(TOWNS, 2)
    v, o, u = chance.choice(DONE)
    a, b = _numbers(chance, 2)
    text = chance.choice(
        [
            f"{one}{v}{o}{a}{u}，{two}{v}{o}{b}{u}。",
            f"{one}{v}{o}{a}{u}；{two}{b}{u}。",
            f"{one}、{two}分别{v}{o}{a}{u}、{b}{u}。",
        ]
    )
    right = [
        ("one of two", f"{one}{v}{o}{a}{u}。"),
        ("one of two", f"{two}{v}{o}{b}{u}。"),
        ("both", f"{one}{v}{o}{a}{u}，{two}{v}{o}{b}{u}。"),
    ]
    wrong = [
        ("other place", f"{one}{v}{o}{b}{u}。"),
        ("other place", f"{two}全年共{v}{o}{a}{u}。"),
        ("places turned", f"{two}{v}{o}{a}{u}，{one}{v}{o}{b}{u}。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def changes(chance: Random) -> Made:
    """Two indicators, one up and one down."""
    one, two = chance.sample(RATES, 2)
    a, b, c, d = _rates(chance, 4)
    up, down = chance.choice([("上升", "下降"), ("提高", "降低"), ("增长", "减少")])
    word = chance.choice(["同比", "较上年", "比上年"])
    text = f"{chance.choice(OPENINGS)}{one}为{a}%，{word}{up}{c}个百分点；{two}为{b}%，{word}{down}{d}个百分点。"
    right = [
        ("verbatim clause", f"{two}为{b}%。"),
        ("merged", f"{one}{a}%，{word}{up}{c}个百分点。"),
        ("light words", f"全县{two}达到{b}%，{word}{down}{d}个百分点。"),
        ("turned round", f"{two}为{b}%，{one}为{a}%。"),
        ("change alone", f"{two}{word}{down}{d}个百分点。"),
    ]
    wrong = [
        ("neighbour's rate", f"{one}为{b}%。"),
        ("neighbour's rate", f"全县{two}达到{a}%。"),
        ("direction turned", f"{one}{a}%，{word}{down}{c}个百分点。"),
        ("direction turned", f"{two}为{b}%，{word}{up}{d}个百分点。"),
        ("neighbour's change", f"{one}{a}%，{word}{up}{d}个百分点。"),
        ("neighbour's change", f"{two}{word}{down}{c}个百分点。"),
        ("neighbour's change whole", f"{one}为{a}%，{word}{down}{d}个百分点。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def years(chance: Random) -> Made:
    """One indicator over two years."""
    what = chance.choice(SUMS)
    a, b = _numbers(chance, 2)
    first = chance.choice([2020, 2021, 2022])
    text = chance.choice(
        [
            f"{first}年{what}{a}件，{first + 1}年{what}{b}件。",
            f"{what}{first}年为{a}件，{first + 1}年为{b}件。",
            f"{first + 1}年全年{what}{b}件，{first}年全年{a}件。",
        ]
    )
    right = [
        ("one year", f"{first + 1}年{what}{b}件。"),
        ("one year", f"{first}年，{what}共{a}件。"),
        ("both", f"{what}{first}年为{a}件，{first + 1}年为{b}件。"),
    ]
    wrong = [
        ("other year", f"{first + 1}年{what}{a}件。"),
        ("other year", f"{first}年{what}为{b}件。"),
        ("other year, apart", f"{first}年，{what}共{b}件。"),
        ("years turned", f"{what}{first + 1}年为{a}件，{first}年为{b}件。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def former(chance: Random) -> Made:
    """What was, and what is."""
    what = chance.choice(SUMS)
    a, b = sorted(_numbers(chance, 2, 20), key=int)
    if chance.random() < 0.5:
        text = f"{what}由上年的{b}件下降到{a}件。"
        now, was, verb = a, b, "下降到"
    else:
        text = f"{what}由{a}件增加至{b}件。"
        now, was, verb = b, a, "增加至"
    right = [
        ("now", f"{what}{verb}{now}件。"),
        ("both", f"{what}由{was}件{verb}{now}件。"),
    ]
    wrong = [
        ("former as now", f"{what}{verb}{was}件。"),
        ("turned", f"{what}由{now}件{verb}{was}件。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def dates(chance: Random) -> Made:
    """Two events, two days."""
    one, two = chance.sample(MEETINGS, 2)
    m, n = sorted(chance.sample(range(1, 13), 2))
    d, e = chance.sample(range(1, 29), 2)
    text = f"{m}月{d}日召开{one}，{n}月{e}日召开{two}。"
    right = [
        ("one day", f"{n}月{e}日，召开{two}。"),
        ("one day", f"{one}于{m}月{d}日召开。"),
        ("both", f"{n}月{e}日召开{two}，{m}月{d}日召开{one}。"),
        ("month", f"{m}月召开{one}。"),
    ]
    wrong = [
        ("other day", f"{n}月{e}日召开{one}。"),
        ("other day", f"{two}于{m}月{d}日召开。"),
        ("other day, apart", f"{m}月{d}日，召开{two}。"),
        ("other month", f"{n}月召开{one}。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def people(chance: Random) -> Made:
    """Two people, two posts, two tasks."""
    one, two = chance.sample(PEOPLE, 2)
    post, job = chance.sample(POSTS, 2)
    first, second = chance.sample(MEETINGS, 2)
    text = f"{post}{one}主持召开{first}，{job}{two}主持召开{second}。"
    right = [
        ("one of two", f"{job}{two}主持召开{second}。"),
        ("passive", f"{first}由{post}{one}主持召开。"),
        ("name", f"{one}主持召开{first}。"),
    ]
    wrong = [
        ("other person", f"{job}{two}主持召开{first}。"),
        ("other name", f"{two}主持召开{first}。"),
        ("other post", f"{job}{one}主持召开{first}。"),
        ("passive, other person", f"{second}由{post}{one}主持召开。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def titles(chance: Random) -> Made:
    """What was issued and what was revised or repealed."""
    one, two, three = chance.sample(TITLES, 3)
    v, w = chance.sample(["印发", "修订", "废止", "起草", "清理"], 2)
    text = f"全年{v}《{one}》《{two}》，{w}《{three}》。"
    right = [
        ("one title", f"{v}《{two}》。"),
        ("other verb", f"{w}了《{three}》。"),
        ("joined", f"全年{v}《{one}》，{w}《{three}》。"),
    ]
    wrong = [
        ("other verb", f"{w}《{one}》。"),
        ("moved into the list", f"{v}《{one}》《{three}》。"),
        ("other verb", f"全年{v}了《{three}》。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def lists(chance: Random) -> Made:
    """Members of two lists."""
    a, b, c, d, e = chance.sample(TOWNS, 5)
    v, w = chance.choice(
        [
            ("示范点", "试点"),
            ("先进单位", "整改单位"),
            ("一类单位", "二类单位"),
            ("达标乡镇", "重点整治乡镇"),
        ]
    )
    text = chance.choice(
        [
            f"确定{a}、{b}、{c}为{v}，{d}、{e}为{w}。",
            f"将{a}、{b}和{c}列为{v}，将{d}和{e}列为{w}。",
        ]
    )
    verb = "列为" if "列为" in text else "为"
    right = [
        ("part of a list", f"{d}、{e}{verb}{w}。"),
        ("one member", f"{b}{verb}{v}。"),
        ("turned round", f"{d}、{e}{verb}{w}，{a}、{b}、{c}{verb}{v}。"),
        ("whole list", f"{v}为{a}、{b}、{c}。" if verb == "为" else f"{a}、{b}、{c}被列为{v}。"),
    ]
    wrong = [
        ("member of the other list", f"{d}{verb}{v}。"),
        ("moved into the list", f"{a}、{b}、{d}{verb}{v}。"),
        ("lists turned", f"{a}、{b}、{c}{verb}{w}。"),
        ("member of the other list", f"{b}、{e}{verb}{w}。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def classes(chance: Random) -> Made:
    """A whole and its classes."""
    what = chance.choice(["信访积案", "违法案件", "风险隐患", "民生实事"])
    a, b = _numbers(chance, 2, 3, 400)
    whole = str(int(a) + int(b))
    text = f"排查{what}{whole}件，其中一类{a}件，二类{b}件。"
    right = [
        ("class", f"其中一类{a}件。"),
        ("class", f"二类{what}{b}件。"),
        ("whole", f"共排查{what}{whole}件。"),
        ("all", f"排查{what}{whole}件，其中一类{a}件、二类{b}件。"),
    ]
    wrong = [
        ("other class", f"一类{what}{b}件。"),
        ("other class", f"其中二类{a}件。"),
        ("class for the whole", f"共排查{what}{a}件。"),
        ("turned", f"排查{what}{whole}件，其中一类{b}件、二类{a}件。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def shares(chance: Random) -> Made:
    """Shares of a whole."""
    one, two = chance.sample(
        ["劳动争议", "交通事故", "邻里纠纷", "物业纠纷", "婚姻家庭纠纷", "山林土地纠纷"], 2
    )
    a, b = _rates(chance, 2)
    text = f"受理的案件中，{one}占{a}%，{two}占{b}%。"
    right = [("share", f"{two}占{b}%。"), ("share", f"{one}案件占比{a}%。")]
    wrong = [("other share", f"{one}占{b}%。"), ("other share", f"{two}案件占比{a}%。")]
    return Made(text, tuple(right), tuple(wrong))


KINDS: tuple[Callable[[Random], Made], ...] = (
    chain, chain, organs, towns, changes, years, former, dates, people, titles, lists, classes, shares,
)  # fmt: skip


def made_passages(chance: Random, count: int) -> Iterator[Made]:
    """Yield passages of every kind in turn."""
    for n in range(count):
        yield KINDS[n % len(KINDS)](chance)
