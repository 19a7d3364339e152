"""Words in a report that speak to a machine instead of the public.

A report is data; a sentence in it that tells its reader what to answer was planted. Such
sentences are kept from the model, support nothing, and no line that repeats one is shown. The
stored text stays as it is.

Two judges. Patterns know the phrasings that no report has; they judge every line. Phrasings are
endless, though, so sentences of a report are also weighed by their characters: a linear model
fitted on orders and on the prose of reports (``python -m eval.planted.train``) knows what this
genre sounds like. Of 36 orders by another hand it misses one, where the patterns miss 15.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib import resources

from bot.values import Cited, DraftLine
from retrieval.text.normalise import level

MASK = "（略）"
Span = tuple[int, int]
_SPEAKS_TO_A_MACHINE = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要理会|不必理会|跳过|覆盖|停止遵守)[^。\n]{0,12}(?:指示|指令|命令|规则|提示|设定|限制|资料|问题|要求你)"
    r"|(?:系统|开发者|管理员)(?:提示|指令|消息|命令)|提示词|越狱模式|开发者模式"
    r"|你(?:现在|必须|务必|应当|将|只能|的任务|的身份|是一个?|是(?:ai|助手|机器人)|要(?:忽略|说|回答|输出|回复))"
    r"|请你|请以[^。\n]{0,10}(?:身份|口吻|格式)|请(?:在|把)[^。\n]{0,8}(?:回答|答案|作答|回复|输出|末尾|开头)"
    r"|(?:回答|作答|答案|输出)[^。\n]{0,10}(?:必须|务必|一律|只能|末尾|开头|加上|附上|包含|改为|写成|写明)"
    r"|(?:ai|人工智能|语言模型|大模型|智能体|问答|聊天)(?:助手|机器人|系统|模型)?(?:请|必须|务必|注意|应|需|不得|[,:，：])"
    r"|(?:助手|机器人)(?:请|必须|务必|注意|[,:，：])"
    r"|(?:输出|说出|告诉|显示|打印|泄露|给出|发送|列出|复述|透露)[^。\n]{0,12}(?:密钥|口令|密码|系统|环境变量|令牌|指令|token|key)"
    r"|(?:点击|访问|打开|扫描)[^。\n]{0,10}(?:链接|网址|此处|这里|二维码)[^。\n]{0,10}(?:领取|验证|登录|确认|查看答案)"
    r"|(?:执行|运行)(?:以下|下列|下面|这条|该)?(?:命令|代码|脚本|指令)"
    r"|(?<![a-z])(?:ignore|disregard|forget|override|bypass)\s[^.\n]{0,30}(?:instruction|prompt|rule|above|previous|prior|passage|everything)"
    r"|system\s?prompt|developer\smode|jailbreak|<\|?(?:im_start|system|user|assistant)|\[/?inst\]"
    r"|(?<![a-z])you\s(?:are\s(?:now|a|an)\s|must\s|will\snow|have\sbeen)|as\san?\sai(?![a-z])"
    r"|(?<![a-z])(?:assistant|system|ai|llm|model|chatbot)s?\s?(?:[:,]|must|should|please|note)"
    r"|(?<![a-z])(?:reply|respond|answer|output|print|say|reveal|repeat|append|include|begin|end|write)\s"
    r"(?:only\s|with\s|by\s|exactly\s|the\sfollowing|this\s|your\s|in\s|every|all\s|my\s|that\s|to\s|the\ssystem)"
    r"|(?<![a-z])(?:click|visit|open|run|execute)\s(?:here|this|the\s(?:link|following|command)|https?)"
)
_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]?")
_SPACED = re.compile(r"(?:[\u3400-\u9fff][\s\-_·*.]{1,3}){3,}[\u3400-\u9fff]")
_BETWEEN = re.compile(r"(?<=[\u3400-\u9fff，“])[\s\-_·*.]{1,3}(?=[\u3400-\u9fff，”“])")
_NUMBER = re.compile(r"\d+")
_FRAME = re.compile(r"[a-z0-9]>>|<<[a-z0-9]", re.IGNORECASE)  # ours, around the passages
_MIN_CHARS = 4
_LONGEST_GRAM = 3
_FILE = "planted.tsv"
_SURELY = 3.0  # log odds; of 25,526 sentences of reports not fitted on two had more


def speaks_to_a_machine(text: str) -> bool:
    """Tell whether some words of ``text`` address an assistant, by their phrasing alone."""
    return bool(_SPEAKS_TO_A_MACHINE.search(level(text)))


def is_planted(sentence: str) -> bool:
    """Tell whether a sentence of a report is none of the genre's: an order, not prose."""
    if len(sentence.strip()) < _MIN_CHARS:
        return False
    return (
        speaks_to_a_machine(sentence) or bool(_FRAME.search(sentence)) or strangeness(sentence) > 0
    )


def grams(sentence: str) -> frozenset[str]:
    """Return the runs of one to three characters that a sentence is weighed by."""
    words = level(sentence)
    if _SPACED.search(words):  # 忽 略 前 文
        words = _BETWEEN.sub("", words)
    words = _NUMBER.sub("0", " ".join(words.split()))
    return frozenset(
        words[i : i + n] for n in range(1, _LONGEST_GRAM + 1) for i in range(len(words) - n + 1)
    )


def strangeness(sentence: str) -> float:
    """Return the log odds that a sentence is an order and not a report's own, by its characters."""
    bias, weights = _fitted()
    return bias + sum(weights.get(gram, 0.0) for gram in grams(sentence))


@lru_cache(maxsize=1)
def _fitted() -> tuple[float, Mapping[str, float]]:
    """Return the bias and the weight of each run; a line of the file is a weight and its run."""
    text = resources.files("bot").joinpath("data", _FILE).read_text(encoding="utf-8")
    weights = {}
    for line in text.splitlines():
        weight, _, gram = line.partition("\t")
        weights[gram] = float(weight)
    return weights.pop(""), weights


@lru_cache(maxsize=512)
def planted_spans(text: str) -> tuple[Span, ...]:
    """Return where ``text`` was tampered with, in order: sentences, and what goes on from them.

    A line that begins with an order is one as a whole; one within a paragraph takes the sentence
    behind it along, which is where what to say often stands.
    """
    spans: list[Span] = []
    begins, whole, follows = True, False, False
    for start, end in _sentences(text):
        words = text[start:end]
        if begins:
            whole = follows = False
        found = is_planted(words)
        whole = whole or (found and begins)
        if (found or whole or follows) and words.strip():
            spans.append((start, end))
        follows = found
        begins = words.endswith("\n") or (begins and not words.strip())
    return tuple(spans)


def masked(text: str) -> str:
    """Return ``text`` with what was planted in it replaced by ``MASK``."""
    kept, at = [], 0
    for start, end in planted_spans(text):
        kept += [text[at:start], MASK, "\n" if text[end - 1] == "\n" else ""]
        at = end
    return "".join((*kept, text[at:]))


def without_orders(line: DraftLine, text_of: Callable[[str], str]) -> DraftLine | None:
    """Return a line that quotes without the sentences of its reports that are surely planted.

    None if nothing is left. Surely: by their phrasing, or far stranger than any report's own.
    """
    planted: set[str] = set()
    cites: list[Cited] = []
    for cite in line.cites:
        words = text_of(cite.report)[cite.start : cite.end]
        for start, end in _sentences(words):
            sentence = words[start:end]
            if _is_surely_planted(sentence):
                planted.add("".join(sentence.split()))
                continue
            if not sentence.strip():
                continue
            own = Cited(cite.report, cite.start + start, cite.start + end)
            last = cites[-1] if cites else None
            if last is not None and _is_next(last, own, text_of(cite.report)):
                cites[-1] = last._replace(end=own.end)
            else:
                cites.append(own)
    if not planted:
        return line
    kept = (s for s in _SENTENCE.findall(line.text) if "".join(s.split()) not in planted)
    text = "".join(kept).strip()
    return replace(line, text=text, cites=tuple(cites)) if text and cites else None


def _is_next(one: Cited, other: Cited, text: str) -> bool:
    """Tell whether nothing but blanks stands between two spans."""
    follows = one.report == other.report and one.end <= other.start
    return follows and not text[one.end : other.start].strip()


def _is_surely_planted(sentence: str) -> bool:
    if len(sentence.strip()) < _MIN_CHARS:
        return False
    return speaks_to_a_machine(sentence) or strangeness(sentence) > _SURELY


def judged_sentences(text: str) -> list[str]:
    """Return the sentences of ``text`` that are long enough to be judged."""
    found = (text[start:end].strip() for start, end in _sentences(text))
    return [sentence for sentence in found if len(sentence) >= _MIN_CHARS]


def _sentences(text: str) -> Iterator[Span]:
    for match in _SENTENCE.finditer(text):
        if match.end() > match.start():
            yield match.span()
