"""Lines that deny, promise, hedge or generalise otherwise than their passage, and lines that do not.

On real passages by rule: a word of denial, plan or hedge is left out or put in. On made-up
statements by construction: each has its polarity and its standing (done, planned, partly,
nearly), and is told again with the same or another one. Nothing here looks at the lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from made_passages import Made
from near_misses import Trial, clauses_of

DENIAL = re.compile(
    "尚未|从未|没有|未能|未(?!来|成年|必|经)|无法|不能|不得|不够|(?<!可)不(?=到位|健全|规范|完善|及时|平衡|深入|明显|符合|适应|满意|强|高)"
)
PLAN = re.compile(
    "(?:下一步)?将(?=继续|进一步|持续|坚持|加强|推进|开展|完善|健全|组织)|拟(?=[于在新开建制组])|计划(?=[于在新开建制组])|(?<!全)力争|争取|打算"
)
HEDGE = re.compile(
    "基本(?=完成|建成|形成|实现|建立)|初步(?=完成|建成|形成|实现|建立)|有待(?:进一步)?|仍需(?:进一步)?|亟待|亟需"
)
SOME = re.compile("部分|个别|少数|一些|有的|有些")
VERB = re.compile("开展|完成|审核|受理|组织|印发|建立|办理|落实|召开|制定|举办|化解|建成|实现|取得")
NUMBERED = re.compile(r"\d+[件个次人项条名场家份]")


def false_lines(passage: str, chance: Random) -> Iterator[Trial]:
    """Yield clauses of a passage with a denial, plan or hedge taken out or put in."""
    for start, end in clauses_of(passage):
        clause = passage[start:end].strip()
        if not 8 <= len(clause) <= 60 or re.search("[“”《》]", clause):
            continue
        for kind, pattern in (("denial left out", DENIAL), ("hedge left out", HEDGE)):
            if match := pattern.search(clause):
                said = clause[: match.start()] + clause[match.end() :]
                if len(said) >= 6:
                    yield Trial(passage, kind, f"{said}。")
        if (match := PLAN.search(clause)) and not re.search("纳入|作为", clause):
            rest = clause[match.end() :]
            yield Trial(passage, "plan as done", f"{clause[: match.start()]}已{rest}。")
        if match := SOME.search(clause):
            every = chance.choice(["所有", "全部", "全体"])
            said = clause[: match.start()] + every + clause[match.end() :]
            yield Trial(passage, "some as all", f"{said}。")
        verbs = [m for m in VERB.finditer(clause) if m.start() > 1]
        if verbs and not DENIAL.search(clause):
            match = chance.choice(verbs)
            put_in = chance.choice(["未", "没有", "尚未"])
            yield Trial(
                passage,
                "denial put in",
                f"{clause[: match.start()]}{put_in}{clause[match.start() :]}。",
            )
        if verbs and not re.search("均|都|全部|所有|首|率先|唯一|最|全面|全覆盖|100%", passage):
            match = chance.choice(verbs)
            put_in = chance.choice(["均", "全部", "首次", "率先"])
            yield Trial(
                passage,
                "all put in",
                f"{clause[: match.start()]}{put_in}{clause[match.start() :]}。",
            )
        if (match := NUMBERED.search(clause)) and not re.search("[仅只]", passage):
            yield Trial(
                passage, "only put in", f"{clause[: match.start()]}仅{clause[match.start() :]}。"
            )


def true_lines(passage: str, chance: Random) -> Iterator[Trial]:
    """Yield clauses that deny, plan or hedge, in other words of the same meaning."""
    swaps = (
        ("尚未", "还未"), ("没有", "未"), ("未能", "没能"), ("不够", "还不够"), ("部分", "一些"), ("个别", "少数"), ("一些", "部分"),
        ("有待", "仍有待"), ("仍需", "还需"), ("力争", "争取"), ("下一步将", "将"), ("基本", "大体"),
    )  # fmt: skip
    for start, end in clauses_of(passage):
        clause = passage[start:end].strip()
        if not 8 <= len(clause) <= 60 or re.search("[“”《》]", clause):
            continue
        if not any(p.search(clause) for p in (DENIAL, PLAN, HEDGE, SOME)):
            continue
        opening = chance.choice(["", "目前，", "据报告，", "报告指出，"])
        yield Trial(passage, "as it stands", f"{opening}{clause}。")
        for old, new in swaps:
            if old in clause:
                yield Trial(passage, "other words", f"{clause.replace(old, new, 1)}。")
                break


WORKS = [
    ("建成", "法治文化公园", "2处"), ("制定", "执法裁量基准", "12项"), ("组建", "综合执法队", "5支"), ("开通", "线上复议平台", "1个"),
    ("聘请", "法律顾问", "30名"), ("出台", "调解工作办法", "3个"), ("培训", "执法骨干", "260人次"), ("修订", "权责清单", "8份"),
    ("完成", "案卷评查", "150件"), ("设立", "公共法律服务站", "16个"),
]  # fmt: skip
STATES = [
    ("执法人员", "取得执法资格"), ("行政机关负责人", "出庭应诉"), ("乡镇", "配备法制审核人员"), ("单位", "公开权责清单"),
    ("规范性文件", "报送备案"), ("部门", "落实法律顾问制度"), ("村社", "建立调解组织"), ("窗口", "实行一次告知"),
]  # fmt: skip
LACKS = [
    ("执法力量", "加强", "薄弱"), ("普法针对性", "提高", "较差"), ("部门协作机制", "健全", "不畅"), ("裁量基准", "细化", "较粗"),
    ("乡镇法制审核能力", "提升", "偏弱"), ("法治督察力度", "加大", "偏小"),
]  # fmt: skip


def planned(chance: Random) -> Made:
    """A plan beside something done."""
    (v, o, n), (w, p, m) = chance.sample(WORKS, 2)
    mark = chance.choice(["将", "计划", "拟", "力争", "准备"])
    when = chance.choice(["下一年", "2024年", "下一步，", ""])
    text = f"全县已{v}{o}{n}，{when}{mark}{w}{p}{m}。"
    right = [
        ("plan", f"{when}{mark}{w}{p}{m}。"),
        ("plan, other word", f"该县{chance.choice(['计划', '将', '拟'])}{w}{p}{m}。"),
        ("done", f"该县{v}了{o}{n}。"),
        ("both", f"全县{v}{o}{n}，{mark}{w}{p}{m}。"),
    ]
    wrong = [
        ("plan as done", f"全县已{w}{p}{m}。"),
        ("plan as done", f"该县{w}了{p}{m}。"),
        ("plan as fact", f"全县{w}{p}{m}。"),
        ("done as plan", f"全县将{v}{o}{n}。"),
        ("done denied", f"全县尚未{v}{o}{n}。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def denied(chance: Random) -> Made:
    """Something denied beside something affirmed."""
    (a, do), (b, keep) = chance.sample(STATES, 2)
    no = chance.choice(["未", "尚未", "没有", "仍未"])
    text = f"检查发现，{a}{no}{do}，{b}已{keep}。"
    right = [
        ("denial", f"{a}{no}{do}。"),
        ("denial, other word", f"{a}{chance.choice(['没有', '未', '尚未'])}{do}。"),
        ("affirmed", f"{b}{keep}。"),
        ("both", f"{b}已{keep}，{a}{no}{do}。"),
    ]
    wrong = [
        ("denial left out", f"{a}{do}。"),
        ("denial left out", f"目前{a}已{do}。"),
        ("denial moved", f"{b}{no}{keep}。"),
        ("both turned", f"{a}已{do}，{b}{no}{keep}。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def partly(chance: Random) -> Made:
    """Some do, some do not."""
    (a, do), (b, keep) = chance.sample(STATES, 2)
    some = chance.choice(["部分", "个别", "少数", "大部分", "多数"])
    text = f"{some}{a}已{do}，各{b}{keep}情况良好。"
    right = [
        ("some", f"{some}{a}{do}。"),
        ("some", f"该县{some}{a}已{do}。"),
    ]
    wrong = [
        ("some as all", f"所有{a}已{do}。"),
        ("some as all", f"{a}均已{do}。"),
        ("some as all", f"{a}全部{do}。"),
        ("some left out", f"{a}已{do}。"),
        ("some put in", f"仅{some}{a}未{do}。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def hedged(chance: Random) -> Made:
    """Nearly done, and still to be done."""
    v, o, _n = chance.choice([w for w in WORKS if w[0] in ("建成", "完成", "组建", "开通", "设立")])
    what, better, bad = chance.choice(LACKS)
    nearly = chance.choice(["基本", "初步"])
    still = chance.choice(["有待", "仍需进一步", "亟待", "还需"])
    text = f"{nearly}{v}{o}，但{what}{still}{better}，{what}{bad}。"
    right = [
        ("nearly", f"该县{nearly}{v}{o}。"),
        ("still", f"{what}{still}{better}。"),
        ("still, other word", f"{what}{chance.choice(['有待', '亟待', '仍需'])}{better}。"),
        ("bad", f"目前{what}{bad}。"),
    ]
    wrong = [
        ("nearly left out", f"已{v}{o}。"),
        ("nearly as wholly", f"全面{v}{o}。"),
        ("still left out", f"{what}{better}。"),
        ("still as done", f"{what}已{better}。"),
        ("still as done", f"{what}得到{better}。"),
    ]
    return Made(text, tuple(right), tuple(wrong))


def first(chance: Random) -> Made:
    """A plain statement, told with words of praise or of all."""
    (v, o, n), (w, p, m) = chance.sample(WORKS, 2)
    a, do = chance.choice(STATES)
    text = f"全年{v}{o}{n}，{w}{p}{m}，推动{a}{do}。"
    right = [
        ("plain", f"全年{v}{o}{n}，{w}{p}{m}。"),
        ("plain", f"该县推动{a}{do}。"),
        ("light words", f"全年共{w}{p}{m}。"),
    ]
    wrong = [
        (f"{word} put in", line)
        for word, line in (
            ("首次", f"首次{v}{o}{n}。"), ("率先", f"全省率先{v}{o}{n}。"), ("全部", f"推动全部{a}{do}。"),
            ("所有", f"推动所有{a}{do}。"), ("均", f"{a}均{do}。"), ("最", f"{v}全市最多的{o}{n}。"),
            ("仅", f"全年仅{v}{o}{n}。"), ("唯一", f"{v}全省唯一的{o}。"), ("一律", f"{a}一律{do}。"),
        )
    ]  # fmt: skip
    return Made(text, tuple(right), tuple(wrong))


MODAL_KINDS = (planned, denied, partly, hedged, first)


def modal_passages(chance: Random, count: int) -> Iterator[Made]:
    """Yield passages of every kind in turn."""
    for n in range(count):
        yield MODAL_KINDS[n % len(MODAL_KINDS)](chance)
