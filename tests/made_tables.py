"""Reports with tables in every manner in which offices paste them, and what is to be read there.

Written from how such tables look on public pages, before the reader of tables was. A question's
gold is the figure as it stands, and a word of its row and of its column.
"""

from __future__ import annotations

from dataclasses import dataclass

from made_documents import make_docx, paragraph


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on one cell: its figure (blanks apart), words of its row and of its column."""

    question: str
    figure: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class TablePage:
    """A page with its cells that are asked for; ``source`` is its file's name."""

    source: str
    raw: bytes
    asked: tuple[Asked, ...]
    silent: tuple[str, ...] = ()
    """Questions that no cell answers."""


_BY_TABS = """云溪县人民政府关于2023年度法治政府建设情况的报告
现将2023年度法治政府建设情况报告如下：
一、主要工作及成效
（一）行政争议化解情况。近三年主要数据见下表：
项目\t2021年\t2022年\t2023年
行政复议收案（件）\t35\t41\t62
行政复议审结（件）\t33\t40\t58
行政应诉案件（件）\t28\t30\t27
行政机关负责人出庭率（%）\t92.5\t96.7\t100
（二）加强普法。全年开展法治宣传活动46场。
二、存在的问题
一是执法力量不足。二是普法形式单一。
三、下一步打算
（一）充实执法力量。
"""

_BY_WIDE_BLANKS = """石桥市交通运输局2022年法治政府建设工作报告

石桥市交通运输局2022年推进法治政府建设的情况如下：
一、执法监督
全年执法检查情况统计如下（单位：件）：
  类  别          检查次数    立案数    结案数    罚款金额（万元）
  道路客运          1 204       86        84        41.20
  道路货运          2 311       143       139       97.65
  驾培维修            418       12        12         3.80
  水路运输            97         5         4         1.15
  合  计            4 030       246       239       143.80
　　执法人员持证率为98%。
二、存在问题
执法装备不足，部分站点没有配备记录仪。
三、明年计划
更新执法装备。
"""

_BY_COMMAS = """龙湾区司法局2024年度法治政府建设情况报告
龙湾区司法局将2024年法治政府建设情况报告如下。
一、公共法律服务
2024年各镇街法律援助与人民调解工作情况
镇街 援助案件 调解案件 调解成功率 咨询人次
城东街道 312 1,045 98.2% 3,210
城西街道 205 877 97.5% 2,004
白沙镇 98 1,320 99.1% 1,115
总计 615 3,242 98.3% 6,329
全区共有人民调解委员会86个。
二、存在的不足
（一）村级调解员年龄偏大。
三、下一步工作
（一）开展调解员培训。
"""

_BY_SINGLE_BLANKS = """丰源市2023年法治政府建设年度报告
2023年，丰源市扎实推进法治政府建设，现报告如下。
一、政务公开
（一）信息公开申请办理情况如下表所示。
区域 收到申请 予以公开 不予公开 行政复议后维持
市本级 1 326 804 57 12
临江县 452 310 21 3
河口县 1 018 655 40 6
双塔区 287 190 9 0
合计 3 083 1 959 127 21
（二）政府网站共发布信息2.3万条。
二、问题和不足
基层公开意识不强，答复文书不够规范。
三、2024年打算
规范答复文书。
"""

_TWO_LEVELS = """青峰县2024年法治政府建设情况报告
青峰县人民政府现将2024年法治政府建设情况报告如下：
一、依法决策
规范性文件管理情况对比：
单位        2023年            2024年
        制发    备案    制发    备案
县政府    9    9    6    6
县政府办    14    14    11    11
县直部门    37    35    28    28
合计    60    58    45    45
二、存在不足
备案材料不够规范。
三、下步打算
加强备案培训。
"""

_WITH_SERIALS = """海陵县人民政府2023年法治政府建设工作情况报告
海陵县人民政府关于2023年法治政府建设的情况报告如下：
一、优化营商环境
序号 事项 本年办理量 上年办理量 同比
1 企业开办 5,208 4,411 18.1%
2 不动产登记 12,034 11,870 1.4%
3 工程建设项目审批 226 251 -10.0%
4 水电气联合报装 341 98 248.0%
全年新登记经营主体1.2万户。
二、存在的问题
部门数据共享不畅。
三、下一步安排
推进数据共享。
"""

_MERGED_HTML = """<html><head><title>双河区2023年法治政府建设情况报告</title></head><body><div class="article">
<h1>双河区2023年法治政府建设情况报告</h1>
<p>双河区人民政府现将2023年法治政府建设情况报告如下：</p>
<p>一、行政执法情况</p>
<p>全区行政执法案件办理情况如下，分年度、分领域统计，数据来源于执法平台。</p>
<table><tr><th rowspan="2">领域</th><th rowspan="2">指标</th><th colspan="2">2022年</th><th colspan="2">2023年</th></tr>
<tr><th>立案</th><th>罚款（万元）</th><th>立案</th><th>罚款（万元）</th></tr>
<tr><td rowspan="2">市场监管</td><td>一般程序</td><td>410</td><td>120.5</td><td>388</td><td>101.2</td></tr>
<tr><td>简易程序</td><td>77</td><td>3.1</td><td>65</td><td>2.6</td></tr>
<tr><td rowspan="2">文化旅游</td><td>一般程序</td><td>18</td><td>9.4</td><td>22</td><td>15.0</td></tr>
<tr><td>简易程序</td><td>6</td><td>0.3</td><td>4</td><td>0.2</td></tr>
<tr><td colspan="2">合计</td><td>511</td><td>133.3</td><td>479</td><td>119.0</td></tr></table>
<p>二、存在的问题</p><p>执法人员数量不足，文书制作不规范，信息化水平不高，培训不够系统。</p>
<p>三、下一步打算</p><p>加强执法培训，充实一线执法人员，推进执法信息化，开展案卷评查。</p>
</div></body></html>
"""


def _merged_docx() -> bytes:
    def cell(words: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(words)}</w:tc>"

    start, go_on, two = '<w:vMerge w:val="restart"/>', "<w:vMerge/>", '<w:gridSpan w:val="2"/>'
    rows = (
        cell("科室", start) + cell("复议案件", two) + cell("应诉案件", two),
        cell("", go_on) + cell("受理") + cell("办结") + cell("受理") + cell("办结"),
        cell("复议一科") + cell("87") + cell("80") + cell("12") + cell("11"),
        cell("复议二科") + cell("64") + cell("61") + cell("9") + cell("9"),
        cell("合计") + cell("151") + cell("141") + cell("21") + cell("20"),
    )
    before = (
        "梧州市司法局2022年法治政府建设情况报告",
        "梧州市司法局现将2022年法治政府建设情况报告如下：",
        "一、复议应诉工作",
        "各科室办案情况如下表。",
    )
    after = ("二、存在的问题", "办案人员不足。", "三、下一步打算", "充实办案力量。")
    table = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    return make_docx(
        "".join(map(paragraph, before)) + f"<w:tbl>{table}</w:tbl>" + "".join(map(paragraph, after))
    )


PAGES = (
    TablePage(
        "yunxi.txt",
        _BY_TABS.encode(),
        (
            Asked("云溪县2022年行政复议收案多少件", "41", "行政复议收案", "2022年"),
            Asked("云溪县2023年行政复议收案多少件", "62", "行政复议收案", "2023年"),
            Asked("云溪县2021年行政应诉案件有多少件", "28", "行政应诉案件", "2021年"),
            Asked("云溪县2023年负责人出庭率是多少", "100", "负责人出庭率", "2023年"),
        ),
        ("云溪县2022年法律援助案件多少件",),
    ),
    TablePage(
        "shiqiao.txt",
        _BY_WIDE_BLANKS.encode("gb18030"),
        (
            Asked("石桥市交通运输局道路货运立案多少件", "143", "道路货运", "立案"),
            Asked("石桥市交通运输局道路客运检查了多少次", "1204", "道路客运", "检查次数"),
            Asked("石桥市交通运输局水路运输罚款多少万元", "1.15", "水路运输", "罚款金额"),
            Asked("石桥市交通运输局2022年一共立案多少件", "246", "合计", "立案"),
        ),
        ("石桥市交通运输局轨道交通立案多少件",),
    ),
    TablePage(
        "longwan.txt",
        _BY_COMMAS.encode(),
        (
            Asked("龙湾区白沙镇调解案件多少件", "1,320", "白沙镇", "调解案件"),
            Asked("龙湾区城东街道的调解成功率", "98.2%", "城东街道", "调解成功率"),
            Asked("龙湾区2024年咨询总计多少人次", "6,329", "总计", "咨询"),
            Asked("龙湾区城西街道法律援助案件有多少", "205", "城西街道", "援助案件"),
        ),
    ),
    TablePage(
        "fengyuan.txt",
        _BY_SINGLE_BLANKS.encode(),
        (
            Asked("丰源市河口县收到信息公开申请多少件", "1018", "河口县", "收到申请"),
            Asked("丰源市本级予以公开多少件", "804", "市本级", "予以公开"),
            Asked("丰源市2023年一共收到信息公开申请多少件", "3083", "合计", "收到申请"),
            Asked("丰源市临江县不予公开的有几件", "21", "临江县", "不予公开"),
        ),
    ),
    TablePage(
        "qingfeng.txt",
        _TWO_LEVELS.encode(),
        (
            Asked("青峰县县直部门2024年制发规范性文件多少件", "28", "县直部门", "2024年"),
            Asked("青峰县县直部门2023年备案了多少件", "35", "县直部门", "2023年"),
            Asked("青峰县县政府办2024年制发多少件", "11", "县政府办", "制发"),
            Asked("青峰县2024年合计制发多少件规范性文件", "45", "合计", "2024年"),
        ),
    ),
    TablePage(
        "hailing.txt",
        _WITH_SERIALS.encode(),
        (
            Asked("海陵县2023年不动产登记办理量是多少", "12,034", "不动产登记", "本年"),
            Asked("海陵县企业开办同比增长多少", "18.1%", "企业开办", "同比"),
            Asked("海陵县水电气联合报装本年办理量", "341", "水电气联合报装", "本年"),
            Asked("海陵县工程建设项目审批上年办理量是多少", "251", "工程建设项目审批", "上年"),
        ),
    ),
    TablePage(
        "shuanghe.html",
        _MERGED_HTML.encode(),
        (
            Asked("双河区2023年市场监管一般程序立案多少件", "388", "市场监管", "2023年"),
            Asked("双河区2022年文化旅游一般程序罚款多少万元", "9.4", "文化旅游", "2022年"),
            Asked("双河区2023年市场监管简易程序立案多少件", "65", "简易程序", "2023年"),
            Asked("双河区2023年合计罚款多少万元", "119.0", "合计", "2023年"),
        ),
    ),
    TablePage(
        "wuzhou.docx",
        _merged_docx(),
        (
            Asked("梧州市司法局复议二科受理复议案件多少件", "64", "复议二科", "复议案件"),
            Asked("梧州市司法局复议一科应诉案件办结多少件", "11", "复议一科", "应诉案件"),
            Asked("梧州市司法局2022年合计受理复议案件多少件", "151", "合计", "复议案件"),
        ),
    ),
)  # fmt: skip
