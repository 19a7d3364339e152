"""A year in digits, for patterns that are shared."""

from __future__ import annotations

import re

YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
SAID_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
