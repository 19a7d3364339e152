"""A library of reports with a quick embedder, and whole conversations held over it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from library_fakes import QuickStore

from bot.assistant import Assistant
from bot.evidence.drafting import Desk
from bot.values import Answer
from retrieval.library.library import Library
from retrieval.question.query import State
from retrieval.search.embedding import FakeEmbedder

REAL = sorted((Path(__file__).parent.parent / "eval" / "reports").glob("*.txt"))

QINGSHAN = """青山县人民政府关于2023年度法治政府建设情况的报告
现将2023年度法治政府建设情况报告如下：
一、2023年法治政府建设主要举措和成效
（一）健全依法行政制度。3月，召开县政府常务会议，审议通过《青山县重大行政决策目录》。印发《青山县行政规范性文件管理办法》《关于加强合同审查的通知》。6月，开展执法人员培训，培训320人次；7月，对12个部门开展案卷评查。
（二）化解矛盾纠纷。全年受理矛盾纠纷860件，调解成功率98%。行政复议案件收案40件，审结38件。未推行“首违不罚”清单。
（四）加强行政执法监督。执法人员持证率达96%，出庭率100%，占比7%。贯彻落实《江西省行政执法监督条例》。
二、存在的问题
一是执法力量不足。基层编制少，人员流动快。二是普法针对性不强。三是数据共享不畅。
三、2024年工作安排
（一）加强执法队伍建设。力争持证率达到99%以上。
（二）推进数据共享。
"""

BAISHUI = """白水县司法局2023年法治政府建设情况报告
发布机构：白水县司法局
发布日期：2024-02-18
白水县司法局现将2023年法治政府建设情况报告如下：
一、主要举措和成效
（一）化解矛盾纠纷。全年受理矛盾纠纷1200件，调解成功率98%。
（二）推行柔性执法。组织八五普法。该做法被省里推广。推行“首违不罚”清单，免罚案件65件。
二、存在的问题
（一）法治宣传形式单一。
（二）复议人员不足。
三、产生问题的原因
（一）宣传队伍年龄偏大。
（二）编制没有到位。
四、下一步打算
（一）创新普法形式。
"""

QINGSHI = """青石县2023年法治政府建设情况报告
一、主要举措和成效
（一）依法决策。全年审核规范性文件12件，提出意见34条。
（二）化解纠纷。受理民间纠纷560件，调解成功551件，调解成功率98.4%。
二、存在问题
一是执法人员偏少。二是普法形式单一。
"""

TABLED = """银杏县人民政府关于2023年度法治政府建设情况的报告
现将2023年度法治政府建设情况报告如下：
一、主要举措和成效
（一）规范执法。重点部门的执法数据见下表：
部门\t行政处罚（件）\t罚没金额（万元）\t案卷评查平均分
县市场监督管理局\t412\t96.5\t93.1
县交通运输局\t530\t61.2\t95.4
县城市管理局\t1,204\t48.0\t88.7
合计\t2,146\t205.7\t
（二）行政复议。全年收到行政复议申请52件，审结47件。
（三）加强普法。全年开展宣传活动46场，“法律明白人”由去年的325名增加到410名。
二、存在的问题
一是普法形式单一。二是复议力量不足，全年收到行政复议申请55件，办案人员只有2人。
"""

CUT = """红岩县人民政府2022年度法治政府建设情况报告
2022年，红岩县推进法治政府建设，现将情况报告如下：
一、主要举措和成效
（一）化解矛盾纠纷。受理矛盾纠纷530件，调解成功率99.5%。
"""

RED_ROCK_AFTER = """红岩县人民政府2023年度法治政府建设情况报告
2023年，红岩县推进法治政府建设，现将情况报告如下：
一、主要举措和成效
（一）化解矛盾纠纷。受理矛盾纠纷610件，调解成功率99.6%。
二、存在的问题
一是执法力量不足，基层执法人员偏少。二是普法形式单一。
三、2024年工作安排
（一）充实基层执法力量。
"""

RED_ROCK_BEFORE = """红岩县人民政府2022年度法治政府建设情况报告
2022年，红岩县推进法治政府建设，现将情况报告如下：
一、主要举措和成效
（一）化解矛盾纠纷。受理矛盾纠纷530件，调解成功率99.5%。
二、存在的问题
一是执法力量不足，基层执法人员不够。二是复议能力不强。
三、2023年工作安排
（一）加强矛盾纠纷调解，调解成功率达到99%以上。
"""


_BUILT = TemporaryDirectory(prefix="baogao-built-")


def _opened(folder: Path, **options: Any) -> Library:
    """Open the library of a folder without Chroma, which has tests of its own."""
    return Library.open(folder / "library", embedder=FakeEmbedder(), store=QuickStore(), **options)


@cache
def _built(texts: tuple[tuple[str, str], ...] | None) -> Path:
    """Return a folder with a library over ``texts`` or the five real reports, made once a run."""
    folder = Path(mkdtemp(dir=_BUILT.name))
    paths = REAL
    if texts is not None:
        paths = [folder / name for name, _ in texts]
        for path, (_, text) in zip(paths, texts, strict=True):
            path.write_text(text, "utf-8")
    with _opened(folder, create=True) as library:
        assert {r.status for r in library.ingest(paths)} == {"added"}
    return folder


@contextmanager
def library_over(folder: Path, texts: Mapping[str, str] | None = None) -> Iterator[Library]:
    """Give a library of ``texts`` by file name, or of the five real reports: a copy of its own."""
    built = _built(None if texts is None else tuple(texts.items()))
    shutil.copytree(built, folder, dirs_exist_ok=True)
    with _opened(folder) as library:
        yield library


@contextmanager
def assistant_over(folder: Path, texts: Mapping[str, str] | None = None) -> Iterator[Assistant]:
    """Give an assistant over ``texts`` by file name, or over the five real reports."""
    with library_over(folder, texts) as library:
        yield Assistant(library)


def desk_of(assistant: Assistant, question: str) -> Desk:
    """Return what a question's writers have before them."""
    library = assistant.library.pinned()
    query, scope = assistant.settle(question, State(), library)[0]
    return assistant.desk(library, query, scope, State())


def talk(assistant: Assistant, *questions: str) -> Answer:
    """Return the answer to the last of ``questions``, asked in one conversation."""
    state = State()
    for question in questions:
        reply = assistant.ask(question, state)
        state = reply.state
    return reply.answer
