"""Reports made up at random, in every way of numbering seen, with their gold headings and items."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import strategies as st

CN = "一二三四五六七八九十"
NARROW = str.maketrans("，；：（）", ",;:()")  # pages mix both widths; positions stay the same
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
TOP = {
    "leadership": [
        "党政主要负责人履行推进法治建设第一责任人职责情况",
        "加强组织领导",
        "履行法治建设第一责任人职责情况",
    ],
    "measures": [
        "2022年法治政府建设主要举措和成效",
        "主要工作情况",
        "工作开展情况",
        "2022年主要做法",
        "法治政府建设取得的成效",
    ],
    "problems": [
        "存在的问题",
        "存在的主要问题和不足",
        "工作中的短板",
        "面临的困难和问题",
        "2022年工作存在的差距",
    ],
    "plans": [
        "下一步工作打算",
        "2023年工作计划",
        "下步工作安排",
        "今后努力方向",
        "2023年度法治政府建设重点安排",
    ],
}
THEMES = [
    "健全依法决策机制", "规范行政执法行为", "“双随机、一公开”监管覆盖率达100%", "深化“放管服”改革，优化营商环境",
    "强化规范性文件管理", "推进《民法典》宣传", "化解社会矛盾纠纷", "完善公共法律服务体系", "加强司法所建设",
    "抓实法治督察", "落实三项制度", "办理一、二审案件12件", "执法人员持证率提升至98.6%",
]  # fmt: skip
SENTENCES = [
    "全年审查规范性文件12件，提出意见31条。", "召开常务会议学法9次。", "办理行政复议案件27件，同比增加1.5倍。",
    "落实“十减15条”措施，惠及企业2.3万户。", "做到“一是一、二是二”，不打折扣。", "第一、第二产业项目评估全覆盖。",
    "组建三支队伍，落实三项制度。", "一方面工作扎实推进。", "其中，劳动争议案件占38%；交通事故案件占21%。",
    "2022年，共有1,236人次参加培训。", "对照条例第三十一条（一）至（三）项逐项落实。", "调解成功率99.1%！",
]  # fmt: skip
LACKS = [
    "法治意识不够强", "执法力量不足", "普法针对性有待提高", "个别单位重视不够，述法流于形式", "部门协作机制还不健全",
    "乡镇承接能力薄弱",
]  # fmt: skip
TOP_FURNITURE = [
    "当前位置：首页 > 政务公开 > 年度报告",
    "索引号：000014349/2023-00012",
    "发布日期：2023-01-20 09:00",
    "无障碍浏览",
    "字体：[大 中 小]",
    "打印本页 关闭窗口",
]
MIDDLE_FURNITURE = [
    "微信",
    "扫一扫在手机打开当前页",
    "上一篇：关于召开听证会的公告",
    "分享到：",
    "返回顶部",
]
END_FURNITURE = [
    "扫一扫在手机打开当前页",
    "主办单位：清溪县人民政府办公室",
    "版权所有 ICP备05000001号",
    "上一篇：年度要点",
    "关闭窗口",
]


@dataclass
class Made:
    """A report as it grows: ``gold`` holds (kind, role, start, damaged) of its marks, in order."""

    choose: Random
    damage: float
    one_line: bool
    newline: str
    indent: str
    numbered: bool = True  # whether (1) numbers headings here, so that no item may bear it
    text: str = ""
    gold: list[tuple[str, str, int, bool]] = field(default_factory=list)

    def add(self, words: str) -> None:
        self.text += words

    def line(self, words: str) -> None:
        self.text += words + self.newline

    def end_line(self) -> None:
        if not self.one_line and not self.text.endswith(self.newline):
            self.text += self.newline

    def mark(self, kind: str, role: str, words: str, damaged: bool = False) -> None:
        self.gold.append((kind, role, len(self.text), damaged))
        self.text += words


def _wide(choose: Random, number: str) -> str:
    return choose.choice(["（{}）", "({})", "（{})", "（ {} ）"]).format(number)


def _number(made: Made, style: str, n: int) -> tuple[str, bool]:
    """Return the written number, sometimes damaged: its opening or all but its close lost."""
    choose = made.choose
    written = {
        "part": lambda: f"第{CN[n - 1]}部分{choose.choice([' ', '　', '：'])}",
        "cn": lambda: CN[n - 1] + choose.choice(["、", "、", "、 ", " 、", "．", "."]),
        "cn_paren": lambda: _wide(choose, CN[n - 1]),
        "num": lambda: str(n) + choose.choice([".", "．", "、", ". "]),
        "num_paren": lambda: _wide(choose, str(n)),
    }[style]()
    if style == "cn_paren" and choose.random() < made.damage:
        return choose.choice([f"{CN[n - 1]}）", f"（{CN[n - 1]} ", "）"]), True
    return written, False


def _ordinals(made: Made, count: int) -> list[int]:
    """1, 2, 3 …; in a damaged report sometimes with one number skipped or repeated."""
    numbers = list(range(1, count + 1))
    if count > 2 and made.choose.random() < made.damage:
        at = made.choose.randrange(1, count)
        shift = made.choose.choice([1, -1])
        numbers = [n + shift if i >= at else n for i, n in enumerate(numbers)]
    return numbers


def _prose(made: Made, low: int, high: int) -> str:
    return "".join(made.choose.choices(SENTENCES, k=made.choose.randint(low, high)))


def _items(made: Made, role: str) -> None:
    styles = ["is", "must", "ordinal", "among", "circled"]
    style = made.choose.choice(styles if made.numbered else [*styles, "num_paren"])
    count = made.choose.randint(2, 4)
    for n in range(1, count + 1):
        mark = {
            "is": f"{CN[n - 1]}是", "must": f"{CN[n - 1]}要", "ordinal": f"第{CN[n - 1]}，",
            "among": f"其{CN[n - 1]}，", "circled": CIRCLED[n - 1], "num_paren": f"（{n}）",
        }[style]  # fmt: skip
        made.mark("item", role, mark)
        words = made.choose.choice(
            LACKS
            if role == "problems"
            else ["抓好法治学习", "规范执法行为，评查案卷60卷", "强化督察问效"]
        )
        made.add(words + ("。" if n == count or made.choose.random() < 0.5 else "；"))


def _section(made: Made, role: str, styles: list[str], depth: int) -> None:
    count = made.choose.randint(2, 4)
    for n in _ordinals(made, count):
        made.end_line()
        if not made.one_line:
            made.add(made.indent)
        number, damaged = _number(made, styles[0], n)
        title = made.choose.choice(LACKS if role == "problems" else THEMES)
        same_line = made.one_line or made.choose.random() < 0.5
        kind = "item" if made.one_line and styles[0] in ("num", "num_paren") else "heading"
        made.mark(kind, role, f"{number}{title}" + ("。" if same_line else ""), damaged)
        made.end_line() if not same_line else None
        _body(made, role, styles[1:], depth + 1)


def _body(made: Made, role: str, styles: list[str], depth: int) -> None:
    nest = bool(styles) and depth < 3 and made.choose.random() < 0.5
    if nest:
        _section(made, role, styles, depth)
        return
    made.add(_prose(made, 1, 3))
    if made.choose.random() < 0.5:
        _items(made, role)
    made.end_line()
    if not made.one_line and made.choose.random() < made.damage:
        made.line(made.choose.choice(MIDDLE_FURNITURE))


def make(choose: Random, damage: float = 0.0) -> Made:
    """Return a random report; ``damage`` is the chance of harm wherever harm is possible."""
    made = Made(
        choose,
        damage,
        one_line=choose.random() < 0.15,
        newline=choose.choice(["\n", "\n", "\r\n", "\n\n"]),
        indent=choose.choice(["", "", "　　", "  ", "\t"]),
    )
    if not made.one_line:
        for words in choose.sample(TOP_FURNITURE, choose.randint(0, 3)):
            made.line(words)
        made.line("清溪县2022年度法治政府建设情况报告")
    made.add("2022年，清溪县扎实推进法治政府建设，现将有关情况报告如下：")
    styles = choose.choice([
        ["cn", "cn_paren", "num", "num_paren"], ["cn", "cn_paren", "num"], ["cn_paren", "num", "num_paren"],
        ["num", "num_paren"], ["part", "cn", "cn_paren"], ["cn", "num", "num_paren"],
    ])  # fmt: skip
    made.numbered = "num_paren" in styles
    roles = ["leadership", "measures", "problems", "plans"][choose.randint(0, 1) :]
    for n, role in enumerate(roles, 1):
        made.end_line()
        number, _ = (
            _number(made, styles[0], n)
            if styles[0] != "cn_paren"
            else (_wide(choose, CN[n - 1]), False)
        )
        closed = made.one_line or choose.random() < 0.2
        made.mark("heading", role, number + choose.choice(TOP[role]) + ("。" if closed else ""))
        made.end_line()
        _body(made, role, styles[1:], 1)
    if not made.one_line and choose.random() < 0.5:
        made.line("清溪县人民政府")
        made.line("2023年1月18日")
    if not made.one_line:
        for words in choose.sample(END_FURNITURE, choose.randint(0, 3)):
            made.line(words)
    if choose.random() < 0.3:
        made.text = made.text.translate(NARROW)
    return made


def wrap(made: Made, width: int) -> None:
    """Break every line at ``width`` columns (2 for a Chinese character), as text copied from a PDF is, but in no number."""
    inside = {s + d: d for _, _, s, _ in made.gold for d in (1, 2, 3)}
    breaks: list[int] = []
    column = 0
    for position, char in enumerate(made.text):
        if char in "\r\n":
            column = 0
        elif column >= width:
            back = inside.get(position, 0)
            breaks.append(position - back)
            column = 2 * back + 2
        else:
            column += 1 if char.isascii() else 2
    pieces = [made.text[a:b] for a, b in zip([0, *breaks], [*breaks, None], strict=True)]
    made.text = "\n".join(pieces)
    made.gold = [
        (kind, role, start + bisect_right(breaks, start), damaged)
        for kind, role, start, damaged in made.gold
    ]


@st.composite
def reports(draw: Any, damage: float = 0.0) -> Made:
    """Random reports for hypothesis."""
    return make(draw(st.randoms(use_true_random=False)), damage)
