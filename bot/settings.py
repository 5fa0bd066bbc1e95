"""Settings: environment over `deskhand.toml`, each named with what it is for when it is wrong.

Conventional names (`SLACK_BOT_TOKEN`, `OPENAI_API_KEY`) are used as they are; Deskhand's own start with `DESKHAND_`. In
the file a setting has the name of its field here (`model = "..."`). Any text in the file may be `env:NAME`: the value
of that environment variable. What a setting is for and an example stand with the field, and nowhere else.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.protocols import Json, Role
from tools.diagnostics.command_config import CommandConfig
from tools.errors import BadInput
from tools.platform.config import Fields, Paths, PlatformConfig, Units

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_CONFIG: Final = "deskhand.toml"

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


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+[^\s]*", value):
        raise ValueError("must be an address such as https://host/path")
    return value


def _starting_with(prefix: str, what: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(prefix):
            raise ValueError(f"must start with {prefix}, as {what} does")
        return value

    return AfterValidator(check)


def _host_and_port(value: str) -> str:
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/]+):([0-9]{1,5})", value)
    if not found or int(found[2]) > 65535:
        raise ValueError("must be host:port")
    return value


def _database(value: str) -> str:
    """The plain URLs people know, with the driver that is used."""
    for plain, with_driver in (
        ("sqlite:///", "sqlite+aiosqlite:///"),
        ("postgres://", "postgresql+asyncpg://"),
        ("postgresql://", "postgresql+asyncpg://"),
    ):
        if value.startswith(plain):
            return with_driver + value.removeprefix(plain)
    if not value.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    return value


_Stripped = BeforeValidator(lambda value: value.strip() if isinstance(value, str) else value)
Secret = Annotated[SecretStr, _Stripped]
WebAddress = Annotated[str, _Stripped, AfterValidator(_web_address)]
UserId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,}$")]


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
        return {**own, "options": {key: value for key, value in given.items() if key not in own}}

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
_TABLES: Final[Mapping[str, list[str]]] = {
    "roles": list(RolesSettings.model_fields),
    "approvals": list(ApprovalSettings.model_fields),
    "diagnostics": list(DiagnosticsSettings.model_fields),
    "digests": list(DigestSettings.model_fields),
    "http_tokens": list(HttpToken.model_fields),
    "commands": list(CommandConfig.model_fields),
    "model_limits": list(ModelLimits.model_fields),
    "platform": _PLATFORM,
}


class Settings(BaseSettings):
    """Everything that can be set. Build with `load_settings()`, which words the errors."""

    model_config = SettingsConfigDict(extra="forbid", validate_by_name=True, validate_by_alias=True)

    slack_bot_token: Annotated[Secret, _starting_with("xoxb-", "a bot token")] | None = Field(
        None,
        validation_alias="SLACK_BOT_TOKEN",
        description="the bot's token, from 'OAuth & Permissions' of your app at api.slack.com/apps",
        examples=["xoxb-123-456-abc"],
    )
    slack_app_token: Annotated[Secret, _starting_with("xapp-", "an app-level token")] | None = Field(
        None,
        validation_alias="SLACK_APP_TOKEN",
        description="the app-level token with connections:write for Socket Mode, from 'Basic Information' of your app",
        examples=["xapp-1-A0123-456-abc"],
    )
    slack_signing_secret: Secret | None = Field(
        None,
        validation_alias="SLACK_SIGNING_SECRET",
        description="what Slack signs its requests with; needed only where events come over HTTP",
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
    model: Annotated[str, _Stripped] | None = Field(
        None,
        validation_alias="DESKHAND_MODEL",
        description="the model's name; without one, rules do the same work",
        examples=["gpt-5-mini"],
    )
    embedding_model: Annotated[str, _Stripped] | None = Field(
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
    database_url: Annotated[str, _Stripped, AfterValidator(_database)] | None = Field(
        None,
        validation_alias="DESKHAND_DATABASE_URL",
        description="the database, SQLite under DESKHAND_HOME where not set",
        examples=["postgresql://user:password@host/deskhand"],
        repr=False,
    )
    http: Annotated[str, _Stripped, AfterValidator(_host_and_port)] = Field(
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
    log_level: Annotated[Literal["debug", "info", "warning", "error"], _Stripped] = Field(
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
        return init_settings, _Environment(settings_cls), _File(settings_cls)


_file_given: ContextVar[str] = ContextVar("_file_given", default="")


def load_settings(file: str = "") -> Settings:
    """The settings of this process; `file` in place of what `DESKHAND_CONFIG` names.

    Raises `BadInput` that names everything that is wrong, one a line.
    """
    given = _file_given.set(file)
    try:
        return Settings()
    except ValidationError as error:
        raise _problem([_worded(detail) for detail in error.errors(include_input=False, include_url=False)]) from None
    finally:
        _file_given.reset(given)


def required_for_run(settings: Settings) -> None:
    """Raise `BadInput` naming what the bot cannot start without."""
    needed = {"slack_bot_token": settings.slack_bot_token, "slack_app_token": settings.slack_app_token}
    missing = [f"{_name(field)} is not set: {_purpose(field)}" for field, value in needed.items() if value is None]
    if missing:
        raise _problem(
            [*missing, "`deskhand check` leads through setting up a workspace; `deskhand demo` needs none"]
        )


@dataclass(frozen=True, slots=True)
class SettingReference:
    """One setting for the documentation. `variable` is empty for what is set in the file only."""

    key: str
    variable: str
    purpose: str
    example: str
    default: str


def reference() -> tuple[SettingReference, ...]:
    """Every setting there is, in the order of the fields."""
    return tuple(_reference(key, field) for key, field in Settings.model_fields.items())


def _reference(key: str, field: FieldInfo) -> SettingReference:
    default = "" if field.default in (None, ()) or field.default_factory else str(field.default)
    if isinstance(field.default, Path) and field.default.is_relative_to(REPOSITORY):
        default = str(field.default.relative_to(REPOSITORY))
    return SettingReference(_in_file(key), _variable(field), field.description or "", str(_example(field)), default)


def _example(field: FieldInfo) -> str:
    return str((field.examples or [""])[0])


def _variable(field: FieldInfo) -> str:
    return field.validation_alias if isinstance(field.validation_alias, str) else ""


def _in_file(key: str) -> str:
    return {"http": "http.listen", "http_tokens": "http.tokens"}.get(key, key)


class _Environment(PydanticBaseSettingsSource):
    """The variables named in the fields, and no others: a field `home` must not read `HOME`. Empty means not set."""

    def __call__(self) -> dict[str, str]:
        names = (_variable(field) for field in Settings.model_fields.values())
        return {name: value for name in names if name and (value := os.environ.get(name, "").strip())}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        """Asked only by the base class's own `__call__`."""
        return os.environ.get(_variable(field)), field_name, False


class _File(PydanticBaseSettingsSource):
    """The TOML file, `env:NAME` filled in, keys as in `_Environment` where there is a variable too."""

    def __call__(self) -> dict[str, Json]:
        content = _read_file()
        problems: list[str] = []
        filled = {key: _fill(value, key, problems) for key, value in content.items()}
        fields = _by_field(filled, problems)
        if problems:
            raise _problem(problems)
        return {_variable(Settings.model_fields[key]) or key: value for key, value in fields.items()}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[None, str, bool]:
        """Asked only by the base class's own `__call__`."""
        return None, field_name, False


def _read_file() -> dict[str, Json]:
    named = _file_given.get() or os.environ.get("DESKHAND_CONFIG", "")
    path = Path(named or DEFAULT_CONFIG)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named:
            raise BadInput(
                f"{'--config' if _file_given.get() else 'DESKHAND_CONFIG'} names the file {path}, which does not exist."
            ) from None
        return {}
    except OSError as error:
        raise BadInput(f"The settings file {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"The settings file {path} is not TOML: {error}.") from None


def _fill(value: Json, place: str, problems: list[str]) -> Json:
    """The value with every `env:NAME` in it replaced by that variable."""
    if isinstance(value, str) and value.startswith("env:"):
        variable = value.removeprefix("env:").strip()
        if not os.environ.get(variable):
            problems.append(f"{place} is read from the environment variable {variable}, which is not set")
        return os.environ.get(variable, "")
    if isinstance(value, dict):
        return {key: _fill(inner, f"{place}.{key}", problems) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fill(inner, f"{place}[{number}]", problems) for number, inner in enumerate(value, 1)]
    return value


def _by_field(content: Mapping[str, Json], problems: list[str]) -> dict[str, Json]:
    """The file's keys as fields; `[http]` holds `listen` and `tokens`."""
    fields = dict(content)
    http = fields.pop("http", {})
    if isinstance(http, Mapping):
        renamed = {"listen": "http", "tokens": "http_tokens"}
        problems.extend(_unknown(f"http.{key}", key, renamed) for key in http if key not in renamed)
        fields.update({renamed[key]: value for key, value in http.items() if key in renamed})
    else:
        problems.append('http is a table: write listen = "127.0.0.1:8080" under [http]')
    known = [key for key in Settings.model_fields if not key.startswith("http")]
    problems.extend(_unknown(key, key, known) for key in content if key not in known and key != "http")
    return {key: value for key, value in fields.items() if key in Settings.model_fields}


def _unknown(place: str, key: str, known: Mapping[str, str] | list[str]) -> str:
    near = difflib.get_close_matches(key.lower(), list(known), n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return f"{place} in the settings file is not a setting; {hint}"


def _worded(detail: ErrorDetails) -> str:
    first, *rest = detail["loc"]
    field = next(key for key, info in Settings.model_fields.items() if first in (key, _variable(info)))
    place = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in rest)
    if detail["type"] == "extra_forbidden":
        return _unknown(f"{_in_file(field)}{place}", str(rest[-1]), _TABLES[field])
    return f"{_name(field)}{place} {_fault(detail)}: {_purpose(field)}"


def _fault(detail: ErrorDetails) -> str:
    """Pydantic's finding as the end of a sentence; never the value, which may be a secret."""
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] == "value_error":
        return detail["msg"].removeprefix("Value error, ")
    said = detail["msg"]
    return f"is not right ({said[0].lower()}{said[1:]})"


def _name(field: str) -> str:
    return _variable(Settings.model_fields[field]) or _in_file(field)


def _purpose(field: str) -> str:
    info = Settings.model_fields[field]
    return f"it is {info.description}, for example {_example(info)}"


def _problem(lines: list[str]) -> BadInput:
    if len(lines) == 1:
        return BadInput(f"{lines[0]}.")
    return BadInput("\n".join(["settings to be put right:", *(f"  {line}." for line in lines)]))
