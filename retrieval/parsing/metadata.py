"""What a report says of itself: title, place, issuer, level, year, dates, document number.

Each field is sought where it is surest (the title), then in the page's field lines, the first
sentences, the signature; what had to be concluded is marked ``inferred``. The date a page was
published is never taken for the year it reports on: a report of 2023 appears in 2024.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from retrieval.documents import Level, ReportMeta, Span
from retrieval.parsing.chains import StatedPlace, find_places, read_place, resolve_chain
from retrieval.parsing.titles import (
    BODY,
    HEAD_CHARS,
    YEAR,
    Title,
    body_start,
    choose_title,
    find_title,
    find_year,
    outside_quoted,
    read_year,
)
from retrieval.places.gazetteer import ZONES, Chain, Gazetteer, short_name
from retrieval.places.issuer_names import STATE_ORGAN
from retrieval.readers.page_region import DATE, NUMBER, iso
from retrieval.readers.values import NO_CONTAINER, Container
from retrieval.text.furniture import is_date_line, is_furniture
from retrieval.text.normalise import level
from retrieval.text.numbering import chinese_number

_TAIL_CHARS = 600
_CONTEXT_CHARS = 8000

_HEAD_OF_TITLE = re.compile(
    "20\\d\\d\\s*年|二[〇零○][^年]{2}年|关于|(?<!依)法治|依法(?!治[省市县区州国旗盟].{0,4}(?:委员会|办))|年度|落实|推进|履行|政府信息|政府工作|的?报告|工作总结"
)
_ZONE_OF_A_PLACE = re.compile(
    f"(?P<place>[\\u4e00-\\u9fff]{{2,6}}?)(?:国家级|国家|省级)?(?:{ZONES})"
)
_ZONE_AT_END = re.compile(
    "[\\u4e00-\\u9fff]{2,}(?:开发区|高新区|经开区|新区|示范区|保税区|园区)(?:管理委员会|管委会)?$"
)
_ZONE = re.compile(f"[\\u4e00-\\u9fff]{{2,10}}(?:{ZONES})")
_A_KIND = re.compile(ZONES)
_OF_PARTY = re.compile("^(?:中共|中国共产党)(?!中央)")
_CORPS = re.compile(
    "^(?:新疆生产建设兵团)?第[一二三四五六七八九十]{1,3}师(?=[\\u4e00-\\u9fff]{2,5}市)"
)
_STATE_ONLY = re.compile(
    "^(?:中华人民共和国|国务院|国家|全国)|^(?:外交|国防|教育|科学技术|科技|工业和信息化|公安|民政|司法|财政|人力资源和?社会保障|自然资源|生态环境|"
    "住房和城乡建设|交通运输|水利|农业农村|商务|文化和旅游|应急管理)部$|^(?:海关总署|审计署|中国[\\u4e00-\\u9fff]{2,8}局|市场监管总局|税务总局)$"
)
_BODY_AT_END = re.compile(f"(?:{BODY})$")
_GOVERNMENT_END = re.compile("(?:政府|办事处|管理委员会|管委会|镇|乡|街道|省|市|县|区|州|盟|旗)$")
_FIELD_BODY = re.compile(
    "(?:发\\s?布\\s?机\\s?构|发布单位|公开机构|发文机关|发文机构|制发机关|信息来源|来\\s?源|公开主体|责任单位|发布部门)"
    f"\\s*[:：]?\\s*(?P<body>[\\u4e00-\\u9fff]{{2,40}}?(?:{BODY}))(?=$|[^\\u4e00-\\u9fff])"
)
_SUBJECT = re.compile(
    f"(?P<body>[\\u4e00-\\u9fff]{{1,30}}?(?:{BODY}|[市县区州旗盟省]))"
    "(?=坚持|位于|\\(|以习近平|以党|在|认真|全面|深入|紧紧|紧扣|围绕|始终|按照|严格|切实|扎实|坚定|高度|法治政府|积极|大力|深化|持续|牢牢|,|，|根据|依法|聚焦|把|将|深学|贯彻|继续|上下)"
)
_LIES_IN = re.compile("(?<=[\\u4e00-\\u9fff])(?:地处|位于|坐落[于在]|隶属于?)")
_LEAD_OF_SENTENCE = re.compile(
    '^[\\s"“]*(?:20\\d\\d年(?:以来|度|来)?|今年以来|近年来|一年来|二[〇零][^年]{2}年(?:以来|度)?)?[,，\\s]*'
)
_REPORTED = re.compile("现(?:就|将|把)[^。]{0,40}?(20\\d\\d)年")
_CHINESE_DATE = re.compile(
    "(二[〇零○oO0][〇零○oO0一二三四五六七八九]{2})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日"
)
_PUBLISHED_LABELS = (
    "发\\s?布\\s?(?:时\\s?间|日\\s?期)|发布于",
    "公开(?:时间|日期)|公示(?:时间|日期)|上传时间|添加时间",
    "(?<![效成生印发始止限])(?:日\\s?期|时\\s?间)|更新时间",
    "(?:成文|生成|印发|发文|制发)(?:时间|日期)",
)
_PUBLISHED = tuple(
    re.compile(f"(?:{label})\\s*[:：]?\\s*{DATE.pattern}") for label in _PUBLISHED_LABELS
)
_BARE_DATE = re.compile(
    f"^[^\\S\\n]*[(\\[【]?{DATE.pattern}日?(?:[^\\S\\n]+\\d{{1,2}}:\\d{{2}}(?::\\d{{2}})?)?[)\\]】]?[^\\S\\n]*$",
    re.MULTILINE,
)
_SIGNED = re.compile(f"{DATE.pattern}日?[^\\S\\n]*$", re.MULTILINE)
_NUMBER_FIELD = re.compile(
    f"(?:文\\s*号|发文字号|文件编号|文件字号|公文字号)\\s*[:：]?\\s*({NUMBER.pattern})"
)
_NUMBER_LINE = re.compile(f"^[^\\S\\n]*({NUMBER.pattern})[^\\S\\n]*$", re.MULTILINE)
_FILE_YEAR = re.compile("(20\\d\\d)\\s*年")
_GENRE = re.compile("法治政府|依法行政")
# what a paper without a title says it is, in its first sentences
_GENRES = (
    (
        "政府工作报告",
        re.compile("代表.{0,20}(?:政府|委员会).{0,12}报告工作|政府工作报告(?!》)如下"),
    ),
    (
        "政府信息公开工作年度报告",
        re.compile("政府信息公开.{0,12}(?:年度报告|年报)|政府信息公开条例》.{0,30}(?:编制|规定)"),
    ),
    ("法治政府建设情况报告", re.compile("法治政府|依法行政|法治建设|依法治[省市县区州旗]")),
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of a report, and the spans of its title's lines in the text.

    ``title`` is empty when the page shows no title above the report.
    """

    meta: ReportMeta
    title: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    """A report's text and the parts the fields are read from, all levelled one for one."""

    text: str
    head: str
    tail: str
    context: str
    body: int
    title: Title | None
    issuer: str = ""  # as the page names it outside the text
    site: str = ""  # whose pages they are

    @property
    def title_words(self) -> str:
        return level(self.title.words) if self.title else ""

    @property
    def opening(self) -> str:
        """The first sentences."""
        return self.context[self.body : self.body + 700]


def read_metadata(
    text: str, source: str, places: Gazetteer, container: Container = NO_CONTAINER
) -> Metadata:
    """Read the metadata of a decoded report. Never raises: what is not found stays empty.

    ``source`` is the file's name, used for a year only if it spells one (``2023年…``).
    """
    page = _read_page(text, container)
    found: dict[str, str] = {}
    issuer, place = _issuer_and_place(page, places, found)
    published = _published(page, container, found)
    year = _year(page, source, published, found)
    number = _document_number(page, found)
    if number is None and container.document_number:
        number = container.document_number
        found["document_number"] = "furniture"
    title = page.title.words if page.title else _infer_title(page, issuer, place, year, found)
    if page.title:
        found["title"] = "title" if page.title.spans else "furniture"
    meta = ReportMeta(
        title, place, issuer, _level(issuer), year, published, number, source, dict(found)
    )
    return Metadata(meta, page.title.spans if page.title else ())


def _read_page(text: str, container: Container) -> _Page:
    title = choose_title(find_title(text), container.title, text)
    levelled = level(text[: HEAD_CHARS + _CONTEXT_CHARS])
    after_title = title.spans[-1].end if title and title.spans else 0
    body = max(body_start(levelled), after_title)
    while body < len(levelled) and levelled[body].isspace():
        body += 1
    return _Page(
        text=text,
        head=levelled[: max(body, 0)],
        tail=level(text[-_TAIL_CHARS:]),
        context=levelled,
        body=body,
        title=title,
        issuer=level(container.issuer),
        site=level(container.site),
    )


# --- who reports on where ---------------------------------------------------------------


_GOVERNMENT_AT_END = re.compile("(?:人民政府|政府|办事处)$")


def _issuer_and_place(page: _Page, places: Gazetteer, found: dict[str, str]) -> tuple[str, Chain]:
    """Find the issuer and the place together: each helps to tell the other."""
    context = page.context + page.tail
    named = _body_in_title(page.title_words, places)
    stated = _place_in(named, places) if named else None
    signed = _signed_body(page.tail)
    if stated:
        found["place"] = "title"
        place = resolve_chain(stated.names, context, places)
        if stated.end == len(named) and _CORPS.match(named):
            found["issuer"] = "title"  # a division is its own government
            return named, place
        if stated.end == len(named):
            found["issuer"] = "inferred"
            return named + "人民政府", place
        found["issuer"] = "title"
        return _fuller(named, signed), place
    issuer = named if named and _BODY_AT_END.search(named) else ""
    if issuer:
        found["issuer"] = "title"
        issuer = _fuller(issuer, signed)
    elif signed:
        issuer = signed
        found["issuer"] = "signature"
    place = _place_outside_title(page, issuer, places, found)
    if issuer:
        return issuer, place
    return _infer_issuer(page, place, places, found), place


def _body_in_title(words: str, places: Gazetteer) -> str:
    """Return the body or place that a title begins with, or that stands after its year."""
    cut = _HEAD_OF_TITLE.search(words)
    head = words[: cut.start()] if cut else words
    if not head and cut:
        rest = re.sub("^(?:20\\d\\d年度?|二[〇零○][^年]{2}年度?|关于)+", "", words)
        cut = _HEAD_OF_TITLE.search(rest)
        head = rest[: cut.start()] if cut else ""
    head = head.strip(" 的:")
    stated = _place_in(head, places)
    if _BODY_AT_END.search(head) or _ZONE.fullmatch(head) or (stated and stated.end == len(head)):
        return head
    if stated:
        body = re.match(f"[\\u4e00-\\u9fff]{{0,20}}(?:{BODY})", head[stated.end :])
        return head[: stated.end + (body.end() if body else 0)]
    return ""


def _place_in(body: str, places: Gazetteer) -> StatedPlace | None:
    before = _OF_PARTY.match(body) or _CORPS.match(body) or STATE_ORGAN.match(body)
    start = before.end() if before else 0
    stated = read_place(body, start, places)
    if stated and _A_KIND.fullmatch(stated.names[-1]):
        stated = None  # 经开区管委会 says what it is, not where
    return stated or _owner_of_zone(body, places)


def _owner_of_zone(body: str, places: Gazetteer) -> StatedPlace | None:
    """Return the city of 颍滨经济技术开发区; counties' short names are too often a zone's own."""
    match = _ZONE_OF_A_PLACE.match(body)
    cities = places.short.get(match["place"], ()) if match else ()
    if match and any(places.rank(chain) == 1 for chain in cities):
        return StatedPlace((match["place"],), 0, match.end("place"))
    if _ZONE_AT_END.search(body):  # 武汉东湖新技术开发区: the zone has a name of its own besides
        for length in (4, 3, 2):
            if any(places.rank(chain) == 1 for chain in places.short.get(body[:length], ())):
                return StatedPlace((body[:length],), 0, length)
    return None


def _signed_body(tail: str) -> str:
    """Return the body that signs the last lines, above or beside a date."""
    lines = [line.strip() for line in tail.split("\n") if line.strip()]
    for number, line in enumerate(lines):
        dated = _SIGNED.search(line) or _CHINESE_DATE.search(line)
        if not dated:
            continue
        for words in (line[: dated.start()].strip(), lines[number - 1] if number else ""):
            if 3 <= len(words) <= 30 and re.fullmatch(f"[\\u4e00-\\u9fff]+(?:{BODY})", words):
                return words
    return ""


def _fuller(named: str, signed: str) -> str:
    """Return a body as it signs, if that is the same body with more of its name: 奉城镇."""
    _, same, rest = signed.partition(named)
    return signed if same and rest in ("", "政府", "人民政府", "办事处") else named


def _place_outside_title(
    page: _Page, issuer: str, places: Gazetteer, found: dict[str, str]
) -> Chain:
    """Learn the place from the signature, the first sentence, the field lines or the text."""
    context = page.context + page.tail
    if issuer and _STATE_ONLY.match(issuer) and not _place_in(issuer, places):
        return ()  # of the whole country; places in its text are others'
    for words, how in (
        (issuer, found.get("issuer", "")),
        (_subject(page), "inferred"),
        (_where_it_lies(page), "text"),
        (_field_body(page), "furniture"),
        (_signed_body(page.tail), "signature"),
        (page.site, "furniture"),
    ):
        stated = _place_in(words, places) if words else None
        if stated:
            found["place"] = how
            return resolve_chain(stated.names, context, places)
    if _ZONE_AT_END.search(issuer):
        return ()  # a zone has a name of its own; places in its text are others'
    named = list(find_places(page.context[:3000], places))
    own = _GOVERNMENT_AT_END.sub("", issuer)
    for stated in named:
        if own and page.context.startswith(own, stated.end):  # 贵州省云岫县茶垭镇 of 茶垭镇人民政府
            found["place"] = "mention"
            return resolve_chain(stated.names, context, places)
    counts = Counter(resolve_chain(stated.names, context, places) for stated in named)
    # named once beside another's name: 和县防指指令 names no 和县, 会同县司法局编印 no 会同县
    sure = [
        chain
        for chain, count in counts.most_common()
        if count > 1
        or (not issuer and len(chain[-1]) > 2)
        or any(short_name(p) in context for p in chain[:-1])
    ]
    deepest = [chain for chain in sure if places.rank(chain) >= 1]
    if deepest:
        found["place"] = "mention"
        return deepest[0]
    return ()


def _subject(page: _Page) -> str:
    """Return the body or place that the first sentence is about."""
    lead = _LEAD_OF_SENTENCE.match(page.opening)
    rest = page.opening[lead.end() if lead else 0 :]
    for clause in re.split("[,，。;；]", rest)[:6]:
        subject = _SUBJECT.match(clause.strip() + ",")
        if subject and not re.match("[我全本该各是系属]|在|党|中共|为|位于|地处", subject["body"]):
            return subject["body"]
    return ""


def _where_it_lies(page: _Page) -> str:
    """Return what the first sentences say the place lies in: 望棠镇地处宁棠县西南."""
    words = page.head + page.opening
    lies = _LIES_IN.search(words)
    return words[lies.end() :] if lies else ""


def _field_body(page: _Page) -> str:
    """Return the body that a field of the page names as issuer or source."""
    match = _FIELD_BODY.search(page.head)
    return match["body"] if match else page.issuer


def _infer_issuer(page: _Page, place: Chain, places: Gazetteer, found: dict[str, str]) -> str:
    """Conclude who reports: a department that says 我局, else the government of the place."""
    subject, field = _subject(page), _field_body(page)
    ours = page.context.count("我局") + page.context.count("本局") + page.context.count("局党组")
    theirs = sum(
        page.context.count(word) for word in ("我县", "我区", "我市", "全县", "全区", "全市")
    )
    for words, how in ((subject, "text"), (field, "furniture")):
        if _BODY_AT_END.search(words) and not _GOVERNMENT_END.search(words) and ours > theirs:
            found["issuer"] = how
            return words
    found["issuer"] = "inferred"
    if subject and _GOVERNMENT_END.search(subject):
        stated = read_place(subject, 0, places)
        if stated and subject[stated.end :] in ("", "政府", "人民政府"):
            return subject[: stated.end] + "人民政府"
        if stated or re.search("(?:办事处|管理委员会|管委会|镇|乡|街道)$", subject):
            return subject
    if place and (page.title or _GENRE.search(page.context)):
        return place[-1] + "人民政府"
    del found["issuer"]
    return ""


def _level(issuer: str) -> Level:
    if not issuer:
        return "unknown"
    return "government" if _GOVERNMENT_END.search(issuer) else "department"


# --- when -------------------------------------------------------------------------------


def _year(page: _Page, source: str, published: str | None, found: dict[str, str]) -> int | None:
    """Find the year reported on, from the surest place to the least sure."""
    year = find_year(page.title_words)
    if year:
        found["year"] = "title"
        return year
    opening = outside_quoted(page.opening)
    reported = _REPORTED.search(opening)
    first = YEAR.search(opening[:120])
    if reported or first:
        found["year"] = "text"
        return int(reported[1]) if reported else read_year(first) if first else None
    named = _FILE_YEAR.search(level(source))
    if named:
        found["year"] = "filename"
        return int(named[1])
    body = outside_quoted(page.context[page.body :])
    years = Counter(read_year(match) for match in YEAR.finditer(body))
    if years and (page.title or _GENRE.search(body)):
        found["year"] = "text"
        return years.most_common(1)[0][0]
    if published and _GENRE.search(page.context):
        found["year"] = "inferred"
        return int(published[:4]) - 1
    return None


def _published(page: _Page, container: Container, found: dict[str, str]) -> str | None:
    """Return the date of publication (ISO): a field of the page, else the signature's date."""
    if container.published:
        found["published"] = "furniture"
        return container.published
    for pattern in _PUBLISHED:
        for part in (page.head, page.context[page.body : page.body + 200], page.tail[-300:]):
            for match in pattern.finditer(part):
                if day := iso(*match.groups()):
                    found["published"] = "furniture"
                    return day
    title_end = page.title.spans[-1].end if page.title and page.title.spans else 0
    below_title = DATE.finditer(page.head[title_end:] if title_end else "")
    for match in (*_BARE_DATE.finditer(page.head), *below_title):
        if day := iso(*match.groups()):
            found["published"] = "furniture"
            return day
    signed = [iso(*match.groups()) for match in _SIGNED.finditer(page.tail[-300:])]
    signed += [
        iso(find_year(m[1] + "年"), chinese_number(m[2]), chinese_number(m[3]))
        for m in _CHINESE_DATE.finditer(page.tail[-300:])
    ]
    days = [day for day in signed if day]
    if days:
        found["published"] = "signature"
        return days[-1]
    return None


def _document_number(page: _Page, found: dict[str, str]) -> str | None:
    match = _NUMBER_FIELD.search(page.head) or _NUMBER_LINE.search(page.head)
    if not match:
        return None
    found["document_number"] = "furniture"
    return "".join(page.text[match.start(1) : match.end(1)].split())


# --- a title for a page without one -----------------------------------------------------


def _infer_title(
    page: _Page, issuer: str, place: Chain, year: int | None, found: dict[str, str]
) -> str:
    """Make a title from what is known, or take the first line; marked as inferred."""
    found["title"] = "inferred"
    who = place[-1] if place and issuer == place[-1] + "人民政府" else issuer
    genre = next((name for name, words in _GENRES if words.search(page.opening)), "")
    if not genre and len(_GENRE.findall(page.context)) > 1:
        genre = "法治政府建设情况报告"
    if genre and (place or issuer) and year:
        return f"{who}{year}年{genre}（推断）"
    for line in page.text.split("\n"):
        words = line.strip()
        if words and not is_furniture(words) and not is_date_line(words):
            return words[:60]
    return page.text.strip()[:60].split("\n")[0]
