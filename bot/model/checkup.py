"""What the configured endpoint can do, tried one thing after the other: ``baogao model --check``.

Each finding comes as soon as it is had. What is missing but not needed (a list of models, a JSON
schema) is told and is no failure; what is needed is told with the setting that would mend it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.model.dialect import Dialect, Schema
from bot.model.endpoints import Endpoint
from bot.model.llm import Allowance, OpenAIChat, retrying
from bot.model.replies import Usage
from bot.model.trouble import why
from bot.notes import words
from retrieval.errors import BaogaoError, ConfigurationError, EmbeddingFailed, ModelFailed
from retrieval.search.embedding import Embedder

Verdict = Literal["ok", "told", "slow", "failed"]
SENTENCE = "全年收到行政复议申请41件，审结38件，调撤率为26.8%。"
_ASK = (
    {"role": "system", "content": "你依据资料作答，照抄数字，不写别的话。"},
    {"role": "user", "content": f"资料：\n[1] 青山县2023年：{SENTENCE}\n\n问题：收案、审结各多少件？用一句话回答，句末写[1]："},
)  # fmt: skip
SCHEMA: Schema = {
    "type": "object",
    "properties": {"place": {"type": "string"}, "year": {"type": "integer"}},
    "required": ["place", "year"],
    "additionalProperties": False,
}
_ASK_JSON = (
    {"role": "system", "content": "只输出一个 JSON 对象，不写别的。"},
    {"role": "user", "content": "取出地名和年份，键为 place（字符串）和 year（整数）：青山县2023年收案41件。"},
)  # fmt: skip
_ANSWER_CHARS = 400  # of an answer of the longer kind
_MAX_LISTED = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried and what came of it; ``facts`` for machines."""

    name: str
    verdict: Verdict
    text: str
    facts: Mapping[str, Any]


def told_settings(key: str, url: str, model: str) -> Iterator[Finding]:
    """Yield what is set, without calling anybody; a failed one says what cannot be."""
    try:
        endpoint = Endpoint(key, url).cleaned()
    except ConfigurationError as error:
        yield Finding("地址", "failed", str(error), {"error": str(error)})
        return
    bases = endpoint.bases
    more = f"（不通时再试 {bases[1]}）" if len(bases) > 1 else ""
    yield Finding("地址", "told", bases[0] + more, {"bases": list(bases)})
    hidden = f"…{endpoint.api_key[-4:]}，{len(endpoint.api_key)} 个字符"
    shown = hidden if len(endpoint.api_key) >= 12 else "已设置"
    yield Finding(
        "密钥", "told", shown if endpoint.api_key else "没有设置，不带密钥调用",
        {"set": bool(endpoint.api_key)},
    )  # fmt: skip
    if proxy := endpoint.proxy:
        bare = re.sub("//[^/@]*@", "//…@", proxy)
        yield Finding("代理", "told", f"经 {bare}", {"proxy": bare})
    yield Finding("模型", "told", model, {"model": model})


def check_chat(
    chat: OpenAIChat,
    *,
    deadline_s: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Finding]:
    """Try the chat model: an answer, its stream, its speed, its thoughts, JSON of a given form."""
    try:
        served = chat.endpoint.models(deadline_s=min(deadline_s, 10.0))
    except ModelFailed:
        served = []  # some servers have no such list; the chat tells
    try:
        told = _try(chat, _ASK, deadline_s, clock, sleep)
    except ModelFailed as error:
        reason = why(error)
        text = words(reason) if reason else f"{error}（{error.reason}）"
        if error.reason == "not_found" and served:
            listed = "、".join(served[:_MAX_LISTED])
            text += f"；接口上有：{listed}{' 等' if len(served) > _MAX_LISTED else ''}"
        yield Finding("对话", "failed", text, {"reason": error.reason, "models": served})
        return
    dialect = chat.endpoint.dialect(chat.name)
    rate = told.chars / max(told.seconds - told.first_s, 0.001) if told.pieces > 1 else 0.0
    whole_s = told.first_s + (_ANSWER_CHARS / rate if rate else told.seconds)
    facts = {
        "first_s": round(told.first_s, 2),
        "seconds": round(told.seconds, 2),
        "chars": told.chars,
    }
    speed = f"首字 {told.first_s:.1f} 秒，答完 {told.seconds:.1f} 秒"
    if whole_s > deadline_s / 2:
        slow = f"{speed}：偏慢，长的回答可能超时，可调大 BAOGAO_MODEL_DEADLINE（现为 {deadline_s:g} 秒）"
        yield Finding("对话", "slow", slow, facts)
    else:
        yield Finding("对话", "ok", speed, facts)
    if not all(number in told.text for number in ("41", "38")):
        yield Finding(
            "内容", "slow", "没有照抄资料里的数字，这个模型可能不适合", {"text": told.text}
        )
    streams = dialect.stream and told.pieces > 1
    yield Finding(
        "流式", "ok" if streams else "told",
        f"可用，分 {told.pieces} 段" if streams else "不可用，整段返回，照样能答",
        {"stream": streams},
    )  # fmt: skip
    yield from _habits(dialect, chat.endpoint.base, told.usage)
    yield _check_json(chat, deadline_s, clock, sleep)


@dataclass(frozen=True, slots=True)
class _Told:
    text: str
    first_s: float
    seconds: float
    pieces: int
    usage: Usage

    @property
    def chars(self) -> int:
        return len(self.text)


def _try(
    chat: OpenAIChat,
    messages: Sequence[Mapping[str, str]],
    deadline_s: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    schema: Schema | None = None,
) -> _Told:
    allowance = Allowance(seconds=deadline_s, clock=clock)

    def call() -> _Told:
        allowance.calls_left -= 1
        started, first_s, pieces, usage = clock(), 0.0, [], [Usage()]
        for piece in chat.stream(
            messages,
            max_tokens=200,
            deadline_s=allowance.seconds_left,
            on_usage=usage.append,
            schema=schema,
        ):
            first_s = first_s or clock() - started
            pieces.append(piece)
        return _Told("".join(pieces), first_s, clock() - started, len(pieces), usage[-1])

    return retrying(call, allowance, sleep)


def _habits(dialect: Dialect, base: str, usage: Usage) -> Iterator[Finding]:
    """Tell what the server does not take, now that it was learnt."""
    habits = []
    if dialect.token_word != "max_tokens":
        habits.append(f"用 {dialect.token_word}")
    lacking = [
        name
        for name, takes in (
            ("temperature", dialect.temperature),
            ("stream_options", dialect.usage),
            ("system", dialect.system),
        )
        if not takes
    ]
    if lacking:
        habits.append(f"不接受 {'、'.join(lacking)}")
    if dialect.most_tokens:
        habits.append(f"一次最多 {dialect.most_tokens} 词元")
    if habits:
        text = f"{'，'.join(habits)}；已照办"
        yield Finding("习惯", "ok", text, {"lacking": lacking, "token_word": dialect.token_word})
    if dialect.thinks:
        spent = f"（这次 {usage.thought_tokens} 词元）" if usage.thought_tokens else ""
        yield Finding(
            "思考", "ok", f"先思考再回答{spent}，已另留篇幅（BAOGAO_THOUGHT_TOKENS）",
            {"thought_tokens": usage.thought_tokens},
        )  # fmt: skip
    yield Finding("实际地址", "told", base, {"base": base})


def _check_json(
    chat: OpenAIChat,
    deadline_s: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Finding:
    try:
        text = _try(chat, _ASK_JSON, deadline_s, clock, sleep, SCHEMA).text
        found = json.loads(text[text.find("{") : text.rfind("}") + 1])
        fits = isinstance(found.get("year"), int) and isinstance(found.get("place"), str)
    except (ModelFailed, ValueError, AttributeError):
        fits = False
    structure = chat.endpoint.dialect(chat.name).structure
    facts = {"structure": structure, "fits": fits}
    ways = {
        "json_schema": "可按给定结构输出（json_schema）",
        "json_object": "只保证是 JSON（json_object），结构由程序核对",
        "words": "只能靠提示语要求，结构由程序核对",
    }
    if not fits:
        return Finding("JSON", "told", "没有给出可用的 JSON；理解问题只用自带的读法", facts)
    return Finding("JSON", "ok", ways[structure], facts)


def check_embedder(embedder: Embedder) -> Finding:
    """Try the embedder: the length of its vectors and the time of one question."""
    try:
        embedder.embed_query("行政复议")  # it may have to be loaded, or its address found
        started = time.monotonic()
        length = len(embedder.embed_query("青山县2023年行政复议收案多少件"))
        seconds = time.monotonic() - started
    except EmbeddingFailed as error:
        text = f"{error}；检索暂时只按字词进行"
        return Finding("向量", "failed", text, {"error": str(error)})
    except BaogaoError as error:
        return Finding("向量", "failed", str(error), {"error": str(error)})
    facts = {"embedder": embedder.name, "dimension": length, "seconds": round(seconds, 3)}
    return Finding("向量", "ok", f"{embedder.name}，{length} 维，一问 {seconds:.2f} 秒", facts)
