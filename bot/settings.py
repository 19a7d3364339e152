"""Settings from the environment and ``.env``; the names are those of the README."""

from __future__ import annotations

import codecs
import io
import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.model.endpoints import spell_proxies, unquoted
from bot.records import KEEP_DAYS
from bot.telegram.settings import TelegramSettings
from bot.web.settings import WebSettings
from retrieval.errors import ConfigurationError

FILE = ".env"


class Settings(BaseSettings):
    """Everything that can be set from outside; command-line options override it.

    The groups ``telegram`` and ``web`` are read when they are asked for: what is wrong in one of
    them keeps nobody from asking in the terminal.
    """

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, env_ignore_empty=True)

    library: Path | None = Field(None, alias="BAOGAO_LIBRARY")
    openai_api_key: str = Field("", alias="OPENAI_API_KEY")
    openai_base_url: str = Field("", alias="OPENAI_BASE_URL")
    model: str = Field("", alias="BAOGAO_MODEL")
    model_deadline_s: float = Field(45.0, ge=1, le=900, alias="BAOGAO_MODEL_DEADLINE")
    prompt_tokens: int = Field(16_000, ge=2_000, le=1_000_000, alias="BAOGAO_PROMPT_TOKENS")
    thought_tokens: int = Field(4_000, ge=0, le=100_000, alias="BAOGAO_THOUGHT_TOKENS")
    embedder: Literal["local", "openai"] = Field("local", alias="BAOGAO_EMBEDDER")
    embed_model: str = Field("", alias="BAOGAO_EMBED_MODEL")
    chroma_url: str | None = Field(None, alias="BAOGAO_CHROMA_URL")
    database_url: str | None = Field(None, alias="BAOGAO_DATABASE_URL")
    keep_days: int = Field(KEEP_DAYS, ge=0, le=36_500, alias="BAOGAO_KEEP_ANSWERS")
    otel: bool = Field(False, alias="BAOGAO_OTEL")
    debug: bool = Field(False, alias="BAOGAO_DEBUG")

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            names = "、".join(dict.fromkeys(str(fault["loc"][0]) for fault in error.errors()))
            raise ConfigurationError(f"{names} 的值不对，请检查环境变量和 .env") from None

    @cached_property
    def telegram(self) -> TelegramSettings:
        """The messenger's group."""
        return TelegramSettings.from_variables(
            environment(), keep_days=self.keep_days, database_url=self.database_url
        )

    @cached_property
    def web(self) -> WebSettings:
        """The page's group."""
        return WebSettings.from_variables(
            environment(), keep_days=self.keep_days, database_url=self.database_url
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read ``.env`` our own way: it may have been written on a Chinese Windows."""
        stored = InitSettingsSource(settings_cls, dict(read_env(Path(FILE))))
        return init_settings, env_settings, stored, file_secret_settings

    @field_validator("openai_api_key", "openai_base_url", "model", "embed_model", mode="before")
    @classmethod
    def _without_quotes(cls, value: object) -> object:
        """Blanks and quotes that were pasted with a setting are none of it."""
        return unquoted(value) if isinstance(value, str) else value


def environment() -> dict[str, str]:
    """Return the variables of ``.env`` with the process's own over them."""
    return read_env(Path(FILE)) | dict(os.environ)


def apply_network() -> None:
    """Put the proxies and the root certificate that ``.env`` names where HTTP clients look."""
    spell_proxies(os.environ, read_env(Path(FILE)))


def read_env(path: Path) -> dict[str, str]:
    """Return the variables of a ``.env`` file in UTF-8, UTF-16 or GBK; none if there is no file."""
    from dotenv import dotenv_values

    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigurationError(f"读不了 {path}：{error.strerror or error}") from error
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        found = dotenv_values(stream=io.StringIO(text))
        return {name: value for name, value in found.items() if value}
    raise ConfigurationError(f"{path} 的编码认不出来，请存成 UTF-8")
