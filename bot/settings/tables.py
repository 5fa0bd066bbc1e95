"""The tables of `deskhand.toml`, one model each."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, JsonValue, SecretStr, field_validator, model_validator

from bot.protocols import Role
from bot.settings.values import Secret, UserId
from tools.diagnostics.command_config import CommandConfig
from tools.platform.config import Fields, Paths, PlatformConfig, Units

ConnectionKind = Literal["duckdb", "postgres", "redis", "http", "prometheus", "airflow", "platform", "host"]

DEFAULT_GROUPS: Final[Mapping[str, Role]] = {
    "quant-analysts": "analyst",
    "strategy-approvers": "approver",
    "trading-ops": "operator",
    "deskhand-admins": "admin",
}
_SCHEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "redis": ("redis", "rediss", "unix"),
    "postgres": ("postgresql", "postgres"),
    "http": ("http", "https"),
    "prometheus": ("http", "https"),
    "airflow": ("http", "https"),
    "platform": ("http", "https"),
}


class RolesSettings(BaseModel):
    """`[roles]`: handle of a Slack user group to role, and the static fallback that is off by default."""

    model_config = ConfigDict(extra="forbid")

    groups: dict[str, Role] = Field(default_factory=lambda: dict(DEFAULT_GROUPS))
    static: dict[Role, list[UserId]] = Field(default_factory=dict)
    """Role to user ids, used only where `use_static` says so: for workspaces whose plan has no user groups."""
    use_static: bool = False


class ApprovalSettings(BaseModel):
    """`[approvals]`."""

    model_config = ConfigDict(extra="forbid")

    required: Annotated[int, Field(ge=1, le=5)] = 1
    """How many people must approve a narrative or a draft."""
    remind_hours: tuple[Annotated[float, Field(gt=0)], ...] = (4.0, 24.0)
    """When those who can decide are reminded, in hours from the request."""
    expire_hours: Annotated[float, Field(gt=0)] = 120.0
    """When what nobody decided expires, in hours from the request."""
    review: frozenset[Literal["first", "model_written", "negative_check", "always"]] = frozenset(
        {"first", "model_written", "negative_check"}
    )
    """Which narratives wait for a reviewer before they are published; see `tools.narrative.publishing`."""
    review_channel: Annotated[str, Field(pattern=r"^([CG][A-Z0-9]{2,})?$")] = ""
    """Id of the channel where reviewers are asked; where it is not set, they are asked in the thread it is about."""


class ModelLimits(BaseModel):
    """`[model_limits]`: what one person may spend in a day (UTC), and the prices that make tokens into money."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tokens_per_day: Annotated[int, Field(ge=0)] = 500_000
    cost_per_day: Annotated[float, Field(ge=0)] | None = None
    """In the currency of the prices; no limit where not set."""
    input_price: Annotated[float, Field(ge=0)] = 0.0
    """Of a million tokens."""
    cached_input_price: Annotated[float, Field(ge=0)] | None = None
    """The same where the endpoint had them ready; as `input_price` where not set."""
    output_price: Annotated[float, Field(ge=0)] = 0.0
    prompt_characters: Annotated[int, Field(ge=1_000)] = 200_000
    """A longer prompt is not sent."""


class DiagnosticsSettings(BaseModel):
    """`[diagnostics]`: whom an escalation reaches where, and which actions a second person must confirm."""

    model_config = ConfigDict(extra="forbid")

    channels: dict[str, str] = Field(default_factory=dict)
    """Handle of an on-call group to the id of its channel; `operators_channel` for the others."""
    remind_minutes: Annotated[float, Field(gt=0, le=24 * 60)] = 15.0
    second_person: list[str] = Field(default_factory=list)
    """Names of actions; `*` is every one."""
    keep_days: Annotated[int, Field(ge=1, le=3_650)] = 90
    """How long diagnoses, which may name people and rows, are kept; incidents are counted for good."""


class DigestSettings(BaseModel):
    """One of `[[digests]]`: a digest that the file declares; what people schedule in Slack stands beside these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=80)]
    channel: Annotated[str, Field(pattern=r"^[CGD][A-Z0-9]{2,}$")]
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("mon", "tue", "wed", "thu", "fri")
    time: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "08:00"
    time_zone: str = "UTC"
    first_of_month: bool = False
    """Only on the first of these days in each month."""
    blocks: tuple[str, ...] = ()
    """What it holds; everything where empty."""

    @field_validator("time_zone")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (LookupError, ValueError, OSError):
            raise ValueError(f"must be a time zone such as Europe/London, not {value}") from None
        return value


class ConnectionSettings(BaseModel):
    """One of `[[connections]]`: a system to diagnose. `options` holds the further keys, which each kind reads itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}$")]
    kind: ConnectionKind
    url: SecretStr | None = None
    """May carry a password; None only for kind `host`, which is the machine itself."""
    options: Mapping[str, JsonValue] = Field(default_factory=dict, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _keep_further_keys(cls, given: object) -> object:
        if not isinstance(given, dict) or "options" in given:
            return given
        own = {key: value for key, value in given.items() if key in cls.model_fields}
        further = {key: value for key, value in given.items() if key not in own}
        dates = {key: value.isoformat() for key, value in further.items() if isinstance(value, date)}
        return {**own, "options": {**further, **dates}}

    @model_validator(mode="after")
    def _check_url(self) -> "ConnectionSettings":
        url = self.url.get_secret_value() if self.url else ""
        if not url and self.kind != "host":
            raise ValueError(f"url is missing; a {self.kind} connection needs one")
        schemes = _SCHEMES.get(self.kind)
        if schemes and not re.match(rf"({'|'.join(schemes)})(\+[a-z]+)?://.", url):
            raise ValueError(
                f"url of a {self.kind} connection must start with {' or '.join(f'{s}://' for s in schemes)}"
            )
        return self


class HttpToken(BaseModel):
    """One of `[[http.tokens]]`: who may use the HTTP API, and as what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=64)]
    token: Annotated[Secret, Field(min_length=16)]
    roles: Annotated[frozenset[Role], Field(min_length=1)]


_PLATFORM: Final = [name for model in (PlatformConfig, Paths, Fields, Units) for name in model.model_fields]
TABLES: Final[Mapping[str, list[str]]] = {
    "roles": list(RolesSettings.model_fields),
    "approvals": list(ApprovalSettings.model_fields),
    "diagnostics": list(DiagnosticsSettings.model_fields),
    "digests": list(DigestSettings.model_fields),
    "http_tokens": list(HttpToken.model_fields),
    "commands": list(CommandConfig.model_fields),
    "model_limits": list(ModelLimits.model_fields),
    "platform": _PLATFORM,
}
