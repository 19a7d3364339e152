"""English lines about Chinese passages, right and wrong by construction; nothing here knows the lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from made_passages import Made

CHAINS = [
    ("收到行政复议申请", "applications for administrative reconsideration", "件"),
    ("受理民间纠纷", "civil disputes", "件"),
    ("收到信访事项", "petitions", "件"),
    ("新收行政诉讼案件", "administrative litigation cases", "件"),
]
RATES = [
    ("行政复议纠错率", "correction rate"), ("调解成功率", "mediation success rate"), ("行政诉讼败诉率", "loss rate in administrative litigation"),
    ("负责人出庭应诉率", "appearance rate of responsible officials in court"), ("案件调撤率", "settlement rate"),
]  # fmt: skip
WORKS = [
    ("建成", "法治文化公园", "处", "built", "legal culture parks"), ("培训", "执法人员", "名", "trained", "law enforcement officers"),
    ("审查", "合同", "份", "reviewed", "contracts"), ("聘请", "法律顾问", "名", "hired", "legal advisers"),
    ("办理", "法律援助案件", "件", "handled", "legal aid cases"), ("举办", "普法讲座", "场", "held", "legal publicity lectures"),
]  # fmt: skip
STATES = [
    ("执法人员", "取得执法资格", "law enforcement officers", "obtained", "obtained their law enforcement qualification"),
    ("重大决策", "经过合法性审查", "major decisions", "passed", "passed the legality review"),
    ("规范性文件", "报送备案", "normative documents", "been filed", "been filed for record"),
]  # fmt: skip
TENS = {
    20: "twenty",
    30: "thirty",
    40: "forty",
    50: "fifty",
    60: "sixty",
    70: "seventy",
    80: "eighty",
    90: "ninety",
}
SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
).split()


def in_words(number: int) -> str:
    """Spell a number below a thousand."""
    if number < 20:
        return SMALL[number]
    if number < 100:
        rest = number % 10
        return TENS[number - rest] + (f"-{SMALL[rest]}" if rest else "")
    rest = number % 100
    return f"{SMALL[number // 100]} hundred" + (f" and {in_words(rest)}" if rest else "")


def chain(chance: Random) -> Made:
    (chinese, english, unit) = chance.choice(CHAINS)
    a, b, c = sorted(chance.sample(range(21, 950), 3), reverse=True)
    text = f"全年{chinese}{a}{unit}，受理{b}{unit}，审结{c}{unit}。"
    if chinese.startswith("受理"):
        text = f"全年{chinese}{a}{unit}，审结{b}{unit}，败诉{c}{unit}。"
        verbs = ("accepted", "concluded", "lost")
    else:
        verbs = ("received", "accepted", "concluded")
    one, two, three = verbs
    right = [
        ("one figure", f"The county {one} {a} {english}."),
        ("last figure", f"It {three} {c} of them in the year."),
        ("three figures", f"It {one} {a} {english}, {two} {b} and {three} {c}."),
        ("number words", f"The county {two} {in_words(b)} {english}."),
    ]
    wrong = [
        ("other figure", f"It {three} {b} of the {english}."),
        ("other figure", f"The county {two} {a} {english}."),
        ("turned", f"It {one} {a} {english}, {two} {c} and {three} {b}."),
        ("number words", f"The county {two} {in_words(b + 7)} {english}."),
        ("number words", f"The county {three} {in_words(b)} {english}."),
        ("scale", f"The county {one} {a} thousand {english}."),
        ("vague", f"The county {one} thousands of {english}."),
        ("denial put in", f"The county did not accept {b} {english}."),
    ]
    return Made(text, tuple(right), tuple(wrong))


def changes(chance: Random) -> Made:
    (x, one), (y, two) = chance.sample(RATES, 2)
    a, b, c, d = (f"{n / 10:g}" for n in chance.sample(range(21, 480), 4))
    text = f"{x}为{a}%，同比上升{c}个百分点；{y}为{b}%，同比下降{d}个百分点。"
    right = [
        ("rate", f"The {one} was {a}%."),
        ("up", f"The {one} was {a}%, up {c} percentage points."),
        ("down", f"The {two} fell by {d} percentage points to {b}%."),
        ("down", f"The {two} stood at {b} per cent, a decrease of {d} percentage points."),
    ]
    wrong = [
        ("other rate", f"The {one} was {b}%."),
        ("turned direction", f"The {one} was {a}%, down {c} percentage points."),
        ("turned direction", f"The {two} rose by {d} percentage points to {b}%."),
        (
            "turned direction",
            f"The {two} stood at {b} per cent, an increase of {d} percentage points.",
        ),
        ("other change", f"The {one} rose by {d} percentage points."),
        ("other change", f"The {two} was {b}%, down {c} percentage points."),
    ]
    return Made(text, tuple(right), tuple(wrong))


def denied(chance: Random) -> Made:
    (a, do, who, _, did), (b, keep, whom, _, kept) = chance.sample(STATES, 2)
    text = f"检查发现，{a}{chance.choice(['未', '尚未', '没有'])}{do}，{b}已{keep}。"
    right = [
        ("denial", f"The {who} have not {did}."),
        ("denial", f"The {who} had not yet {did}."),
        ("affirmed", f"The {whom} have {kept}."),
    ]
    wrong = [
        ("denial left out", f"The {who} have {did}."),
        ("denial left out", f"The {who} have already {did}."),
        ("denial put in", f"The {whom} have not {kept}."),
        ("denial put in", f"The {whom} have never {kept}."),
        ("denial moved", f"The {who} have {did}, while the {whom} have not {kept}."),
    ]
    return Made(text, tuple(right), tuple(wrong))


def planned(chance: Random) -> Made:
    (v, o, u, did, things), (w, p, m, would, others) = chance.sample(WORKS, 2)
    a, b = chance.sample(range(3, 200), 2)
    bare = {
        "built": "build",
        "trained": "train",
        "reviewed": "review",
        "hired": "hire",
        "handled": "handle",
        "held": "hold",
    }
    text = f"全县已{v}{o}{a}{u}，下一步将{w}{p}{b}{m}。"
    right = [
        ("done", f"The county {did} {a} {things}."),
        ("plan", f"The county will {bare[would]} {b} {others}."),
        ("plan", f"It plans to {bare[would]} {b} {others}."),
        ("number words", f"The county {did} {in_words(a)} {things}."),
    ]
    wrong = [
        ("plan as done", f"The county {would} {b} {others}."),
        ("plan as done", f"The county has already {would} {b} {others}."),
        ("done as plan", f"The county will {bare[did]} {a} {things}."),
        ("denial put in", f"The county has not {did} {a} {things}."),
        ("other figure", f"The county {did} {b} {things}."),
        ("only put in", f"The county {did} only {a} {things}."),
    ]
    return Made(text, tuple(right), tuple(wrong))


def scaled(chance: Random) -> Made:
    n = chance.choice([12, 25, 120, 35, 180])
    what, things = chance.choice(
        [
            ("发放宣传资料", "publicity materials"),
            ("服务群众", "people served"),
            ("走访企业", "enterprises visited"),
        ]
    )
    text = f"全年{what}{n}万份。"
    right = [
        ("thousands", f"In all {n * 10} thousand {things} were counted."),
        ("digits", f"The figure for {things} was {n * 10000:,}."),
        ("millions", f"There were {n / 100:g} million {things}."),
    ]
    wrong = [
        ("scale", f"In all {n} thousand {things} were counted."),
        ("scale", f"There were {n} million {things}."),
        ("scale", f"The figure for {things} was {n}."),
        ("words", f"There were {in_words(n)} thousand {things}."),
    ]
    return Made(text, tuple(right), tuple(wrong))


def partly(chance: Random) -> Made:
    a, do, who, _, did = chance.choice(STATES)
    text = f"部分{a}已{do}。"
    right = [("some", f"Some {who} have {did}."), ("some", f"Part of the {who} have {did}.")]
    wrong = [
        ("some as all", f"All {who} have {did}."),
        ("some as all", f"Every one of the {who} has {did}."),
        ("some left out", f"The {who} have {did}."),
    ]
    return Made(text, tuple(right), tuple(wrong))


def first(chance: Random) -> Made:
    v, o, u, did, things = chance.choice(WORKS)
    a = chance.randrange(3, 200)
    text = f"全年{v}{o}{a}{u}。"
    right = [("plain", f"It {did} {a} {things} during the year.")]
    wrong = [
        ("first", f"For the first time it {did} {a} {things}."),
        ("only", f"It {did} just {a} {things}."),
        ("most", f"It {did} {a} {things}, the most in the province."),
        ("direction", f"It {did} {a} {things}, an increase over the previous year."),
    ]
    return Made(text, tuple(right), tuple(wrong))


KINDS: tuple[Callable[[Random], Made], ...] = (
    chain,
    changes,
    denied,
    planned,
    scaled,
    partly,
    first,
)


def english_passages(chance: Random, count: int) -> Iterator[Made]:
    """Yield passages of every kind in turn."""
    for n in range(count):
        yield KINDS[n % len(KINDS)](chance)
