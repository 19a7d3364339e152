"""Notes in English for questions put in English; the official wording stays Chinese.

Notes are computed sentences of a few fixed forms, so they are put into English by form. What
no form fits stays as it is: better Chinese than wrong.
"""

from __future__ import annotations

import re

_ROLES = {
    "履行第一责任人职责": "Leadership",
    "举措和成效": "Measures and results",
    "存在问题": "Problems",
    "原因": "Causes",
    "下一步计划": "Plans",
    "总体情况": "Overall",
}
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), english)
    for pattern, english in (
        (r"现有报告中没有查到，无法回答。", "The reports do not say; this cannot be answered from them."),
        (r"报告中没有找到关于“(.*)”的内容。?", r"Nothing was found in the report about “\1”."),
        (r"未收录(.*)的报告（现有(.*)年度）。?", r"No report is held for \1 (held: \2)."),
        (r"未收录(.*)的报告（现有所辖(.*)）。?", r"No report is held for \1 itself (held inside it: \2)."),
        (r"未收录(.*)的报告。?", r"No report is held for \1."),
        (r"检索范围：(.*)。", r"Searched: \1."),
        (r"《(.*)》中没有“(.*)”部分。?", r"“\1” has no section on \2."),
        (r"原文可能不完整：文本止于“(.*)”，未见(.*)部分。?", r"The report seems cut off: it ends at “\1”, without a section on \2."),
        (r"原文未见(.*)部分。?", r"The report has no section on \1."),
        (r"原文只列出(\d+)条，没有第(\d+)条。?", r"The report lists only \1 items; there is no item \2."),
        (r"(?:注意：)(.*)", r"Note: \1"),
        (r"（摘自(.*)报告原文）", r"(Quoted from the report of \1; the wording is the official Chinese text.)"),
        (r"(.*)，原文共(\d+)条：", r"\1 — \2 listed in the original (原文共\2条):"),
        (r"共(\d+)份报告提到：", r"\1 report(s) mention it:"),
        (r"共(\d+)份报告：", r"\1 report(s) held:"),
        (r"所比(.*)分属(.*)年度，年度不同，仅供参考", r"The figures compared (\1) are of different years (\2); for reference only."),
        (r"未提及：(.*)", r"Not mentioned by: \1"),
        (r"按原文数字(?:比较，)?最高的是(.*)：", r"By the figures in the originals the highest is \1:"),
        (r"按原文数字(?:比较，)?最低的是(.*)：", r"By the figures in the originals the lowest is \1:"),
        (r"问题中的“(.*)”与原文不符，原文是：", r"The question's “\1” does not agree with the report, which says:"),
        (r"原文说的是上升：", "The report says it rose:"),
        (r"原文说的是下降：", "The report says it fell:"),
        (r"问题中的“(.*)”与原文不符（原文的(.*)是“(.*)”），原文是：", r"The question's “\1” does not agree with the report (\2 is “\3”), which says:"),
        (r"原文没有“(.*)”这一数字，相关原文是：", r"The report has no figure “\1”; the nearest wording is:"),
        (r"原文没有提到“(.*)”，相关原文是：", r"The report does not mention “\1”; the nearest wording is:"),
        (r"报告中没有“(.*)”的说法，相关原文是：", r"The report does not speak of “\1”; the nearest wording is:"),
        (r"原文的(.*)是“(.*)”：", r"In the report \1 is “\2”:"),
        (r"原文说的不是(.*)，而是：", r"Not \1; the report says:"),
        (r"是的，原文的数字是(.*)：", r"Yes; the report's figures are \1:"),
        (r"是的，原文如此：", "Yes; the report says:"),
        (r"语言模型暂时不可用，以下为报告原文摘录。?", "The language model is unavailable; what follows is quoted from the reports."),
        (r"请输入问题.*", "Please ask a question, for example: what problems did a county list in its 2023 report?"),
        (r"“(.*)”可能指(.*)，请问是哪一个？", r"“\1” may be \2. Which one do you mean?"),
    )
)  # fmt: skip


def english_note(text: str) -> str:
    """Return a note's English form, or the note itself where there is none."""
    for pattern, english in _FORMS:
        match = pattern.fullmatch(text)
        if match:
            said = match.expand(english)
            for chinese, role in _ROLES.items():
                said = said.replace(chinese, role)
            return said
    return text
