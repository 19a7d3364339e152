"""Words in a report that speak to a machine instead of the public.

A report is data; a sentence in it that addresses an assistant was planted. Such sentences are
kept from the model, support nothing, and no line that repeats one is shown. The stored text
and what a person is shown of it stay as they are.
"""

from __future__ import annotations

import re

from retrieval.text.normalise import level

MASK = "（略）"
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


def speaks_to_a_machine(text: str) -> bool:
    """Tell whether some words of ``text`` address an assistant."""
    return bool(_SPEAKS_TO_A_MACHINE.search(level(text)))


def masked(text: str) -> str:
    """Return ``text`` with each sentence that addresses an assistant replaced by ``MASK``."""
    if not speaks_to_a_machine(text):
        return text
    kept = [
        (MASK + ("\n" if part.endswith("\n") else "")) if speaks_to_a_machine(part) else part
        for part in _SENTENCE.findall(text)
    ]
    return "".join(kept)
