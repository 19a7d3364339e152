"""Words of a report that stand where nobody knows whose they are: 我县 and 今年 become the place and year.

A paragraph is pasted into another paper; the lock knows a report's own names and year, so that
nothing else is let through in their place.
"""

from __future__ import annotations

import re

from retrieval.documents import ReportMeta
from retrieval.places.subunits import territory

_SELF = re.compile("(?<![自本人])[我本](?=([省市州县区旗镇乡局])(?![域场级长]))")
_THIS_YEAR = re.compile("今年(?:以来|内)?(?!度)")
_LAST_YEAR = re.compile("去年(?=[，、的全年底初同])")


def standing_alone(words: str, meta: ReportMeta) -> str:
    """Return words with the report's place for 我县, its year for 今年 and the one before for 去年."""
    own = territory(meta.place, meta.issuer)
    names = (*own[-1:], meta.issuer)

    def named(match: re.Match[str]) -> str:
        name = next((name for name in names if name.endswith(match[1])), "")
        return name.removesuffix(match[1]) or match[0]

    words = _SELF.sub(named, words)
    if meta.year:
        words = _THIS_YEAR.sub(f"{meta.year}年", words)
        words = _LAST_YEAR.sub(f"{meta.year - 1}年", words)
    return words
