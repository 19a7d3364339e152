"""Lines made to cost much: a way through them that is not linear does not come to their end.

A step for each pair of ``CHARS`` characters makes 80 thousand million steps: five minutes and more
where a regular expression makes them, an hour where Python does. A step for each character is done
in a second or two. So nothing is timed: what comes to an end within ``ENDS`` is linear.
"""

from __future__ import annotations

import pytest

CHARS = 400_000
FEW = 100_000  # of a way that takes Python's steps, of which it makes a tenth as many
ENDS = pytest.mark.timeout(90)  # seconds


def line_of(unit: str, chars: int = CHARS) -> str:
    """Return a line of that many characters that says one thing over and over."""
    return unit * (chars // len(unit))
