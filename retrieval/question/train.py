"""Fit the reader anew: ``python -m retrieval.question.train``, in a checkout of the project.

The fit and its measures stand with the other fits (``eval.fits.reader``), which no installation
needs; this is the name that people know it by.
"""

from __future__ import annotations

import runpy
import sys
from importlib.util import find_spec

FIT = "eval.fits.reader"


def main() -> None:
    """Run the fit with the arguments given; exits with 1 and a sentence where it is not there."""
    if find_spec(FIT.partition(".")[0]) is None:
        sys.exit(f"{FIT} is not here: the reader is fitted in a checkout of the project.")
    runpy.run_module(FIT, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
