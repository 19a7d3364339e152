"""Who is let in and how much may be asked: what every door with a chat behind it is told."""

from __future__ import annotations

from bot.setting_group import SettingGroup


class Limits(SettingGroup):
    """Nobody let in but ``allow``, and hardly a limit unless one is set.

    ``allow`` names users, and groups whose members are let in; ``admins`` those who may change the
    library. Questions are counted by user in a minute and a day, and of all users in a day;
    ``concurrency`` of them are worked on at once. A message older than ``max_age_s`` is not
    answered.
    """

    allow: frozenset[int] = frozenset()
    admins: frozenset[int] = frozenset()
    per_minute: int = 1_000_000
    per_day: int = 1_000_000
    per_day_all: int = 1_000_000
    concurrency: int = 1
    max_age_s: float = float("inf")
