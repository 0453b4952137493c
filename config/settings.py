"""How one installation runs: from the environment or `.env`, prefix JINTANG_, nested by `__` (design §7)."""

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class DatabaseSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = "sqlite+aiosqlite:///var/jintang.sqlite3"


class TelegramSettings(BaseModel):
    """`api_base` is an own Bot API server or the emulator; `disclosure` the level of design promise 10.

    `bots` are those of single regions, by the beginning of the region code; `token` is everybody else's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr | None = None
    bots: dict[str, SecretStr] = {}
    api_base: str = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    proxy: str | None = None
    disclosure: Literal["L0", "L1", "L2"] = "L0"

    def token_for(self, region: str) -> SecretStr | None:
        """The bot that the people of a region link with: the one of the longest fitting beginning."""
        fitting = [begin for begin in self.bots if region.startswith(begin)]
        return self.bots[max(fitting, key=len)] if fitting else self.token


class WebSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    base_url: str = "http://127.0.0.1:8080"


class OperatorsSettings(BaseModel):
    """Who keeps Jintang running: the chat that is told of faults; an address called while all is well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chat: int | None = None
    ping_url: SecretStr | None = None

    @field_validator("ping_url")
    @classmethod
    def _web_address(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("请写成 https:// 开头的网址")
        return url


class Settings(BaseSettings):
    """All settings; nothing is read twice, nothing changes while the process runs."""

    model_config = SettingsConfigDict(
        env_prefix="JINTANG_",
        env_nested_delimiter="__",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    database: DatabaseSettings = DatabaseSettings()
    telegram: TelegramSettings = TelegramSettings()
    web: WebSettings = WebSettings()
    operators: OperatorsSettings = OperatorsSettings()
    policy: str = "hebei"
    policy_dir: Path | None = None
    secret_key: SecretStr | None = None
    timezone: str = "Asia/Shanghai"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError) as error:
            raise ValueError(f"没有时区 {name}，请写成 Asia/Shanghai 这样") from error
        return name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
