"""Settings: environment over `deskhand.toml`, each named with what it is for when it is wrong.

Conventional names (`SLACK_BOT_TOKEN`, `OPENAI_API_KEY`) are used as they are; Deskhand's own start with `DESKHAND_`.
"""

import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

REPOSITORY = Path(__file__).resolve().parent.parent


class RolesSettings(BaseModel):
    """`[roles]`: handle of a Slack user group to role, and the static fallback that is off by default."""

    model_config = ConfigDict(extra="forbid")

    groups: dict[str, str] = Field(
        default_factory=lambda: {
            "quant-analysts": "analyst",
            "strategy-approvers": "approver",
            "trading-ops": "operator",
            "deskhand-admins": "admin",
        }
    )
    static: dict[str, list[str]] = Field(default_factory=dict)
    """Role to user ids, used only where `use_static` says so: for workspaces whose plan has no user groups."""
    use_static: bool = False


class ApprovalSettings(BaseModel):
    """`[approvals]`."""

    model_config = ConfigDict(extra="forbid")

    required: Annotated[int, Field(ge=1, le=5)] = 1


class Settings(BaseSettings):
    """Everything that can be set. Build with `load_settings()`, which words the errors."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    slack_bot_token: SecretStr | None = Field(None, validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = Field(None, validation_alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr | None = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    slack_api_url: str = Field("https://slack.com/api/", validation_alias="SLACK_API_URL")
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(None, validation_alias="OPENAI_BASE_URL")
    azure_openai_endpoint: str | None = Field(None, validation_alias="AZURE_OPENAI_ENDPOINT")
    model: str | None = Field(None, validation_alias="DESKHAND_MODEL")
    home: Path = Field(Path.home() / ".deskhand", validation_alias="DESKHAND_HOME")
    database_url: str | None = Field(None, validation_alias="DESKHAND_DATABASE_URL")
    http: str = Field("127.0.0.1:8080", validation_alias="DESKHAND_HTTP")
    operators_channel: str | None = Field(None, validation_alias="DESKHAND_OPERATORS_CHANNEL")
    """Channel id that hears of what was given up; unset: only the log does."""
    drain_seconds: Annotated[float, Field(ge=0, le=300)] = Field(10.0, validation_alias="DESKHAND_DRAIN_SECONDS")
    """How long a shutdown waits for answers under way; the rest is left to the next start."""
    roles: RolesSettings = Field(default_factory=RolesSettings)
    approvals: ApprovalSettings = Field(default_factory=ApprovalSettings)

    @property
    def resolved_database_url(self) -> str:
        """The database to use: what is set, or SQLite under `home`."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'deskhand.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then the TOML file that `DESKHAND_CONFIG` names (default `deskhand.toml`)."""
        toml = TomlConfigSettingsSource(settings_cls, os.environ.get("DESKHAND_CONFIG", "deskhand.toml"))
        return init_settings, env_settings, toml


def load_settings() -> Settings:
    """The settings of this process."""
    return Settings()
