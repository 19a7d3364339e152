"""Page furniture: the menus, index lines and buttons around a report on its web page."""

from __future__ import annotations

import re

# Words that only the page says, never the report; a short line with one of them is furniture.
_STRONG = re.compile(
    r"当前位置|您的位置|所在位置|索\s?引\s?号|打印本页|关闭本页|关闭窗口|\[打印\]|\[关闭\]|【打印|【关闭|扫一扫|扫码|"
    r"分享到|分享至|字体[:：【\[大小]|字号[:：【\[]|浏览次数|阅读次数|点击数|点击率|访问量|上一篇|下一篇|上一条|下一条|"
    r"版权所有|ICP备|公网安备|网站标识码|网站地图|联系我们|主办单位[:：]|承办单位[:：]|技术支持|无障碍|"
    r"公开方式|公开形式|公开日期|公开时限|发布机构[:：\s]|发布单位[:：]|发布日期[:：\s]|发布时间[:：]|发文日期[:：]|"
    r"成文日期[:：]|生成日期[:：]|信息来源[:：]|文章来源[:：]|信息分类|主题分类|主题词[:：]|有\s?效\s?性[:：]|"
    r"责任编辑|编辑[:：]|审核[:：]|来源[:：]|>>|手机版|返回顶部|智能问答|便民地图|收藏本|背景色|"
    r"(?:部门|乡镇|街道)网站|友情链接|相关链接|相关文档|附件下载|点击下载|我要纠错|语音播报|语音朗读|适老化|长者"
)
_EXACT = frozenset(
    "朗读 打印 关闭 收藏 分享 首页 微博 微信 返回 纠错 导航 搜索 登录 注册 更多 大 中 小 大中小 政策问答 数据中心 "
    "新媒体矩阵 营商环境 公开信箱 政务公开 信息公开 互动交流 政务服务 政府信息公开 暂停 播放 听全文 下载 繁體 简体 "
    "EN 邮箱 字体 正文 导出 关注".split()
)
_PROSE_END = re.compile(r"[。！？!?；;][”’\"）)】]*$")
_BREADCRUMB = re.compile(r"(?:首页|主页).{0,40}[>＞»›→/]")
_PAGE_NUMBER = re.compile(
    r"[-—–―]{1,2}\s{0,3}\d{1,3}\s{0,3}[-—–―]{1,2}|第\s{0,3}\d{1,3}\s{0,3}页(?:\s{0,3}[,，/]?\s{0,3}共\s{0,3}\d{1,3}\s{0,3}页)?"
    r"|\d{1,3}\s{0,2}/\s{0,2}\d{1,3}"
)
_DATE_LINE = re.compile(
    r"^(?:日期|时间|发布|发布于)?[:：]?\s*20\d\d[-年./]\d{1,2}[-月./]\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?$"
)


def is_page_number(line: str) -> bool:
    """Return True for a line that only numbers its printed page: — 3 —, 第 2 页 共 5 页."""
    return bool(_PAGE_NUMBER.fullmatch(line.strip()))


def is_furniture(line: str) -> bool:
    """Return True when the line, taken alone, can only be the page's and not the report's."""
    words = line.strip()
    if not words or len(words) > 160:
        return False
    if words in _EXACT or _PAGE_NUMBER.fullmatch(words) or _BREADCRUMB.search(words):
        return True
    if _PROSE_END.search(words) and len(words) > 24:
        return False
    # 审核: or 来源: inside a sentence is the report's; a field line is short or full of colons
    return bool(_STRONG.search(words)) and "。" not in words and words.count("，") < 2


def is_date_line(line: str) -> bool:
    """Return True for a line that holds a date and nothing else."""
    return bool(_DATE_LINE.match(line.strip()))


def is_menu_like(line: str) -> bool:
    """Return True for a short line without a sentence: furniture only at the ends of a page."""
    words = line.strip()
    return len(words) <= 40 and not re.search(r"[。；：，！？]", words)
