"""What a report is called in answers: shortly in briefings and tables, fully elsewhere."""

from __future__ import annotations

import re

from retrieval.documents import ReportMeta

_GOVERNMENT = re.compile("人民政府(?:办公室|办公厅)?$")


def body_name(meta: ReportMeta) -> str:
    """Return 清溪县, 綦江区司法局 or 渭河区南坪街道办事处: the place and who reports, if not its government."""
    place = meta.place[-1] if meta.place else ""
    issuer = meta.issuer
    if not issuer or (place and _GOVERNMENT.search(issuer) and place in issuer):
        return place or meta.title
    if not place:
        return issuer
    if place in issuer:
        return issuer[issuer.find(place) :]
    for name in meta.place:
        issuer = issuer.removeprefix(name)
    return place + issuer


def report_name(meta: ReportMeta) -> str:
    """Return the body with its year in brackets: 清溪县（2023年度）."""
    return f"{body_name(meta)}（{meta.year}年度）" if meta.year else body_name(meta)


def full_name(meta: ReportMeta) -> str:
    """Return the full place, the bureau and the year: 重庆市綦江区·司法局（2023年度）."""
    place = full_place(meta)
    body = (
        f"·{meta.issuer.removeprefix(''.join(meta.place)).removeprefix(place)}"
        if meta.level == "department"
        else ""
    )
    return f"{place}{body}（{meta.year}年度）" if meta.year else f"{place}{body}"


def full_place(meta: ReportMeta) -> str:
    """Return the last two levels of a report's place, or what stands for it: 重庆市綦江区."""
    return "".join(meta.place[-2:]) or meta.issuer or meta.title
