"""The bars of speed and size: what a figure has to be, what it was, and whether it is met."""

from __future__ import annotations

MARK = "bar:"


def tell(name: str, measured: float, limit: float, unit: str = "", *, least: bool = False) -> None:
    """Print one line: the bar, the figure measured and whether it is met.

    ``limit`` is the most that the figure may be, with ``least`` the least.
    """
    met = measured >= limit if least else measured <= limit
    bar, figure = (
        f"{'≥' if least else '≤'} {limit:,g} {unit}",
        f"{measured:,.{0 if measured >= 100 else 3}f} {unit}",
    )
    print(f"{MARK} {name:58}{bar:>18}{figure:>18}  {'met' if met else 'NOT MET'}", flush=True)
