"""Every setting there is: its variable, what it is for and an example stand with the field, and nowhere else."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PrivateAttr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.settings.sources import Environment, File
from bot.settings.tables import (
    ApprovalSettings,
    ConnectionSettings,
    DiagnosticsSettings,
    DigestSettings,
    HttpToken,
    ModelLimits,
    RolesSettings,
)
from bot.settings.values import REPOSITORY, Secret, Stripped, WebAddress, host_and_port, starting_with, with_driver
from tools.diagnostics.command_config import CommandConfig
from tools.platform.config import PlatformConfig


class Settings(BaseSettings):
    """Everything that can be set. Build with `load_settings()`, which words the errors."""

    model_config = SettingsConfigDict(extra="forbid", validate_by_name=True, validate_by_alias=True)

    slack_bot_token: Annotated[Secret, starting_with("xoxb-", "a bot token")] | None = Field(
        None,
        validation_alias="SLACK_BOT_TOKEN",
        description="the bot's token, from 'OAuth & Permissions' of your app at api.slack.com/apps",
        examples=["xoxb-123-456-abc"],
    )
    slack_app_token: Annotated[Secret, starting_with("xapp-", "an app-level token")] | None = Field(
        None,
        validation_alias="SLACK_APP_TOKEN",
        description="the app-level token with connections:write for Socket Mode, from 'Basic Information' of your app "
        "(or set SLACK_SIGNING_SECRET and take events over HTTP)",
        examples=["xapp-1-A0123-456-abc"],
    )
    slack_signing_secret: Secret | None = Field(
        None,
        validation_alias="SLACK_SIGNING_SECRET",
        description="what Slack signs its requests with, from 'Basic Information' of your app; used where SLACK_APP_TOKEN "
        "is not set and events come over HTTP, to /slack/events",
        examples=["0123456789abcdef0123456789abcdef"],
    )
    slack_api_url: WebAddress = Field(
        "https://slack.com/api/",
        validation_alias="SLACK_API_URL",
        description="the Web API to talk to, Slack's own unless another server speaks it",
        examples=["http://127.0.0.1:3900/api/"],
    )
    openai_api_key: Secret | None = Field(
        None,
        validation_alias="OPENAI_API_KEY",
        description="the key for the model's endpoint",
        examples=["sk-abc123"],
    )
    openai_base_url: WebAddress | None = Field(
        None,
        validation_alias="OPENAI_BASE_URL",
        description="an endpoint that speaks Chat Completions, OpenAI's own where not set",
        examples=["http://127.0.0.1:11434/v1"],
    )
    azure_openai_endpoint: WebAddress | None = Field(
        None,
        validation_alias="AZURE_OPENAI_ENDPOINT",
        description="the Azure OpenAI resource, where the model is a deployment there",
        examples=["https://desk.openai.azure.com"],
    )
    model: Annotated[str, Stripped] | None = Field(
        None,
        validation_alias="DESKHAND_MODEL",
        description="the model's name; without one, rules do the same work",
        examples=["gpt-5-mini"],
    )
    embedding_model: Annotated[str, Stripped] | None = Field(
        None,
        validation_alias="DESKHAND_EMBEDDING_MODEL",
        description="the model for embeddings at OPENAI_BASE_URL; without one, things are found by their words",
        examples=["text-embedding-3-small"],
    )
    home: Path = Field(
        default_factory=lambda: Path.home() / ".deskhand",
        validation_alias="DESKHAND_HOME",
        description="the folder for the database, prices and the audit's witness",
        examples=["/var/lib/deskhand"],
    )
    prompts: Path = Field(
        default=REPOSITORY / "prompts",
        validation_alias="DESKHAND_PROMPTS",
        description="the folder of the prompts, where a desk keeps its own; `deskhand prompts` governs them",
        examples=["/etc/deskhand/prompts"],
    )
    database_url: Annotated[str, Stripped, AfterValidator(with_driver)] | None = Field(
        None,
        validation_alias="DESKHAND_DATABASE_URL",
        description="the database, SQLite under DESKHAND_HOME where not set",
        examples=["postgresql://user:password@host/deskhand"],
        repr=False,
    )
    http: Annotated[str, Stripped, AfterValidator(host_and_port)] = Field(
        "127.0.0.1:8080",
        validation_alias="DESKHAND_HTTP",
        description="where the HTTP API, health and metrics listen",
        examples=["0.0.0.0:8080"],
    )
    http_tokens: tuple[HttpToken, ...] = Field(
        (),
        description="who may use the HTTP API",
        examples=['name = "ci", token = "env:CI_TOKEN", roles = ["analyst"]'],
    )
    operators_channel: str | None = Field(
        None,
        validation_alias="DESKHAND_OPERATORS_CHANNEL",
        description="id of the channel that hears of what was given up; the log does in any case",
        examples=["C0123456789"],
    )
    drain_seconds: Annotated[float, Field(ge=0, le=300)] = Field(
        10.0,
        validation_alias="DESKHAND_DRAIN_SECONDS",
        description="how long a shutdown waits for answers under way; the rest is left to the next start",
        examples=["10"],
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Stripped] = Field(
        "info",
        validation_alias="DESKHAND_LOG_LEVEL",
        description="how much is logged on standard error: debug, info, warning or error",
        examples=["info"],
    )
    traces: WebAddress | None = Field(
        None,
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="the OpenTelemetry collector that gets traces over HTTP; none are made where not set",
        examples=["http://127.0.0.1:4318"],
    )
    audit_key: Annotated[Secret, Field(min_length=16)] | None = Field(
        None,
        validation_alias="DESKHAND_AUDIT_KEY",
        description="makes the audit's hashes impossible to compute for who has only the database; set it before the "
        "first start and never change it",
        examples=["the output of: openssl rand -hex 32"],
    )
    roles: RolesSettings = Field(
        default_factory=RolesSettings,
        description="handle of a Slack user group to role: viewer, analyst, approver, operator or admin",
        examples=['groups = {"quants" = "analyst"}'],
    )
    approvals: ApprovalSettings = Field(
        default_factory=ApprovalSettings,
        description="how many people must approve, when they are reminded, when what nobody decided expires, which "
        "narratives wait for a reviewer, and the channel where reviewers are asked",
        examples=['required = 2, remind_hours = [4, 24], expire_hours = 120, review_channel = "C0123456789"'],
    )
    model_limits: ModelLimits = Field(
        default_factory=ModelLimits,
        description="what one person may spend on the model in a day, and its prices for a million tokens",
        examples=["tokens_per_day = 500000, cost_per_day = 2.0, input_price = 0.25, output_price = 2.0"],
    )
    diagnostics: DiagnosticsSettings = Field(
        default_factory=DiagnosticsSettings,
        description="the channel of each on-call group, and the actions that a second person confirms",
        examples=['channels = {"trading-ops" = "C0123456789"}'],
    )
    digests: tuple[DigestSettings, ...] = Field(
        (),
        description="digests that the file declares",
        examples=['name = "Morning", channel = "C0123456789", time = "08:00", time_zone = "Europe/London"'],
    )
    platform: PlatformConfig | None = Field(
        None,
        description="the trading platform whose backtests, regime and signals are read: address, token, and what it "
        "calls things where that differs",
        examples=['url = "https://platform.desk.internal", token = "env:PLATFORM_TOKEN"'],
    )
    commands: tuple[CommandConfig, ...] = Field(
        (),
        description="programs of the desk's own as tools, shut in",
        examples=[
            'name = "gateway_status", description = "How the gateway is.", argv = ["/usr/bin/gwctl", "status"]'
        ],
    )
    connections: tuple[ConnectionSettings, ...] = Field(
        (), description="systems to diagnose", examples=['name = "quotes", kind = "redis", url = "env:QUOTES_URL"']
    )

    @field_validator("slack_api_url")
    @classmethod
    def _end_in_a_slash(cls, value: str) -> str:
        return value.rstrip("/") + "/"  # the SDK puts the method's name right behind it

    @field_validator("home", "prompts")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("connections")
    @classmethod
    def _unique(cls, value: tuple[ConnectionSettings, ...]) -> tuple[ConnectionSettings, ...]:
        names = [connection.name.lower() for connection in value]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"the name {sorted(twice)[0]!r} is used twice; people call a system by its name")
        return value

    _demo: bool = PrivateAttr(default=False)

    def for_demo(self, **changes: object) -> "Settings":
        """A copy for the local demo, the one place where prompts that nobody approved may run. Cannot be set."""
        copy = self.model_copy(update=changes)
        copy._demo = True
        return copy

    @property
    def is_demo(self) -> bool:
        """Whether this is the local demo."""
        return self._demo

    @property
    def resolved_database_url(self) -> str:
        """The database to use: what is set, or SQLite under `home`."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'deskhand.db'}"

    @property
    def http_address(self) -> tuple[str, int]:
        """Host and port of `http`."""
        host, _, port = self.http.rpartition(":")
        return host.strip("[]"), int(port)

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
        return init_settings, Environment(settings_cls), File(settings_cls)
