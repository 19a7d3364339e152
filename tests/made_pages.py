"""Pages in the manner of real government sites, with what a person reads from them.

Nine site systems, each with its own habits of menus, fields, titles and hidden parts; the papers are
of the kinds offices publish: governments', departments', streets', corps', ministries' reports,
plans, notices and neighbours of the genre. Places and figures are made up where that is possible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its file's name and bytes, its paragraphs, and the gold of its fields."""

    name: str
    raw: bytes
    title: str
    place: tuple[str, ...]
    issuer: str
    year: int | None
    published: str | None
    paragraphs: tuple[str, ...]
    rows: tuple[str, ...] = ()


def body_of(lead: str, unit: str = "全县") -> list[str]:
    """Return the paragraphs of a paper that begins with ``lead``."""
    return [
        lead,
        "一、主要举措和成效",
        f"（一）完善制度体系。{unit}制定行政规范性文件12件，合法性审核率达到百分之百，没有一件因违法被撤销。",
        "（二）规范行政执法。开展执法案卷评查3次，评查案卷216卷，发现并整改问题41个，办理行政复议案件88件。",
        "二、存在的主要问题",
        "一是基层执法力量仍显不足，持证人员占比不高。二是普法宣传的针对性和实效性有待增强。",
        "三、下一步工作安排",
        "一是充实基层执法队伍，开展业务培训。二是创新普法方式，落实普法责任制，推动法治建设再上新台阶。",
    ]


def _p(lines: list[str], style: str = "") -> str:
    return "\n".join(f"<p{style}>　　{line}</p>" for line in lines)


def _table(rows: tuple[str, ...]) -> str:
    if not rows:
        return ""
    made = "".join(
        "<tr>" + "".join(f"<td><p>{c}</p></td>" for c in row.split("\t")) + "</tr>" for row in rows
    )
    return f"<table border=1>{made}</table>"


def trs(
    site: str,
    column: str,
    title: str,
    date: str,
    source: str,
    lines: list[str],
    rows: tuple[str, ...] = (),
) -> bytes:
    """TRS WCM: metas of SiteName and ArticleTitle, TRS_Editor, a table of fields."""
    return f"""<!DOCTYPE html><html><head><meta charset="UTF-8"><title>{title}_{column}_{site}</title>
<meta name="SiteName" content="{site}"/><meta name="ColumnName" content="{column}"/>
<meta name="ArticleTitle" content="{title}"/><meta name="PubDate" content="{date} 10:12:33"/><meta name="ContentSource" content="{source}"/>
</head><body><div class="header"><div class="logo">{site}</div><ul class="nav"><li><a href="/">首页</a></li><li><a href="/zwgk">政务公开</a></li><li><a href="/hd">互动交流</a></li></ul></div>
<div class="pos">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk">政务公开</a> &gt; <a href="/x">{column}</a></div>
<div class="article"><h1>{title}</h1><div class="info"><span>发布时间：{date}</span><span>来源：{source}</span><span>字体：【<a href="#">大</a> <a href="#">中</a> <a href="#">小</a>】</span></div>
<div class="TRS_Editor">{_p(lines, ' style="text-indent:2em"')}{_table(rows)}</div>
<div class="fujian">附件：</div><div class="share">分享到：<a href="#">微信</a><a href="#">微博</a></div></div>
<div class="footer"><p>版权所有：{site}　主办：{source}</p><p>网站标识码：3300000001 浙ICP备00000000号</p></div><script>var a="正文";</script></body></html>""".encode()


def vsb(
    site: str,
    column: str,
    title: str,
    date: str,
    source: str,
    lines: list[str],
    rows: tuple[str, ...] = (),
) -> bytes:
    """Visual SiteBuilder: <title> with hyphens, vsb_content, the next paper below."""
    del source
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"><HTML><HEAD><TITLE>{title}-{site}</TITLE>
<META content="text/html; charset=UTF-8" http-equiv="Content-Type"><META Name="keywords" Content="{site},{title}" /></HEAD><BODY>
<div class="top"><p>今天是<script>document.write(new Date())</script></p></div><div class="menu"><a href="/">网站首页</a> <a href="/1">机构概况</a> <a href="/2">新闻中心</a></div>
<div class="position">您的位置： <a href="/">首页</a> >> <a href="/c">{column}</a> >> 正文</div>
<form name="_newscontent_fromname"><h3 align="center">{title}</h3><div align="center">{date} 00:00 &nbsp; 点击数：<span id="n">0</span></div>
<div id="vsb_content"><div class="v_news_content">{_p(lines)}{_table(rows)}</div></div>
<p>上一条：<a href="/9">{site}召开党组理论学习中心组学习会</a></p><p>下一条：<a href="/8">关于开展宪法宣传周活动的通知</a></p></form>
<div class="foot">地址：人民路1号 邮编：000000 技术支持：某某科技</div></BODY></HTML>""".encode()


def jcms(
    site: str,
    column: str,
    title: str,
    date: str,
    source: str,
    lines: list[str],
    rows: tuple[str, ...] = (),
) -> bytes:
    """JCMS (大汉): the whole of 信息公开 in a table of fields, zoom, gbk."""
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>{site} {column} {title}</title></head><body>
<table width="1000" align="center"><tr><td><a href="/">首 页</a></td><td><a href="/1">政府信息公开指南</a></td><td><a href="/2">依申请公开</a></td></tr></table>
<table width="1000" align="center"><tr><td>
<table class="xxgk"><tr><td>索 引 号：</td><td>014000000/2024-00031</td><td>组配分类：</td><td>{column}</td></tr>
<tr><td>发布机构：</td><td>{source}</td><td>公开日期：</td><td>{date}</td></tr><tr><td>标题：</td><td colspan=3>{title}</td></tr></table>
<table><tr><td align="center" class="title" style="font-size:24px">{title}</td></tr><tr><td><div id="zoom">{_p(lines)}{_table(rows)}</div></td></tr></table>
</td></tr></table><table align="center"><tr><td>主办单位：{site} 承办单位：信息中心</td></tr></table></body></html>""".encode(
        "gb18030"
    )


def ucap(
    site: str,
    column: str,
    title: str,
    date: str,
    source: str,
    lines: list[str],
    rows: tuple[str, ...] = (),
) -> bytes:
    """UCAP: UCAPCONTENT, the text in spans and br, related papers beside it."""
    text = "<br/>\n".join(f"<span>&nbsp;&nbsp;&nbsp;&nbsp;{line}</span>" for line in lines)
    return f"""<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{title}|{column}|{site}</title></head><body>
<header><nav><a href="/">首页</a><a href="/1">要闻动态</a><a href="/2">政务服务</a></nav></header><main><div class="left"><h2>{title}</h2>
<p class="fbsj">日期：{date}　　信息来源：{source}　　浏览次数：<i>121</i></p><p class="tools"><a>打印</a><a>收藏</a><a>关闭</a></p>
<UCAPCONTENT>{text}{_table(rows)}</UCAPCONTENT><div class="qrcode">扫一扫在手机打开当前页</div></div>
<aside><h3>热点信息</h3><ul><li><a href="/3">我市召开法治建设推进会，部署全年重点工作</a></li><li><a href="/4">全市政务服务大厅优化窗口设置的通知</a></li></ul></aside></main>
<footer><p>{site}主办</p></footer></body></html>""".encode()


def old_asp(
    site: str,
    column: str,
    title: str,
    date: str,
    source: str,
    lines: list[str],
    rows: tuple[str, ...] = (),
) -> bytes:
    """A hand-made page of 2012: nested tables, fonts, no h1, a title that names the site only."""
    del column
    return f"""<HTML><HEAD><TITLE>{site}欢迎您</TITLE></HEAD><BODY bgcolor=#ffffff><CENTER><TABLE width=960><TR><TD colspan=2><IMG src=banner.jpg></TD></TR>
<TR><TD width=200 valign=top><TABLE><TR><TD><A href=1.asp>领导分工</A></TD></TR><TR><TD><A href=2.asp>机构设置</A></TD></TR><TR><TD><A href=3.asp>政策法规</A></TD></TR></TABLE></TD>
<TD valign=top><TABLE width=100%><TR><TD align=center><FONT size=5><B>{title}</B></FONT></TD></TR><TR><TD align=center>发布时间：{date}　作者：管理员　来源：{source}</TD></TR>
<TR><TD><DIV>{"<BR>".join("　　" + line for line in lines)}</DIV>{_table(rows)}</TD></TR></TABLE></TD></TR></TABLE><P>【<A href=#>打印本页</A>】【<A href=#>关闭窗口</A>】</P></CENTER></BODY></HTML>""".encode(
        "gb18030"
    )


def portal(
    site: str,
    column: str,
    title: str,
    date: str,
    source: str,
    lines: list[str],
    rows: tuple[str, ...] = (),
) -> bytes:
    """A collected platform: og:title, hidden speech text, fields as dl, an accessibility bar."""
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta property="og:title" content="{title}"><title>{site}-{column}</title></head><body>
<div class="wza"><a>无障碍</a><a>适老模式</a><a>繁体</a></div><div style="display:none" id="tts">语音播报正文，请点击播放按钮</div>
<div class="crumb"><a href="/">首页</a>/<a href="/a">法治政府建设</a>/{column}</div>
<dl class="meta"><dt>索引号：</dt><dd>1133000/2023-11</dd><dt>发文机关：</dt><dd>{source}</dd><dt>成文日期：</dt><dd>{date.replace("-", "年", 1).replace("-", "月")}日</dd></dl>
<div class="con"><div class="tit">{title}</div><div class="text"><div>{"</div><div>".join(lines)}</div>{_table(rows)}</div></div>
<div class="links"><select><option>省政府部门网站</option></select></div><div class="bottom">{site} 版权所有 联系我们</div></body></html>""".encode()


def word_saved(
    site: str,
    column: str,
    title: str,
    date: str,
    source: str,
    lines: list[str],
    rows: tuple[str, ...] = (),
) -> bytes:
    """What Word saves as a page: MsoNormal, runs torn apart, line breaks in the middle of words."""
    del site, column, date, source
    torn = [
        f"<span lang=EN-US>{line[:5]}</span><span\n style='font-family:仿宋'>{line[5:20]}\n{line[20:]}</span>"
        for line in lines
    ]
    text = "\n".join(
        f'<p class=MsoNormal style="text-indent:32.0pt">{line}<o:p></o:p></p>' for line in torn
    )
    return f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset=utf-8><meta name=Generator content="Microsoft Word 15"><title>关于</title>
<style>p.MsoNormal {{margin:0}}</style></head><body lang=ZH-CN><div class=WordSection1><p class=MsoNormal align=center><b>{title}</b></p>{text}{_table(rows)}</div></body></html>""".encode()


def copied(
    site: str,
    column: str,
    title: str,
    date: str,
    source: str,
    lines: list[str],
    rows: tuple[str, ...] = (),
) -> bytes:
    """A page copied into a text editor, menus and all."""
    table = "".join(f"{row}\n" for row in rows)
    return f"""无障碍浏览 长者模式 繁体版
{site}
首页 政务公开 政务服务 互动交流
今天是2026年3月2日 星期一
当前位置：首页 > 政务公开 > {column}
{title}
发布时间：{date} 来源：{source} 字体：[大 中 小]
{chr(10).join("　　" + line for line in lines)}
{table}上一篇：关于开展2026年民主法治示范村创建工作的通知
下一篇：没有了
扫一扫在手机打开当前页
版权所有：{site}
""".encode()


def fields_copied(
    site: str,
    column: str,
    title: str,
    date: str,
    source: str,
    lines: list[str],
    rows: tuple[str, ...] = (),
) -> bytes:
    """The field table of 信息公开, copied: a label and its value a line, the title among them."""
    del site
    table = "".join(f"{row}\n" for row in rows)
    return f"""索 引 号
0000/2024-00012
信息分类
{column}
发布机构
{source}
发布日期
{date}
名　　称
{title}
微信
微博

{title}

{chr(10).join(lines)}
{table}【打印】【关闭】
""".encode()


def two_lines(
    site: str,
    column: str,
    title: str,
    date: str,
    source: str,
    lines: list[str],
    rows: tuple[str, ...] = (),
) -> bytes:
    """A page whose title is broken over two lines of the text, with a site's name for <title>."""
    cut = max(title.find("20"), 6)
    a, b = title[:cut], title[cut:]
    return f"""<!DOCTYPE html><html><head><meta charset=utf8><title>{column} - {site}</title></head><body><div id=header><p>欢迎访问{site}！今天是2026年3月5日</p><div><a href=1>首页</a>|<a href=2>领导之窗</a></div></div>
<div class=main><div class=side><h2>信息公开</h2><ul><li><a>公开指南</a></li><li><a>法治政府建设年度报告</a></li></ul></div><div class=detail><p style="text-align:center"><strong>{a}</strong></p><p style="text-align:center"><strong>{b}</strong></p><div>发布日期：{date} 来源：{source} 阅读次数：33</div>{_p(lines)}</div>{_table(rows)}</div><div class=relate><h3>相关新闻</h3><p>·<a href=3>我县召开法治工作会议，部署下一阶段任务。</a></p></div><div id=footer>Copyright {site} 备案号</div></body></html>""".encode()


def signed(
    site: str,
    column: str,
    title: str,
    date: str,
    source: str,
    lines: list[str],
    rows: tuple[str, ...] = (),
) -> bytes:
    """A paper with its fields in a table above it and its signature below."""
    return f"""<html><head><meta charset=gbk><title>{title}-{column}-{site}</title></head><body><div><table><tr><td>索引号：</td><td>A-1</td><td>文号：</td><td>某政发〔2024〕8号</td></tr><tr><td>发文单位：</td><td>{source}</td><td>发文日期：</td><td>{date}</td></tr><tr><td>名称：</td><td colspan=3>{title}</td></tr></table></div><div class="content"><p align=center>{title}</p>{_p(lines)}{_table(rows)}<p align=right>{source}</p><p align=right>{date.replace("-", "年", 1).replace("-", "月")}日</p></div></body></html>""".encode(
        "gb18030"
    )


Builder = Callable[..., bytes]


def _page(
    builder: Builder, name: str, site: str, column: str, title: str, date: str, source: str, lead: str,
    place: tuple[str, ...], issuer: str, year: int | None, *, unit: str = "全县", rows: tuple[str, ...] = (),
) -> Page:  # fmt: skip
    lines = body_of(lead, unit)
    raw = builder(site, column, title, date, source, lines, rows)
    published = None if builder is word_saved else date
    return Page(name, raw, title, place, issuer, year, published, tuple(lines), rows)


FIGURES = ("指标\t2021年\t2022年", "行政复议收案（件）\t141\t168", "行政诉讼败诉率（%）\t5.1\t3.7")

PAGES = [
    _page(trs, "a01.html", "景宁畲族自治县人民政府", "法治政府建设", "景宁畲族自治县2023年法治政府建设情况报告", "2024-02-20", "县司法局",
          "2023年，景宁县坚持以习近平法治思想为指导，扎实推进法治政府建设，现将有关情况报告如下：", ("浙江省", "丽水市", "景宁畲族自治县"), "景宁畲族自治县人民政府", 2023, rows=FIGURES),
    _page(trs, "a02.html", "杭州市临平区人民政府门户网站", "年度报告", "杭州市临平区应急管理局2022年度法治政府建设情况报告", "2023-01-30", "区应急管理局",
          "2022年，临平区应急管理局深入学习宣传贯彻习近平法治思想，全面履行应急管理职责，现将情况报告如下：", ("浙江省", "杭州市", "临平区"), "杭州市临平区应急管理局", 2022, unit="全局"),
    _page(vsb, "a03.html", "延边朝鲜族自治州司法局", "法治建设", "延边州司法局2022年法治政府建设工作总结", "2023-01-09", "",
          "2022年，延边州司法局在州委、州政府的坚强领导下，认真履行职责，现将工作总结如下：", ("吉林省", "延边朝鲜族自治州"), "延边州司法局", 2022, unit="全州"),
    _page(vsb, "a04.html", "中共巴东县委员会", "通知公告", "中共巴东县农业农村局党组关于2023年度法治建设情况的报告", "2024-01-12", "",
          "2023年，局党组坚持把法治建设摆在全局工作的重要位置，与业务工作同部署、同落实，现将情况报告如下：", ("湖北省", "恩施土家族苗族自治州", "巴东县"), "中共巴东县农业农村局党组", 2023, unit="全局"),
    _page(jcms, "a05.html", "东海县人民政府", "法治政府建设年度报告", "东海县人民政府2021年度法治政府建设情况报告", "2022-03-28", "东海县人民政府办公室",
          "2021年，我县坚持依法行政，加快建设法治政府，现将有关情况报告如下：", ("江苏省", "连云港市", "东海县"), "东海县人民政府", 2021, rows=FIGURES),
    _page(jcms, "a06.html", "南京市栖霞区人民政府", "工作总结", "栖霞区马群街道办事处2022年度法治建设工作报告", "2022-12-30", "马群街道办事处",
          "2022年，马群街道深入贯彻落实区委、区政府关于法治建设的决策部署，现将工作情况报告如下：", ("江苏省", "南京市", "栖霞区"), "栖霞区马群街道办事处", 2022, unit="全街道"),
    _page(ucap, "a07.html", "广西壮族自治区人力资源和社会保障厅", "法治建设", "广西壮族自治区人力资源和社会保障厅2023年法治政府建设年度报告", "2024-01-26", "自治区人力资源社会保障厅",
          "2023年，全区人力资源社会保障系统坚持依法行政，切实维护群众合法权益，现将情况报告如下：", ("广西壮族自治区",), "广西壮族自治区人力资源和社会保障厅", 2023, unit="全区"),
    _page(ucap, "a08.html", "中国政府网", "部门公开", "水利部2022年法治政府建设年度报告", "2023-03-31", "水利部",
          "2022年，水利部坚持以习近平新时代中国特色社会主义思想为指导，推进水利法治建设，现将情况报告如下：", (), "水利部", 2022, unit="全系统"),
    _page(old_asp, "a09.htm", "古浪县司法局", "", "古浪县2020年度法治政府建设工作报告", "2021-01-15", "古浪县司法局",
          "2020年，古浪县认真贯彻落实中央和省市各项决策部署，大力推进依法行政，现将情况报告如下：", ("甘肃省", "武威市", "古浪县"), "古浪县人民政府", 2020, rows=FIGURES),
    _page(old_asp, "a10.asp", "沁水县水务局", "", "沁水县水务局关于2019年依法行政工作情况的报告", "2019-12-20", "沁水县水务局",
          "2019年，我局认真落实县政府依法行政工作要求，规范水行政执法行为，现将情况报告如下：", ("山西省", "晋城市", "沁水县"), "沁水县水务局", 2019, unit="全局"),
    _page(portal, "a11.html", "温州市洞头区人民政府", "年度报告", "温州市洞头区人民政府关于2022年度法治政府建设情况的报告", "2023-02-14", "温州市洞头区人民政府",
          "2022年，洞头区锚定法治政府建设示范区目标，全面推进依法行政，现将有关情况报告如下：", ("浙江省", "温州市", "洞头区"), "温州市洞头区人民政府", 2022, unit="全区"),
    _page(portal, "a12.html", "新疆生产建设兵团第八师石河子市", "法治政府建设", "第八师石河子市2023年法治政府建设工作报告", "2024-03-05", "第八师石河子市司法局",
          "2023年，师市坚持以习近平法治思想为引领，依法推进师市治理，现将法治政府建设情况报告如下：", ("新疆维吾尔自治区", "石河子市"), "第八师石河子市", 2023, unit="师市"),
    _page(word_saved, "a13.html", "", "", "嘉祥县2021年法治政府建设工作总结和2022年工作打算", "2022-01-10", "",
          "2021年，嘉祥县深入推进依法行政，加快建设法治政府，各项工作取得明显成效，现将情况总结如下：", ("山东省", "济宁市", "嘉祥县"), "嘉祥县人民政府", 2021),
    _page(word_saved, "a14.html", "", "", "长兴县教育局2023年度法治建设情况暨2024年工作要点", "2024-01-10", "",
          "2023年，长兴县教育局全面推进依法治教、依法治校，深化教育法治建设，现将有关情况报告如下：", ("浙江省", "湖州市", "长兴县"), "长兴县教育局", 2023, unit="全县"),
    _page(copied, "a15.txt", "阿坝州人民政府", "法治政府建设", "阿坝州2022年法治政府建设年度报告", "2023-03-20", "州司法局",
          "2022年，阿坝州坚持依法治州，扎实推进法治政府建设，现将有关情况报告如下：", ("四川省", "阿坝藏族羌族自治州"), "阿坝州人民政府", 2022, unit="全州", rows=FIGURES),
    _page(copied, "a16.txt", "沈阳市和平区人民政府", "政府工作报告", "2025年沈阳市和平区政府工作报告", "2025-01-18", "区政府办公室",
          "现在，我代表区政府向大会报告工作，请予审议，并请各位政协委员和列席人员提出意见。", ("辽宁省", "沈阳市", "和平区"), "沈阳市和平区人民政府", 2025, unit="全区"),
    _page(copied, "a17.txt", "商水县人民政府", "信息公开年报", "商水县人民政府2023年政府信息公开工作年度报告", "2024-01-25", "县政府办",
          "本报告依据《中华人民共和国政府信息公开条例》编制，所列数据的统计期限自2023年1月1日起至2023年12月31日止。", ("河南省", "周口市", "商水县"), "商水县人民政府", 2023),
    _page(fields_copied, "a18.txt", "", "法治政府建设", "凉山州住房和城乡建设局2023年法治政府建设工作报告", "2024-02-06", "凉山州住房和城乡建设局",
          "2023年，凉山州住房和城乡建设局坚持依法行政，不断规范执法行为，现将工作情况报告如下：", ("四川省", "凉山彝族自治州"), "凉山州住房和城乡建设局", 2023, unit="全州"),
    _page(fields_copied, "a19.txt", "", "年度报告", "苍南县综合行政执法局2022年度法治政府建设情况报告", "2023-01-16", "苍南县综合行政执法局",
          "2022年，苍南县综合行政执法局围绕中心、服务大局，深化综合行政执法改革，现将情况报告如下：", ("浙江省", "温州市", "苍南县"), "苍南县综合行政执法局", 2022, unit="全局"),
    _page(trs, "a20.html", "宁夏回族自治区中卫市沙坡头区人民政府", "重点领域", "沙坡头区2024年法治政府建设工作要点", "2024-04-02", "区司法局",
          "为深入推进法治政府建设，根据中央和自治区、市关于法治政府建设的部署要求，结合我区实际，制定本要点。", ("宁夏回族自治区", "中卫市", "沙坡头区"), "沙坡头区人民政府", 2024, unit="全区"),
    _page(vsb, "a21.html", "内蒙古自治区鄂温克族自治旗人民政府", "法治政府", "鄂温克族自治旗人民政府2022年法治政府建设情况报告", "2023-02-01", "",
          "2022年，鄂温克旗认真贯彻落实自治区、市关于法治政府建设的决策部署，现将有关情况报告如下：", ("内蒙古自治区", "呼伦贝尔市", "鄂温克族自治旗"), "鄂温克族自治旗人民政府", 2022, unit="全旗"),
    _page(ucap, "a22.html", "湖南省湘西土家族苗族自治州人民政府", "法治政府建设", "湘西自治州2023年度法治政府建设情况报告", "2024-03-18", "州司法局",
          "2023年，湘西自治州深入学习贯彻习近平法治思想，全面推进依法治州，现将有关情况报告如下：", ("湖南省", "湘西土家族苗族自治州"), "湘西自治州人民政府", 2023, unit="全州"),
    _page(jcms, "a23.html", "常熟市政府信息公开", "市级机关", "常熟市市场监督管理局2022年法治政府建设工作总结及2023年工作安排", "2023-01-05", "常熟市市场监督管理局",
          "2022年，常熟市市场监督管理局坚持法治引领，护航高质量发展，现将工作情况总结如下：", ("江苏省", "苏州市", "常熟市"), "常熟市市场监督管理局", 2022, unit="全局"),
    _page(portal, "a24.html", "上海市人民政府", "区级公开", "上海市浦东新区2022年法治政府建设情况报告", "2023-04-20", "浦东新区人民政府",
          "2022年，浦东新区全力打造社会主义现代化建设引领区，持续深化法治政府建设，现将情况报告如下：", ("上海市", "浦东新区"), "上海市浦东新区人民政府", 2022, unit="全区"),
]  # fmt: skip

PAGES += [
_page(two_lines,"b1.html","利辛县人民政府","年度报告","利辛县人民政府2022年度法治政府建设情况报告","2023-02-01","县司法局","2022年，利辛县坚持依法行政，各项工作取得新进展，现将有关情况报告如下：",("安徽省","亳州市","利辛县"),"利辛县人民政府",2022),
_page(two_lines,"b2.html","武鸣区","年度报告","南宁市武鸣区林业局2021年法治政府建设工作情况","2022-01-11","区林业局","2021年，我局认真学习贯彻习近平法治思想，推进林业法治建设，现将情况报告如下：",("广西壮族自治区","南宁市","武鸣区"),"南宁市武鸣区林业局",2021),
_page(signed,"b3.html","玉树州人民政府","通知","玉树藏族自治州2023年法治政府建设情况报告","2024-03-01","玉树州人民政府","2023年，玉树州坚持依法治州，现将法治政府建设有关情况报告如下：",("青海省","玉树藏族自治州"),"玉树藏族自治州人民政府",2023),
_page(signed,"b4.html","辰溪县","年报","中共辰溪县委全面依法治县委员会办公室关于2022年法治建设情况的报告","2023-01-18","县委依法治县办","2022年，辰溪县委依法治县办统筹推进法治建设，现将工作情况报告如下：",("湖南省","怀化市","辰溪县"),"中共辰溪县委全面依法治县委员会办公室",2022),
_page(trs,"b5.html","交通运输部","年报","交通运输部2023年法治政府部门建设年度报告","2024-04-01","法制司","2023年，交通运输部深入学习贯彻习近平法治思想，推进法治政府部门建设，现将情况报告如下：",(),"交通运输部",2023),
_page(vsb,"b6.html","屏边县人民政府","法治","屏边苗族自治县2022年度法治政府建设报告","2023-03-03","","2022年，屏边县以习近平法治思想为指引，推进法治政府建设，现报告如下，请予审阅。",("云南省","红河哈尼族彝族自治州","屏边苗族自治县"),"屏边苗族自治县人民政府",2022),
_page(jcms,"b7.html","张家港市","年度报告","张家港市金港街道2023年法治政府建设工作总结","2023-12-25","金港街道","2023年，金港街道坚持依法行政，提升基层治理法治化水平，现将情况总结如下：",("江苏省","苏州市","张家港市"),"张家港市金港街道",2023),
_page(ucap,"b8.html","国家税务总局","年报","国家税务总局2022年法治政府建设情况报告","2023-03-30","政策法规司","2022年，税务系统深入推进精确执法，现将法治政府建设情况报告如下，请予审阅。",(),"国家税务总局",2022),
_page(old_asp,"b9.html","兴仁市政府网","","兴仁市综合行政执法局2021年法治工作情况及2022年工作计划","2021-12-22","兴仁市综合行政执法局","2021年，我局坚持规范执法，文明执法，现将法治工作情况报告如下：",("贵州省","黔西南布依族苗族自治州","兴仁市"),"兴仁市综合行政执法局",2021),
_page(portal,"b10.html","武汉东湖新技术开发区","年报","武汉东湖新技术开发区管理委员会2022年法治政府建设年度报告","2023-02-25","东湖高新区管委会","2022年，东湖高新区坚持法治引领，优化营商环境，现将情况报告如下：",("湖北省","武汉市"),"武汉东湖新技术开发区管理委员会",2022),
_page(copied,"b11.txt","克州人民政府","法治","克孜勒苏柯尔克孜自治州2022年度法治政府建设工作报告","2023-03-02","州司法局","2022年，克州坚持依法治州，推进法治政府建设，现将情况报告如下：",("新疆维吾尔自治区","克孜勒苏柯尔克孜自治州"),"克孜勒苏柯尔克孜自治州人民政府",2022),
_page(copied,"b12.txt","射洪市人民政府","通知","射洪市2024年法治政府建设工作计划","2024-03-12","市司法局","为扎实推进2024年法治政府建设，按照上级要求，结合我市实际，制定本计划。",("四川省","遂宁市","射洪市"),"射洪市人民政府",2024),
_page(fields_copied,"b13.txt","","年报","莒南县自然资源和规划局2023年法治政府建设情况报告","2024-01-15","莒南县自然资源和规划局","2023年，我局坚持依法行政，规范自然资源执法，现将情况报告如下：",("山东省","临沂市","莒南县"),"莒南县自然资源和规划局",2023),
_page(word_saved,"b14.html","","","中共如皋市卫生健康委员会党委2022年度法治建设工作总结","","","2022年，市卫健委坚持依法治理，推进卫生健康法治建设，现将工作总结如下：",("江苏省","南通市","如皋市"),"中共如皋市卫生健康委员会党委",2022),
_page(trs,"b15.html","北京市密云区人民政府","年报","北京市密云区人民政府关于2023年法治政府建设情况的报告","2024-03-15","区司法局","2023年，密云区坚持党建引领，推进依法行政，现将有关情况报告如下：",("北京市","密云区"),"北京市密云区人民政府",2023),
_page(jcms,"b16.html","海南省儋州市","年报","儋州市2022年法治政府建设工作情况报告","2023-02-08","儋州市司法局","2022年，儋州市紧扣自由贸易港建设，推进依法行政，现将情况报告如下：",("海南省","儋州市"),"儋州市人民政府",2022),
_page(portal,"b17.html","龙里县人民政府","国民经济","龙里县2023年国民经济和社会发展统计公报","2024-05-10","龙里县统计局","2023年，全县上下认真贯彻落实各项决策部署，经济运行总体平稳，稳中有进。",("贵州省","黔南布依族苗族自治州","龙里县"),"龙里县统计局",2023),
_page(ucap,"b18.html","图们市人民政府","年报","图们市公安局2023年政府信息公开工作年度报告","2024-01-20","市公安局","根据《中华人民共和国政府信息公开条例》规定，现公布本机关2023年政府信息公开工作年度报告。",("吉林省","延边朝鲜族自治州","图们市"),"图们市公安局",2023),
]  # fmt: skip
