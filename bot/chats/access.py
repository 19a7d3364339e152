"""Who may do what, and how often.

Closed by default. A user is let in by the allow list or by a pairing code; a listed group lets
in its members, inside that group. The decision uses who truly sent the update
(whoever reads a messenger's updates refuses those who stand for others) and never the chat alone.
Quotas count by user, whatever the chat or the kind of request, and survive restarts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.chats.chat_records import MemberRole
from bot.chats.conversations import ConversationStore
from bot.chats.limits import Limits
from bot.chats.wording import said
from bot.notes import Language

Limit = Literal["", "minute", "day", "all"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a question may be asked now; else which limit holds and for how long."""

    limit: Limit = ""
    wait_s: float = 0.0


class Access:
    """The allow list (settings and pairing together) and the quotas."""

    def __init__(self, limits: Limits, store: ConversationStore) -> None:
        self._limits = limits
        self._store = store
        self._paired = store.members()

    def is_admin(self, user: int) -> bool:
        """Tell whether a user may change the library."""
        return user in self._limits.admins or user in self._paired["admin"]

    def may_use(self, user: int, chat: int, *, private: bool) -> bool:
        """Tell whether a person may talk to the bot here."""
        if self.is_admin(user) or user in self._limits.allow or user in self._paired["user"]:
            return True
        return not private and (chat in self._limits.allow or chat in self._paired["group"])

    @property
    def is_empty(self) -> bool:
        """True while nobody at all is let in."""
        return not (self._limits.allow or self._limits.admins or any(self._paired.values()))

    def pair(self, code: str, user: int) -> MemberRole | None:
        """Use a pairing code; return the role gained, or None if the code is wrong or used."""
        role = self._store.redeem_pairing_code(code, user)
        self._paired = self._store.members()
        return role

    def move_group(self, old: int, new: int) -> bool:
        """Carry a group's permission over to its new id; False if it had none."""
        if old not in self._limits.allow and old not in self._paired["group"]:
            return False
        self._store.add_member(new, "group")
        self._paired = self._store.members()
        return True

    def quota(self, user: int) -> Verdict:
        """Tell whether one more question is within the limits."""
        counts = self._store.counts(user)
        if counts.user_day >= self._limits.per_day:
            return Verdict("day")
        if counts.all_day >= self._limits.per_day_all:
            return Verdict("all")
        if counts.user_minute >= self._limits.per_minute:
            return Verdict("minute", counts.wait_s)
        return Verdict()


def limit_notice(verdict: Verdict, language: Language) -> str:
    """What a user is told when a limit holds."""
    return said(f"limit.{verdict.limit}", language, seconds=max(1, round(verdict.wait_s + 0.5)))
