"""Settings from the environment and ``.env``; the names are those of the README."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that can be set from outside; command-line options override it."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True)

    library: Path | None = Field(None, alias="BAOGAO_LIBRARY")
    openai_api_key: str = Field("", alias="OPENAI_API_KEY")
    openai_base_url: str = Field("", alias="OPENAI_BASE_URL")
    model: str = Field("", alias="BAOGAO_MODEL")
    model_deadline_s: float = Field(45.0, ge=1, le=900, alias="BAOGAO_MODEL_DEADLINE")
    prompt_tokens: int = Field(16_000, ge=2_000, le=1_000_000, alias="BAOGAO_PROMPT_TOKENS")
    embedder: Literal["local", "openai"] = Field("local", alias="BAOGAO_EMBEDDER")
    embed_model: str = Field("", alias="BAOGAO_EMBED_MODEL")
    chroma_url: str | None = Field(None, alias="BAOGAO_CHROMA_URL")
    otel: bool = Field(False, alias="BAOGAO_OTEL")
    telegram_token: str = Field("", alias="TELEGRAM_BOT_TOKEN")
    telegram_api: str = Field("https://api.telegram.org", alias="BAOGAO_TELEGRAM_API")
    telegram_allow: str = Field("", alias="BAOGAO_TELEGRAM_ALLOW")
    telegram_admins: str = Field("", alias="BAOGAO_TELEGRAM_ADMINS")


def environment() -> dict[str, str]:
    """Return the variables of ``.env`` with the process's own over them."""
    from dotenv import dotenv_values

    stored = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return stored | dict(os.environ)
