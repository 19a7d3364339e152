"""The content words of a question, weighted, with the words a report may use instead.

A question is stripped of what asks (请问, 多少, 哪些), segmented, and its nouns and verbs
become terms; synonyms come from ``data/synonyms.txt``, English words from
``data/english.tsv``. Matching is against text in search form (``normalise.fold``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

from retrieval.normalise import fold, normalise
from retrieval.romanisation import romanise
from retrieval.segmentation import COMPOUNDS, tag

SYNONYM_MATCH = 0.9
PARTIAL_MATCH = 0.5
_HAN = re.compile("[\u3400-\u9fff]")
_QUOTED = re.compile("[“\"'《「‘]([^”\"'》」’]{2,30})[”\"'》」’]")

# What asks, thanks, hedges or points at the report, and says nothing of what is asked.
_SCAFFOLD = re.compile(
    "请问|请教|麻烦|劳驾|拜托|帮我|帮忙|帮俺|看一?看|看一?下|查一?查看?|查一?下|找一?找|找一?下|问一?下|告诉我|我想知道|想知道|想了解|了解一下|想打听|打听|打听哈|"
    "我想问|想问|说一?说|说一?下|讲一?讲|讲一?下|聊一?聊|介绍一?下|列一?下|列出来?|列举|列全|逐个|逐条|指出|给我|给个|能不能|能否|可不可以|可以|"
    "你好|您好|谢谢|多谢|感谢|辛苦|在吗|快点|那个|这个|就是|到底|究竟|一共|总共|共有|合计|大概|大约|具体|分别|各自|各是|各有|各提|目前|现在|当年|那年|去年|今年|全年|全部|所有|"
    "(?:比|较|跟|同|与|和)?(?:上一?|去|前一)年度?(?:相?比|同期)?|一年|本年度?|年度|报告(?:里面?|中|上|当中|显示|提到|说)?|材料(?:里|中)?|文中|原文|里面|里头|提到过?|提及|写到|写了|说到|讲到|介绍|"
    "晓不晓得|晓得|知不知道|知道|是不是|有没有|是否|有无|对不对|对吧|对吗|是吧|是吗|好多|多少|几多|第?几(?=[个件份条项次人名家场起宗本处户轮期类大岁天部支篇桩]|$)|哪些|哪个|哪几[个条项点类份件]?|哪里|哪儿|哪位|哪一[个项条]?|哪天|哪年|哪份|什么时候|什么|啥子?|"
    "怎么样|怎样|怎么回事|怎么|如何|咋个?样?|为什么|为何|为啥|何时|何地|谁|吗|呢|吧|啊|呀|哈|嘛|呗|咧|喔|哦|噻|撒|咯|嗯|哎|喂|来着|了解|"
    "换成|改成|换到|改为|换做|再看|回到|方面|情况|数据|数字|内容|相关|有关|关于|对于|部分|是多少|有多少|当地|本地|该[县区市局地]|全[县区市省]|我[县区市局]|咱们?|那边|这边|那里|这里|地方|各地|各县区?|各区县?|"
    "其中|以及|还有|另外|此外|进行|开展|做了|做过|搞了|搞成|弄了|得到|达到|属于|作为|通过|根据|按照|比较|对比|相比|展开|详细|简单|承认|听说|真的|专门|一口气|采取|主要|实际|真实|高达|只有|居然|竟然|反而|不到|超过|"
    "百分之(?:几|多少)|降了|升了|涨了|减了|增了|列成表|列个表|做?一?张?(?:对比)?表格?|做成|汇总|写成?|写一?(?:小|个)?段|一?小?段话?|一句话|简报|摘要|[两一二三四五]?[一二两三四五]百字|字左右|左右|库里|哪五|哪四|哪三|哪两|最高|最低|最多|最少|更高|更多|更低|更少|高低|排名|同比|变化|幅度|多大|多久|多长|多高|这几?[个份]|三个|两个|几个"
)
_ENGLISH_STOP = frozenset(
    "a an the of in on at to for from by with and or is are was were be been did do does done has have had what which "
    "who whom whose when where why how many much number total it its their there that this these those did's report "
    "reports reported say says said mention mentioned mentions list listed lists tell me please about year annual as "
    "county district city province any some all each into over per than then they them he she we you i not no "
    "held hold give gave name names many? overall according can could would should will show shows during within "
    "main work people's carry carried out conduct conducted handle handled make made take took use used get got".split()
)
# nouns so general in this genre that they tell nothing apart
_GENERAL = frozenset(
    "工作 建设 政府 法治 法治政府 发展 年 数 数量 总数 次数 件数 人数 个数 数目 结果 时候 时间 一年 有 是 会 要 被 把 让 给 "
    "做 搞 弄 办 说 看 到 去 来 能 多 少 大 小 新 全 各 个 件 份 条 项 次 人 名 家 场 起 宗 本 处 户 县 区 市 省 镇 局 县里 区里 市里 局里 "
    "单位 东西 事情 事 样子 水平 程度 目标 方式 方法 问题 推进 落实 加强 完善 实现 实施 提升 提高 情形 地区 区县 县区 年份 百分之 比例 占比".split()
)
# verbs and adjectives of talk: said of anything, so their absence from a report says nothing
_WEAK = frozenset(
    "想 打听 拿到 处理 抓 写 开 涨 贴 当 解决 实际 接 要 得 用 拿 找 查 讲 管 用来 来讲 准备 希望 觉得 认为 需要 涉及 构成 由 组成 获得 得出 "
    "完成 存在 包括 覆盖 守住 说明 表示 取得 提出 提 定 给出 变 变成 高 低 快 慢 好 差 长 短 久 重 轻 到位 领导 手机 材料 时候 新来 参考 兄弟 刚才 临时 后来 "
    "起来 过程 各 老百姓 群众 百姓 企业 公司 法院 自己 全都 做到 实现 降 升 变 涨 增加 减少 上升 下降 增长 提高 降低 很急 赶 整理 记得 新 处理 接收 整个 个人 手里 手 自己 找出 承认 暴露 暴露出 认 交代 反映 呈现 出现 真正 最后 首次 强化 加强 深化 推动 做好 落实 生成 简短 汇报 安排 准备 计划 打算 单位 部门 机构 组织 系统 领域 人员 意见 钱 被 当中 拿出 占 具体 多 一些 依据 凭 回事 倒退 比例 请 列 干 打 抓好 起 收 审 审过 过 次 块 这块 一块 老师 同志 主任 老板 亲 群 名单 统计".split()
)
_QUOTED_WEIGHT, _FULL, _PLAIN, _WEAK_WEIGHT, _LETTER = 1.6, 1.0, 0.7, 0.15, 0.25


@dataclass(frozen=True, slots=True)
class Term:
    """A content word with its weight (0..1) and every word that says the same."""

    word: str
    weight: float
    variants: tuple[str, ...] = ()

    def match(self, folded: str) -> float:
        """Return how well ``folded`` (in search form) holds the term: 1, 0.9, a part, or 0."""
        if self.word in folded:
            return 1.0
        if any(variant in folded for variant in self.variants):
            return SYNONYM_MATCH
        return PARTIAL_MATCH if len(self.word) >= 3 and self._partly_in(folded) else 0.0

    def _partly_in(self, folded: str) -> bool:
        pairs = [self.word[i : i + 2] for i in range(len(self.word) - 1)]
        return sum(pair in folded for pair in pairs) >= max(1, len(pairs) * 2 // 3)


def content_terms(question: str) -> tuple[Term, ...]:
    """Return the terms of a question whose places and years have been taken out, in order."""
    words = normalise(question)
    found: dict[str, Term] = {}
    for phrase in _QUOTED.findall(words):
        found[fold(phrase)] = Term(fold(phrase), _QUOTED_WEIGHT, synonyms(fold(phrase)))
    words = _QUOTED.sub(" ", words)
    words = _take_english(words, found)
    words = _SCAFFOLD.sub(" ", words)
    words = re.sub(r"第?[0-9]+(?:\.[0-9]+)?%?[年月日号]?", " ", words)
    for word, pos in _rejoined(tag(words)):
        if word and word not in found and (weight := _weight(word, pos)):
            found[word] = Term(word, weight, synonyms(word))
    return tuple(found.values())


def _heard(run: str) -> str:
    """Return the genre's word that sounds like an unknown run: 复义 → 复议."""
    if len(run) < 2 or run in _synonyms():
        return run
    return _sounds().get(romanise(run), run)


@lru_cache(maxsize=1)
def _sounds() -> dict[str, str]:
    """Pinyin in one word → the genre's word; a sound that two words share means neither."""
    table: dict[str, str] = {}
    shared = set()
    for word in {
        *_synonyms(),
        *COMPOUNDS,
        *(c for _, words in _english() for c in words),
        *_SPOKEN,
    }:
        if len(word) < 2 or not _HAN.search(word):
            continue
        sound = romanise(word)
        if table.setdefault(sound, word) != word:
            shared.add(sound)
    return {sound: word for sound, word in table.items() if sound not in shared}


_SPOKEN = "多少 几件 哪些 问题 不足 计划 打算 数量 总量 年 的 和 各 件 项 次 人 率 有 是 区 县 市 共 清单 报告 情况 增长 下降 同比".split()
_MAX_SYLLABLES = 8


def from_pinyin(text: str) -> str:
    """Return ``text`` with its pinyin words written in Chinese where the genre has such a word.

    xingzheng xuke qingdan duoshao → 行政许可 清单 多少; the longest run of syllables wins and
    what no word sounds like stays.
    """
    words = text.split()
    sounds = _sounds() | {romanise(w): w for w in _SPOKEN}
    written, at = [], 0
    while at < len(words):
        for size in range(min(_MAX_SYLLABLES, len(words) - at), 0, -1):
            found = sounds.get("".join(words[at : at + size]).lower())
            if found:
                written.append(found)
                at += size
                break
        else:
            written.append(words[at])
            at += 1
    return " ".join(written)


def looks_like_pinyin(text: str) -> bool:
    """Return True for Latin text whose words are mostly Chinese syllables, not English ones."""
    words = re.findall("[a-z]+", text.lower())
    if len(words) < 1 or _HAN.search(text):
        return False
    return sum(bool(_SYLLABLES.fullmatch(w)) for w in words) >= 0.8 * len(words)


_SYLLABLES = re.compile(
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|ve|a|e|i|o|u|v)){1,8}"
)


def _rejoined(tagged: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Join runs of single characters that the dictionary does not know as a word: 惠 企 → 惠企."""
    run = ""
    for word, pos in tagged:
        word = word.strip()
        if (
            len(word) == 1
            and _HAN.match(word)
            and pos[:1] not in "rmqucdpyfx"
            and word not in _GENERAL | _WEAK
        ):
            run += word
            continue
        if run:
            yield run, "g"
            run = ""
        yield word, pos
    if run:
        yield run, "g"


def _weight(word: str, pos: str) -> float:
    """Return how much a word tells of what is asked: the genre's own words and nouns most."""
    if word in _WEAK:
        return _WEAK_WEIGHT
    if word in _GENERAL or not (_HAN.search(word) or len(word) > 1) or pos[:1] in "rmqucdpyfx":
        return _FULL if word in _synonyms() and len(word) > 1 else 0.0
    if len(word) == 1:
        return _PLAIN if word in _synonyms() else _LETTER
    if word in _synonyms() or pos[:1] in "njie":
        return _FULL
    return _PLAIN


def is_topical(term: Term) -> bool:
    """Return True for a word of the genre or a noun: one whose absence from a report tells."""
    return term.weight >= _FULL


def is_theme(term: Term) -> bool:
    """Return True for a word that can name the theme of a list: anything but talk."""
    return term.weight >= _PLAIN


def heard(term: Term) -> Term:
    """Return a term with the genre's word that sounds like it as a variant: 复义 → 复议."""
    word = _heard(term.word)
    return term if word == term.word else replace(term, variants=(*term.variants, word))


def synonyms(word: str) -> tuple[str, ...]:
    """Return the other words of every synonym group that holds ``word``."""
    return _synonyms().get(word, ())


def is_english(question: str) -> bool:
    """Return True when a question is put in English, Chinese names in it notwithstanding."""
    latin = len(re.findall("[A-Za-z]{2,}", question))
    return latin >= 3 or (latin > 0 and not _HAN.search(question))


def english_words(question: str) -> list[str]:
    """Return the content words of the English part of a question, lower case."""
    words = re.findall("[a-z][a-z'-]+", normalise(question))
    return [w for w in words if w not in _ENGLISH_STOP]


def _take_english(words: str, found: dict[str, Term]) -> str:
    """Move English phrases that the glossary knows into ``found``; drop the other English."""
    if not is_english(words):
        return words
    for phrase, chinese in _english():
        if phrase not in words:
            continue
        pattern = rf"\b{re.escape(phrase)}\b"
        if not re.search(pattern, words):
            continue
        words = re.sub(pattern, " ", words)
        if chinese[0] in _GENERAL:
            continue
        first, *rest = chinese
        variants = dict.fromkeys([*rest, *(s for c in chinese for s in synonyms(c))])
        found.setdefault(first, Term(first, 1.0 if len(first) > 1 else 0.3, tuple(variants)))
    for word in english_words(words):
        found.setdefault(word, Term(word, 0.1))
    return re.sub("[a-z'-]+", " ", words)


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, tuple[str, ...]]:
    table: dict[str, dict[str, None]] = {}
    for line in _lines("synonyms.txt"):
        told, arrow, said = line.partition(">")
        group = [fold(word) for word in (said if arrow else line).split()]
        if arrow:  # talk that only questions use: it may mean these, they never mean it
            table.setdefault(fold(told), {}).update(dict.fromkeys(group))
            continue
        for word in group:
            table.setdefault(word, {}).update(dict.fromkeys(w for w in group if w != word))
    return {word: tuple(others) for word, others in table.items()}


@lru_cache(maxsize=1)
def _english() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """English phrases, longest first, with their Chinese terms in search form."""
    rows = (line.split("\t") for line in _lines("english.tsv"))
    table = {phrase.strip(): tuple(fold(c) for c in chinese.split("|")) for phrase, chinese in rows}
    return tuple(sorted(table.items(), key=lambda row: -len(row[0])))


def _lines(name: str) -> Iterable[str]:
    text = resources.files("retrieval").joinpath("data", name).read_text("utf-8")
    return (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
