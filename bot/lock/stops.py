"""Where sentences and clauses of a levelled text end, for the checks of the lock."""

from __future__ import annotations

import re

HARD_STOP = re.compile(r"[。!?\n]")
STOP = re.compile(r"(?<!\d)[,:]|[,:](?!\d)|[;。!?\n]")
# what begins so tells of the clause before it
DEPENDENT = re.compile(
    "^(?:同比|环比|同期|[较比](?:上年|去年|20\\d\\d年|前年|往年)|(?:增长|下降|上升|提高|降低|减少|增加|增幅|降幅)[了为到至达约]{0,2}\\d)"
)
