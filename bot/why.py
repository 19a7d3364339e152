"""How an answer came about, told to a person: understood, searched, written, held back, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.notes import Note, words

_STATUS = {"answered": "已回答", "abstained": "未作答（原文没有）", "clarify": "请提问者说明"}
_KINDS = {
    "fact": "问一件事", "list": "列出各条", "compare": "比较", "rank": "排名", "which": "问哪些报告", "cross": "跨报告",
    "brief": "简报", "catalogue": "问有哪些报告", "overview": "概况", "greeting": "问候", "empty": "空的提问",
}  # fmt: skip
_REASONS = {
    "not for a model": "这类问题不用模型",
    "over budget": "今日的模型用量已到上限",
    "nothing the lock let through": "模型写的话没有一行通过核对",
    "nothing on what was asked": "模型挑出的原文与所问无关",
    "no better than the draft": "模型没有说出原文以外更好的写法",
    "declined": "模型认为原文没有回答所问",
    "breaker": "模型连续失败，暂停调用",
    "deadline": "等待模型超时",
    "empty": "模型的回复是空的",
    "cut": "模型的回复中途断了",
    "length": "模型的回复超过长度上限",
    "filtered": "模型的回复被服务方拦下",
    "quota": "模型账户额度用完",
    "refused": "模型服务拒绝了密钥",
    "not_found": "没有这个模型",
}
_FAULTS = {"secret": "像密钥", "command": "像命令", "instruction": "像是对机器下的指令"}


def why_lines(record: Mapping[str, Any]) -> list[str]:
    """Return an answer's record as lines for a person."""
    answer, query, model = record["answer"], record["query"], record["model"]
    scope = answer["scope"]
    asked = datetime.fromisoformat(record["asked_at"]).astimezone(ZoneInfo("Asia/Shanghai"))
    lines = [
        f"问题：{answer['question']}",
        f"时间：{asked:%Y-%m-%d %H:%M:%S}  结果：{_STATUS.get(answer['status'], answer['status'])}"
        f"  用时：{answer['elapsed_ms']} 毫秒",
        f"理解：{_KINDS.get(query['kind'], query['kind'])}；地区 {'、'.join(query['places']) or '未限定'}；"
        f"年度 {'、'.join(map(str, query['years'])) or '未限定'}；"
        f"部分 {words(Note('role.' + query['role'])) if query['role'] else '未限定'}"
        + ("（沿用上文）" if query["inherited"] else ""),
        f"要找的词：{'、'.join(word for word, _ in query['terms']) or '无'}"
        + (f"；指标：{'、'.join(query['indicators'])}" if query["indicators"] else ""),
        f"检索范围：{len(scope['reports'])}份报告；缺：{'；'.join(scope['missing']) or '无'}",
        f"检索到{len(record['hits'])}段，引用{len(answer['citations'])}处",
        "写法：" + _written_by(answer, model),
    ]
    if model.get("unread_because"):
        lines.append(f"请模型再读一遍提问，没有读成：{_reason(model['unread_because'])}")
    if model["asked"]:
        lines += _selected(model)
        lines += _refused(model)
    told = {problem for line in (*model["dropped"], *model["replaced"]) for problem in line[-1]}
    lines += [f"核对未过：{_fault(p)}" for p in record["checks_failed"] if p not in told]
    return lines


def _written_by(answer: Mapping[str, Any], model: Mapping[str, Any]) -> str:
    if answer["model"]:
        return f"语言模型撰写，逐行核对（{answer['model']}，{model['prompt']}）{_spent(model)}"
    reason = model["not_used_because"]
    if not reason:
        return "摘自原文"
    return f"摘自原文；没有用模型的话，因为{_reason(reason)}{_spent(model)}"


def _reason(reason: str) -> str:
    return _REASONS.get(reason, f"模型出错：{reason}")


def _spent(model: Mapping[str, Any]) -> str:
    usage = model["usage"]
    if not usage:
        return ""
    tokens = f"{usage.get('prompt_tokens', 0)}+{usage.get('completion_tokens', 0)}"
    price = f"，约{model['cost_yuan']:.4f}元" if model["cost_yuan"] else ""
    return f"；调用{usage.get('calls', 0)}次，{tokens}个词元{price}"


def _selected(model: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a model was shown, what it missed there, and what became of its own words."""
    if model.get("pieces"):
        yield f"给模型看了{model['pieces']}条原文"
    if model.get("missing"):
        yield f"模型说没有写到（未经核实）：{'、'.join(model['missing'])}"
    if model.get("judged"):
        yield f"另行措辞的{model['judged']}行再审一次，{model['approved']}行成立"


def _refused(model: Mapping[str, Any]) -> Iterator[str]:
    """Yield the model's lines that were held back, each with its faults and what became of it."""
    replaced, dropped = model["replaced"], model["dropped"]
    if not replaced and not dropped:
        if model["prompt"]:
            yield "核对：模型写的各行都通过"
        return
    yield f"核对：拦下模型写的{len(replaced) + len(dropped)}行" + (
        f"；让模型重写一次，{model['repaired']}行通过" if model["repaired"] else ""
    )
    for said, official, problems in replaced:
        yield f"  ✗ {_short(said)}"
        yield f"    原因：{'；'.join(map(_fault, problems))}"
        yield f"    换成原文：{_short(official)}"
    for said, problems in dropped:
        yield f"  ✗ {_short(said)}"
        yield f"    原因：{'；'.join(map(_fault, problems))}"
        yield "    已删去"


def _fault(problem: str) -> str:
    return _FAULTS.get(problem, problem)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:160] + "…"
