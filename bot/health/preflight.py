"""What is missing for a bot in a real workspace, as a list of checks in the order in which one puts things right.

A check that fails says what to do next; one that depends on a failed one says which to do first.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, SecretStr, ValidationError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.engine import make_url

from bot.access.groups import in_words, normal
from bot.diagnostics import configs, own
from bot.model.client import Message, ModelError, build_client
from bot.settings import EVENTS_PATH, REPOSITORY, Settings, load_settings, settings_file
from bot.slack.failures import RateLimited, ServerTrouble, SlackFailure, Unreachable, narrowed
from bot.storage.database import Database
from bot.storage.migrate import current, head, make_place
from bot.workspace.scopes import load_manifest
from tools.diagnostics.commands import open_commands
from tools.diagnostics.executor import cleaned
from tools.diagnostics.registry import Registry, check_all
from tools.errors import Problem
from tools.platform.backtests import PlatformBacktests
from tools.platform.client import PlatformClient
from tools.redact import redact

_PATIENCE: Final = 10  # seconds for a call to Slack
_MODEL_PATIENCE: Final = 30.0
_PLATFORM_PATIENCE: Final = 30.0

NAMES: Final = (
    "settings",
    "home",
    "database",
    "bot token",
    "scopes",
    "app token",
    "user groups",
    "model",
    "platform",
    "connections",
)
_APP: Final = f"at api.slack.com/apps choose 'Create New App', 'From a manifest', your workspace, and paste {REPOSITORY / 'manifest.yml'}"


@dataclass(frozen=True, slots=True)
class Check:
    """`detail` says what was found or, where not ok, what to do."""

    name: str
    ok: bool
    detail: str


async def preflight() -> list[Check]:
    """Every check, in the order of `NAMES`. Changes nothing, raises nothing for what is wrong outside."""
    try:
        settings = await asyncio.to_thread(load_settings)
    except Problem as problem:
        first = Check("settings", False, str(problem))
        return [first, *(_not_checked(name, "the settings") for name in NAMES[1:])]
    bot, app, model, platform = await asyncio.gather(
        _bot(settings), _app(settings), _model(settings), _platform(settings)
    )
    return [
        await asyncio.to_thread(_settings),
        await asyncio.to_thread(_home, settings.home),
        await _database(settings),
        *bot[:2],
        app,
        bot[2],
        model,
        platform,
        *await _connections(settings),
    ]


def _settings() -> Check:
    file = settings_file()
    return Check("settings", True, f"read from the environment{f' and {file}' if file else ''}")


def _not_checked(name: str, first: str) -> Check:
    return Check(name, False, f"not checked: first {first}")


def _home(home: Path) -> Check:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return Check(
            "home", False, f"cannot write to {home} ({error.strerror}); set DESKHAND_HOME to a folder of yours"
        )
    return Check("home", True, f"{home} can be written")


async def _database(settings: Settings) -> Check:
    url = make_url(settings.resolved_database_url)
    if url.get_backend_name() == "sqlite" and not await asyncio.to_thread(Path(url.database or "").exists):
        return Check("database", True, f"{url.database} will be made at the first start")
    needed = await asyncio.to_thread(head)
    try:
        found = await _revision(settings.resolved_database_url)
    except Problem as problem:
        return Check("database", False, redact(str(problem)))
    if found is None:
        return Check("database", True, "it answers and is empty; the first start makes its tables")
    if found < needed:
        return Check("database", False, f"it is at revision {found}: back it up, then run `deskhand db upgrade`")
    if found > needed:
        return Check("database", False, f"it was made by a newer Deskhand (revision {found}); install that one")
    return Check("database", True, f"it answers, at revision {found}")


async def _revision(url: str) -> str | None:
    await asyncio.to_thread(make_place, url)
    database = Database(url)
    try:
        return await current(database)
    finally:
        await database.close()


async def _bot(settings: Settings) -> tuple[Check, Check, Check]:
    """Bot token, scopes, user groups: the later two need the first."""
    if settings.slack_bot_token is None:
        token = Check(
            "bot token",
            False,
            f"not set: {_APP}; then 'Install to Workspace', and put the 'Bot User OAuth Token' of 'OAuth & Permissions' "
            "into SLACK_BOT_TOKEN (`deskhand demo` needs none of this)",
        )
        return token, _not_checked("scopes", "the bot token"), _not_checked("user groups", "the bot token")
    client = _client(settings, settings.slack_bot_token)
    try:
        with narrowed():
            identity = await client.auth_test()
    except SlackFailure as failure:
        token = Check("bot token", False, _refusal(failure, settings, "SLACK_BOT_TOKEN", "'OAuth & Permissions'"))
        return token, _not_checked("scopes", "the bot token"), _not_checked("user groups", "the bot token")
    name, team = identity.get("user") or identity.get("user_id"), identity.get("team") or identity.get("team_id")
    token = Check("bot token", True, f"it is @{name} in {team}")
    granted = {name.lower(): value for name, value in identity.headers.items()}.get("x-oauth-scopes")
    return token, await asyncio.to_thread(_scopes, granted), await _groups(client, settings)


def _scopes(granted: str | None) -> Check:
    if granted is None:
        return Check("scopes", True, "this server does not tell what the token may do")
    have = {scope.strip() for scope in granted.split(",")}
    missing = [scope for scope in load_manifest().bot_scopes if scope not in have]
    if missing:
        what = f"the token lacks {', '.join(missing)}"
        return Check("scopes", False, f"{what}: paste manifest.yml under 'App Manifest' and reinstall the app")
    return Check("scopes", True, f"all {len(have)} of manifest.yml")


async def _groups(client: AsyncWebClient, settings: Settings) -> Check:
    roles = settings.roles
    if roles.use_static:
        named = sum(len(users) for users in roles.static.values())
        return Check("user groups", named > 0, f"not used: [roles.static] names {named} people")
    try:
        with narrowed():
            answer = _Groups.model_validate((await client.usergroups_list(include_users=True)).data)
    except SlackFailure as failure:
        return Check("user groups", False, in_words(failure.code))
    except ValidationError as error:
        return Check("user groups", False, in_words(type(error).__name__))
    members = {normal(group.handle): len(group.users) for group in answer.usergroups if not group.date_delete}
    missing = [
        f"@{handle.lstrip('@')} ({role})" for handle, role in roles.groups.items() if normal(handle) not in members
    ]
    if missing:
        return Check(
            "user groups",
            False,
            f"there is no {' or '.join(missing)}: make them in Slack under 'People', 'User groups', or name your own "
            'in deskhand.toml, [roles] groups = {"your-handle" = "analyst"}',
        )
    counted = ", ".join(f"@{normal(handle)} {members[normal(handle)]}" for handle in roles.groups)
    return Check("user groups", True, f"found, with so many members: {counted}")


async def _app(settings: Settings) -> Check:
    if settings.slack_app_token is None and settings.slack_signing_secret is not None:
        return Check("app token", True, f"not needed: events come over HTTP, to {EVENTS_PATH}, signed by Slack")
    if settings.slack_app_token is None:
        return Check(
            "app token",
            False,
            "not set: under 'Basic Information', 'App-Level Tokens' of your app generate one with the scope "
            "connections:write, and put it into SLACK_APP_TOKEN (or, where Slack can reach the bot, the 'Signing Secret' "
            "into SLACK_SIGNING_SECRET)",
        )
    client = _client(settings, settings.slack_app_token)
    try:
        with narrowed():
            await client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    except SlackFailure as failure:
        return Check("app token", False, _refusal(failure, settings, "SLACK_APP_TOKEN", "'Basic Information'"))
    return Check("app token", True, "Socket Mode opens")


async def _model(settings: Settings) -> Check:
    if settings.model is None:
        return Check("model", True, "none is set; rules do the work")
    try:
        client = await asyncio.to_thread(build_client, settings)  # imports the SDK, which takes a while
        if client is not None:
            async with AsyncExitStack() as closing, asyncio.timeout(_MODEL_PATIENCE):
                closing.push_async_callback(client.close)
                question = Message("user", 'Answer with the JSON object {"ready": true}.')
                await client.structured([question], _Ready, purpose="check", max_tokens=200)
    except (Problem, ModelError) as error:
        return Check("model", False, redact(f"{settings.model}: {error}"))
    except TimeoutError:
        return Check(
            "model", False, f"{settings.model} gave no answer within {_MODEL_PATIENCE:g} s; see OPENAI_BASE_URL"
        )
    return Check("model", True, f"{settings.model} answers")


async def _platform(settings: Settings) -> Check:
    """Whether it answers, and whether the first run's figures agree with its curve in the units that are set."""
    if settings.platform is None:
        return Check("platform", True, "none is set; backtests come from files and from the embedded desk")
    url = settings.platform.url
    try:
        async with (
            asyncio.timeout(_PLATFORM_PATIENCE),
            await asyncio.to_thread(PlatformClient, settings.platform) as client,
        ):
            source = PlatformBacktests(client)
            latest = await source.latest()
            if latest is None:
                return Check("platform", True, f"{url} answers; it has no completed backtest yet")
            run = await source.get(latest.id)
    except Problem as problem:
        return Check("platform", False, redact(f"{url}: {problem}"))
    except TimeoutError:
        return Check("platform", False, f"{url} gave no answer within {_PLATFORM_PATIENCE:g} s; see platform.url")
    curve = f"a curve of {len(run.equity)} points that agrees with its figures" if run.equity else "no curve"
    return Check("platform", True, f"{url} answers; read {latest.name!r} ({latest.id}) with {curve}")


def _opened(settings: Settings) -> Registry:
    if settings.connections:
        return Registry.open(configs(settings), own(settings))
    return Registry.open([], open_commands(settings.commands))


async def _connections(settings: Settings) -> list[Check]:
    """Each asked on its own, all at once."""
    if not settings.connections and not settings.commands:
        return [Check("connections", True, "none are set; the embedded desk is used")]
    try:
        registry = await asyncio.to_thread(_opened, settings)
    except Problem as problem:
        return [Check("connections", False, str(problem))]
    async with registry:
        found = await check_all(registry)
        secrets = registry.secrets()
    return [Check(f"connection {name}", ok, cleaned(said, secrets)) for name, (ok, said) in found.items()]


def _client(settings: Settings, token: SecretStr) -> AsyncWebClient:
    return AsyncWebClient(token=token.get_secret_value(), base_url=settings.slack_api_url, timeout=_PATIENCE)


def _refusal(failure: SlackFailure, settings: Settings, variable: str, page: str) -> str:
    if isinstance(failure, Unreachable | ServerTrouble):
        return f"{settings.slack_api_url} does not answer ({failure.code}); see SLACK_API_URL and the network"
    if failure.code == "missing_scope":
        return f"Slack says missing_scope: generate a token with connections:write under {page}"
    if isinstance(failure, RateLimited):
        return "Slack asks for patience (ratelimited): try again in a minute"
    return f"Slack refuses {variable} ({failure.code}): copy it again from {page} of your app, after installing it"


class _Group(BaseModel):
    handle: str = ""
    users: list[str] = []
    date_delete: int | None = 0


class _Groups(BaseModel):
    usergroups: list[_Group]


class _Ready(BaseModel):
    ready: bool


def as_json(checks: list[Check]) -> Mapping[str, object]:
    """`{"ok", "checks": [{"name", "ok", "detail"}]}`."""
    told = [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks]
    return {"ok": all(check.ok for check in checks), "checks": told}
