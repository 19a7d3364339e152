"""Names in a sentence that its quotes do not hold: places, bodies, people.

Told by their tails (县, 局, 法院 …), by titles (区长赵如浪), and by lists of names that exist
elsewhere. Texts are levelled; problems are Chinese, ready for people.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from retrieval.places.gazetteer import gazetteer
from retrieval.text.normalise import HAN_RUN

# The tail of a place, a body or an organisation; the characters before it must be the quotes'.
BODY = re.compile(
    "自治区|自治州|自治县|开发区|高新区|街道|司法局|公安局|委员会|办公室|检察院|法院|公司|大学|学院|医院|集团"
    "|协会|商会|中心|省|市|县|区|州|盟|旗|乡|镇|村|局|厅"
)
_GENERIC_BEFORE = re.compile(
    "(?:[全我本该各两每一二三四五六七八九十几多数0-9个的了在于和及与、由对向为以等从据让使如同]|部分|其他|其它|有关|相关|所有|上述|"
    "区级|县级|市级|省级|地级|基层|所在|当地|各地|全国|各级|下属|所属|直辖|我)$"
)
_NOT_A_NAME = frozenset(
    [
        "社区",
        "小区",
        "城区",
        "辖区",
        "地区",
        "园区",
        "片区",
        "校区",
        "景区",
        "库区",
        "灾区",
        "山区",
        "牧区",
        "林区",
        "郊区",
        "县区",
        "市区",
        "市县",
        "区县",
        "省市",
        "城市",
        "上市",
        "都市",
        "超市",
        "门市",
        "农村",
        "乡村",
        "镇村",
        "村镇",
        "乡镇",
        "城镇",
        "集镇",
        "格局",
        "布局",
        "结局",
        "大局",
        "全局",
        "当局",
        "时局",
        "开局",
        "党政",
        "军区",
        "战区",
        "禁区",
        "误区",
        "盲区",
        "市场",
        "区域",
        "城乡",
        "下乡",
        "返乡",
        "家乡",
        "服务中心",
        "为中心",
        "中心",
        "大厅",
        "街镇",
        "全区",
        "全县",
        "全市",
        "全省",
        "我区",
        "我县",
        "我市",
        "我省",
    ]
)
_GENERIC_PAIRS = (
    "乡镇",
    "县区",
    "市县",
    "区县",
    "省市",
    "镇街",
    "镇村",
    "村社",
    "村居",
    "县乡",
    "区镇",
)
_LEVELS = "省市县区州旗镇乡"


def name_problems(
    sentence: str, quotes: Sequence[str], allowed: Collection[str] = (), known: Collection[str] = ()
) -> tuple[str, ...]:
    """Find places, bodies and people that neither the quotes nor the ``allowed`` names hold.

    ``known`` are names that exist elsewhere (other reports, the gazetteer): each found in the
    sentence must be supported, whatever its form.
    """
    source = "\n".join(re.sub(r"[\s()\[\]]", "", quote) for quote in quotes)
    home = "\n".join(allowed)
    joined = "".join(sentence.split())
    found: list[str] = []
    for name in known:
        if name in joined and name not in source and name not in home:
            found.append(name)
    bare = joined
    for name in sorted(allowed, key=len, reverse=True):
        bare = bare.replace(name, "\n" * len(name))
    for match in BODY.finditer(bare):
        before = bare[max(0, match.start() - 2) : match.start()]
        han = HAN_RUN.search(before[::-1])
        if not han or han.start() > 0:
            continue
        before = han[0][::-1]
        name = before + match[0]
        if name in source or name in home or any(name.endswith(word) for word in _NOT_A_NAME):
            continue
        if joined.startswith(_GENERIC_PAIRS, match.start()):
            continue
        if (
            len(before) < 2
            or _GENERIC_BEFORE.search(before)
            or joined[match.end() : match.end() + 1]
            in ("场", "域", "民", "长" if len(match[0]) == 1 else "\0", "别", "分", "间")
        ):
            continue
        if match[0] in _LEVELS and _is_level(joined, match.start(), source):
            continue
        if (
            before[1:] + match[0] in source + home
            and before[0] in "由在对向从于与和及是为到让使的年月日等去给至往把被将"
        ):
            continue
        found.append(name)
    for match in re.finditer(f"[全我][{_LEVELS}]", joined):
        if match[0][1] not in source and not any(name.endswith(match[0][1]) for name in allowed):
            found.append(match[0])
    found.extend(_people(joined, source))
    return tuple(f"原文没有“{name}”" for name in dict.fromkeys(found))


def _is_level(text: str, at: int, source: str) -> bool:
    """Tell whether a level begins a name of the quotes (区政府) after words that are no place."""
    names = gazetteer().short
    following = re.sub(r"[\s()\[\]]", "", text[at : at + 6])[:3]
    return following in source and not any(text[max(0, at - n) : at] in names for n in (2, 3))


_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜"
    "崔钟谭陆汪范廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万钱覃武戴莫孔汤"
)
_TITLED = re.compile(
    f"(?:书记|[省市县区镇乡局厅处科院所]长|主任|主席|院长)([{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
    f"|([{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?:同志|书记|[省市县区局厅]长|先生|女士)"
)
_NOT_PEOPLE = re.compile(
    "任务|方面|方案|方式|主持|石油|金融|江苏|万人|余人|白皮|任职|程序|时任|史上|高度|何[时种]|龙头"
)


def _people(sentence: str, source: str) -> Iterator[str]:
    for match in _TITLED.finditer(sentence):
        name = match[1] or match[2]
        if name[:2] not in source and not _NOT_PEOPLE.match(name):
            yield name
