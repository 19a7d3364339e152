"""Words of a model or a report made safe to show: no link, markup, handle or invisible character.

Nothing here judges whether a line is true; that is the lock's work. Patterns are matched on the
levelled text (same length), so a full-width ｈｔｔｐ：／／ is met too, and each is linear.
"""

from __future__ import annotations

import re
import unicodedata

from retrieval.text.normalise import level

_URL_TAIL = r"[^\s\u3000-\u303f\u4e00-\u9fff<>\"'“”|\[\]]{0,2000}"
_TOP = (
    r"com|cn|org|net|gov|edu|mil|int|io|me|info|biz|top|xyz|vip|cc|co|ru|tk|ly|app|dev|link|site"
    r"|online|ai|be|gl|club|shop|icu|work|tech|live|uk|de|jp|us|eu|tv|to|sh|gd|pro|onion|test"
    r"|example|invalid|local|zip|mov|page|cloud|store|fun|win|ml|ga|cf|gq|hk|tw|su|in|ws|pw"
)
_LINKS = re.compile(
    rf"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{{1,15}}:[/\\]{{2}}{_URL_TAIL}"
    rf"|(?<![a-z])(?:javascript|vbscript|data|mailto|tel|tg|file|sms):(?=\S){_URL_TAIL}"
    rf"|(?<![a-z0-9._%+-])[a-z0-9._%+-]{{1,64}}@(?:[a-z0-9-]{{1,63}}\.){{1,6}}[a-z]{{2,24}}"
    rf"|(?<![a-z0-9-])(?:[a-z0-9-]{{1,40}}[.。]){{1,4}}(?:{_TOP})(?![a-z0-9])(?:[/:?#]{_URL_TAIL})?"
    rf"|(?<![\d.])\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![\d.])(?::\d{{1,5}})?(?:/{_URL_TAIL})?"
    r"|(?<![a-z0-9])@[a-z0-9_]{2,64}"
    r"|(?<!\d)(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)"
    r"|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"
)
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-9;?]{0,32}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)|.)?"
)
_TAG = re.compile(r"<[/!?a-zA-Z][^<>]{0,2000}>|<(?=[/!?a-zA-Z])|&#?[a-zA-Z0-9]{1,10};")
_LABELLED_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()]{0,2000}\)?")
_REFERENCE = re.compile(r"^\s{0,3}\[[^\[\]]{1,100}\]:.*$")
_LINE_START = re.compile(r"^(?:\s|[>#*+•·–-](?!\d)|\d{1,2}[.)](?=\s)|\|)+")
_MARKS = re.compile(r"[`*#|]|_{2,}|~{2,}")
_BLANKS = re.compile(r"[ \t\u00a0\u3000]{2,}")
_KEPT_INVISIBLE = "\t\n"

_SECRET = re.compile(
    r"(?<![A-Za-z0-9])(?:sk|pk|rk|ghp|gho|xox[abp])[-_][A-Za-z0-9_-]{6,}"
    r"|(?<!\d)\d{6,12}:[A-Za-z0-9_-]{20,}"
    r"|AKIA[0-9A-Z]{12,}"
    r"|(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/=_-]{32,}"
    r"|(?:OPENAI|TELEGRAM|BAOGAO|AWS|ANTHROPIC)_[A-Z_]{3,}"
    r"|-----BEGIN|(?i:bearer\s+[a-z0-9._-]{8,})",
)
_COMMAND = re.compile(
    r"(?<![a-z])(?:curl|wget|sudo|chmod|chown|powershell|cmd\.exe|invoke-webrequest|nc|ssh|scp|telnet)"
    r"\s+[-a-z0-9/.$\"'{]"
    r"|(?<![a-z])rm\s+-|(?<![a-z])(?:drop|truncate)\s+table|union\s+select|(?<![a-z])delete\s+from\s"
    r"|os\.system|subprocess\.|__import__|eval\(|exec\(|/bin/(?:ba)?sh|/etc/|\$\(|\$\{|\{\{|&&|<\?php"
    r"|(?<![^\s,.;:!?。，；：、（(])/[a-z][a-z0-9_]{1,31}(?![a-z0-9_/])"
)


def _cut(text: str, pattern: re.Pattern[str]) -> str:
    """Remove from ``text`` what ``pattern`` finds in its levelled form."""
    spans = [match.span() for match in pattern.finditer(level(text))]
    for start, end in reversed(spans):
        text = text[:start] + text[end:]
    return text


def drop_invisible(text: str) -> str:
    """Return ``text`` without escapes, control, zero-width, bidi, tag and private characters."""
    if text.isprintable():
        return text
    text = _ESCAPES.sub("", text)
    return "".join(
        c if c.isprintable() or c in _KEPT_INVISIBLE or unicodedata.category(c) == "Zs" else ""
        for c in text
    )


def _drop_stacked_marks(text: str) -> str:
    """Keep at most two combining marks in a row (zalgo)."""
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= 2:
            kept.append(character)
    return "".join(kept)


def neutralise(text: str) -> str:
    """Return official words fit to show: links, handles, tags and invisible characters removed.

    Text without any of them comes back unchanged, character for character.
    """
    text = _drop_stacked_marks(drop_invisible(text))
    text = _LABELLED_LINK.sub(r"\1", text) if "](" in text else text
    text = _TAG.sub("", text)
    return _cut(text, _LINKS)


def plain_line(text: str) -> str:
    """Return one line of a model as plain text: ``neutralise`` and no Markdown; ``[n]`` stays."""
    text = drop_invisible(text).replace("\n", " ").replace("\t", " ")
    if _REFERENCE.match(text):
        return ""
    labelled = _LABELLED_LINK.sub(lambda m: f"[{m[1]}]" if m[1].isdigit() else m[1], text)
    text = _cut(_TAG.sub("", _drop_stacked_marks(labelled)), _LINKS)
    text = _MARKS.sub("", _LINE_START.sub("", text))
    return _BLANKS.sub(" ", text).strip()


def forbidden(text: str) -> tuple[str, ...]:
    """Return what makes a line unfit to be shown whatever the reports say: secrets, commands."""
    problems = []
    if _SECRET.search(text):
        problems.append("secret")
    if _COMMAND.search(level(text)):
        problems.append("command")
    return tuple(problems)


def repeats(text: str) -> bool:
    """Tell whether some run of 1–12 characters stands five times in a row."""
    for size in range(1, 13):
        run = 0
        for a, b in zip(text, text[size:], strict=False):
            run = run + 1 if a == b else 0
            if run >= size * 4 and (size > 1 or not a.isdigit()):
                return True
    return False
