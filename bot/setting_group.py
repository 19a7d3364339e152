"""What the groups of ``bot.settings.Settings`` have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class SettingGroup(BaseModel):
    """Settings of one room: a field whose alias is a variable's name is set by that variable."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @classmethod
    def from_variables(cls, variables: Mapping[str, str], **more: Any) -> Self:
        """Read the group from variables, in whatever case their names are.

        ``more`` are fields that no variable sets. Raises ``ConfigurationError`` naming what is
        wrong.
        """
        # In capitals no variable (say ``host``) is taken for the field of that name.
        held = {name.upper(): value for name, value in variables.items() if value}
        return cls.model_validate({**cls.prepared(held), **more})

    @classmethod
    def prepared(cls, held: dict[str, str]) -> Mapping[str, Any]:
        """Return the variables with what follows from several of them."""
        return held
