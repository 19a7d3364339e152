"""Settings from ``.env``, however it was written."""

from pathlib import Path

import pytest

from bot.settings import Settings, environment, read_env
from retrieval.errors import ConfigurationError

WORDS = "# 模型的名字\nBAOGAO_MODEL=模型甲\nBAOGAO_LIBRARY=\nTELEGRAM_BOT_TOKEN='1:x'\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_dotenv_in_any_encoding_of_a_chinese_computer(
    tmp_path: Path, monkeypatch, encoding: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("BAOGAO_MODEL", "BAOGAO_LIBRARY", "TELEGRAM_BOT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_bytes(WORDS.replace("\n", "\r\n").encode(encoding))
    settings = Settings()
    assert settings.model == "模型甲"
    assert settings.telegram.token == "1:x"
    assert settings.library is None  # set to nothing is not set
    assert environment()["BAOGAO_MODEL"] == "模型甲"


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("BAOGAO_MODEL=a\n")
    monkeypatch.setenv("BAOGAO_MODEL", "b")
    assert Settings().model == "b"
    assert environment()["BAOGAO_MODEL"] == "b"


def test_no_file_is_no_settings(tmp_path: Path) -> None:
    assert read_env(tmp_path / ".env") == {}


def test_a_file_in_no_encoding_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\xff\xff")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        read_env(tmp_path / ".env")


def test_a_wrong_value_names_its_setting(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BAOGAO_KEEP_ANSWERS", "forever")
    with pytest.raises(ConfigurationError, match="BAOGAO_KEEP_ANSWERS") as caught:
        Settings()
    assert "forever" not in str(caught.value)


def test_the_groups_are_read_when_asked_for(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BAOGAO_TELEGRAM_ALLOW", "7, -8")
    monkeypatch.setenv("BAOGAO_DATABASE_URL", "postgresql://db")
    monkeypatch.setenv("BAOGAO_WEB_KEYS", "a, b")
    monkeypatch.setenv("BAOGAO_WEB_HOSTS", "")
    monkeypatch.setenv("host", "0.0.0.0")
    (tmp_path / ".env").write_text("BAOGAO_KEEP_ANSWERS=3\nBAOGAO_WEB_HOSTS=x.example\n")
    settings = Settings()
    web = settings.web
    assert (web.keys, web.hosts, web.host, web.keep_days) == (("a", "b"), (), "127.0.0.1", 3)
    with pytest.raises(ConfigurationError, match="TELEGRAM_BOT_TOKEN"):
        _ = settings.telegram
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:x")
    telegram = settings.telegram
    assert telegram.allow == {7, -8}
    assert (telegram.database_url, telegram.keep_days) == ("postgresql://db", 3)


@pytest.mark.parametrize(("said", "shown"), [("1", True), ("0", False), ("", False)])
def test_details_of_an_internal_error_are_asked_for_by_a_setting(said, shown, monkeypatch):
    monkeypatch.setenv("BAOGAO_DEBUG", said)
    assert Settings().debug is shown
