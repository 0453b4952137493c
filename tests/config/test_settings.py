"""Settings come from the environment; secrets do not show."""

import pytest
from pydantic import ValidationError

from config.settings import Settings


@pytest.fixture(autouse=True)
def _no_file(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))


def test_without_any_setting_it_runs_embedded_and_discloses_least() -> None:
    settings = Settings()
    assert settings.database.url == "sqlite+aiosqlite:///var/jintang.sqlite3"
    assert settings.telegram.token is None
    assert (settings.telegram.mode, settings.telegram.disclosure) == ("polling", "L0")
    assert (settings.policy, settings.policy_dir, settings.timezone) == ("hebei", None, "Asia/Shanghai")


def test_nested_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINTANG_DATABASE__URL", "postgresql+asyncpg://db/jintang")
    monkeypatch.setenv("JINTANG_TELEGRAM__TOKEN", "42:secret")
    monkeypatch.setenv("JINTANG_TELEGRAM__DISCLOSURE", "L1")
    monkeypatch.setenv("JINTANG_WEB__PORT", "9000")
    monkeypatch.setenv("JINTANG_POLICY", "xinfeng")
    settings = Settings()
    assert settings.database.url == "postgresql+asyncpg://db/jintang"
    assert settings.telegram.token is not None
    assert settings.telegram.token.get_secret_value() == "42:secret"
    assert settings.telegram.disclosure == "L1"
    assert settings.web.port == 9000
    assert settings.policy == "xinfeng"


def test_a_dotenv_file_is_read() -> None:
    with open(".env", "w", encoding="utf-8") as file:
        file.write("JINTANG_TELEGRAM__MODE=webhook\nOTHER=1\n")
    assert Settings().telegram.mode == "webhook"


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINTANG_TELEGRAM__TOKEN", "42:secret")
    monkeypatch.setenv("JINTANG_SECRET_KEY", "very-secret")
    assert "secret'" not in repr(Settings())
    assert "42:" not in repr(Settings())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JINTANG_TELEGRAM__MODE", "push"),
        ("JINTANG_TELEGRAM__DISCLOSURE", "L3"),
        ("JINTANG_WEB__PORT", "0"),
        ("JINTANG_TIMEZONE", "Asia/Nowhere"),
        ("JINTANG_TELEGRAM__TOKKEN", "x"),
    ],
)
def test_a_wrong_setting_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    ("region", "token"),
    [("130828107206-03", "1:town"), ("130828201", "1:county"), ("360722", "1:all"), ("", "1:all")],
)
def test_the_bot_of_a_region_is_the_nearest(monkeypatch: pytest.MonkeyPatch, region: str, token: str) -> None:
    monkeypatch.setenv("JINTANG_TELEGRAM__TOKEN", "1:all")
    monkeypatch.setenv("JINTANG_TELEGRAM__BOTS", '{"130828": "1:county", "130828107": "1:town"}')
    found = Settings(_env_file=None).telegram.token_for(region)
    assert found is not None
    assert found.get_secret_value() == token
