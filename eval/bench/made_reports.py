"""Reports of real counties made up from a seed, as many as are asked for, for benchmarks of size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from retrieval.places.gazetteer import Chain, gazetteer

YEARS = (2023, 2022, 2021, 2020)
RARE_PHRASE = "流动仲裁庭"  # every ``RARE_EVERY``th report has it, so its count is known
RARE_EVERY = 7
_PROBLEMS = ("执法力量不足", "普法针对性不强", "数据共享不畅", "个别单位重视不够", "复议人员偏少")
_BODY = """{place}人民政府关于{year}年度法治政府建设情况的报告
{year}年，{place}推进法治政府建设，现将情况报告如下：
一、主要举措和成效
（一）健全依法决策机制。召开政府常务会议{meetings}次，审查规范性文件{documents}件，提出意见{remarks}条。
（二）规范行政执法。办理行政处罚案件{fines}件，执法人员持证率达{held}%。开展案卷评查{reviews}次。{rare}
（三）化解矛盾纠纷。受理矛盾纠纷{disputes}件，调解成功率{settled}%。行政复议收案{appeals}件，审结{closed}件。
（四）落实负责人出庭制度。行政诉讼案件{suits}件，行政机关负责人出庭率{present}%。
二、存在的问题
（一）{first}。（二）{second}。
三、下一步打算
（一）加强队伍建设，组织培训{courses}期。
（二）推进数据共享，年内接入{systems}个系统。
"""


def made_reports(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Yield ``count`` pairs of file name and text, each of another county or year.

    The first ``n`` of them are the same for every ``count`` of at least ``n``.
    """
    counties = [c for c in gazetteer().chains if len(c) == 3]
    Random(seed).shuffle(counties)
    if count > len(counties) * len(YEARS):
        raise ValueError(f"at most {len(counties) * len(YEARS)} reports can be made")
    for i in range(count):
        chain, year = counties[i % len(counties)], YEARS[i // len(counties)]
        yield f"{i:05}.txt", _report(chain, year, i, Random(seed * 1_000_003 + i))


def _report(chain: Chain, year: int, number: int, random: Random) -> str:
    appeals = random.randint(20, 900)
    first, second = random.sample(_PROBLEMS, 2)
    return _BODY.format(
        place="".join(chain), year=year, first=first, second=second,
        rare=f"设立{RARE_PHRASE}{random.randint(1, 9)}个。" if number % RARE_EVERY == 0 else "",
        meetings=random.randint(3, 40), documents=random.randint(5, 300),
        remarks=random.randint(5, 900), fines=random.randint(50, 9000),
        held=random.randint(800, 999) / 10, reviews=random.randint(1, 12),
        disputes=random.randint(300, 9000), settled=random.randint(900, 999) / 10,
        appeals=appeals, closed=appeals - random.randint(0, 15), suits=random.randint(5, 600),
        present=random.randint(700, 1000) / 10, courses=random.randint(1, 20),
        systems=random.randint(2, 60),
    )  # fmt: skip


def write_reports(folder: Path, count: int, seed: int = 1) -> list[Path]:
    """Write the reports into ``folder`` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in made_reports(count, seed):
        (folder / name).write_text(text, "utf-8")
        paths.append(folder / name)
    return paths
