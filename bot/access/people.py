"""Who a Slack user id is: name and time zone, and whether roles may be given at all. Kept in memory for minutes."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, Field, ValidationError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.failures import SlackFailure, narrowed
from tools.errors import Unavailable

_MAX_AGE: Final = 300.0
_MOST: Final = 10_000
_PATIENCE: Final = 8.0


@dataclass(frozen=True, slots=True)
class Profile:
    """`barred` says why this user gets no roles, whatever group they are in; empty where they may."""

    name: str
    time_zone: str
    barred: str = ""


class People:
    """Answers `users.info` from memory where it is recent enough."""

    def __init__(self, client: AsyncWebClient, now: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._now = now
        self._known: OrderedDict[str, tuple[float, Profile]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Profile]] = {}
        self._team_id = ""

    async def profile(self, user_id: str) -> Profile:
        """The profile; raises `Unavailable` saying why where Slack does not tell."""
        known = self._known.get(user_id)
        if known is not None and self._now() - known[0] <= _MAX_AGE:
            return known[1]
        if user_id not in self._asking:
            self._asking[user_id] = asyncio.create_task(self._fetch(user_id), name="profile")
            self._asking[user_id].add_done_callback(lambda _: self._asking.pop(user_id))
        profile = await asyncio.shield(self._asking[user_id])  # one question, whoever of those waiting gives up
        self._known[user_id] = (self._now(), profile)
        self._known.move_to_end(user_id)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return profile

    async def _fetch(self, user_id: str) -> Profile:
        try:
            with narrowed():
                async with asyncio.timeout(_PATIENCE):
                    if not self._team_id:
                        self._team_id = str((await self._client.auth_test()).get("team_id", ""))
                    response = await self._client.users_info(user=user_id)
            return self._judge(_Answer.model_validate(response.data).user)
        except SlackFailure as failure:
            if failure.code in {"user_not_found", "user_not_visible"}:
                return Profile("", "UTC", "Slack does not know you in this workspace")
            raise Unavailable(_untold(failure.code)) from failure
        except ValidationError as error:
            raise Unavailable(_untold(type(error).__name__)) from error

    def _judge(self, user: "_User") -> Profile:
        name = user.profile.display_name or user.real_name or user.name
        teams = {user.team_id or self._team_id, *user.enterprise_user.teams}
        barred = ""
        if user.deleted:
            barred = "this account is deactivated"
        elif user.is_bot or user.id == "USLACKBOT":
            barred = "bots get no roles"
        elif user.is_stranger or self._team_id not in teams:
            barred = "only members of Deskhand's own workspace get roles"
        return Profile(name, user.tz or "UTC", barred)


class _Names(BaseModel):
    display_name: str = ""


class _Enterprise(BaseModel):
    teams: list[str] = []


class _User(BaseModel):
    id: str
    team_id: str = ""
    name: str = ""
    real_name: str = ""
    tz: str | None = None
    deleted: bool = False
    is_bot: bool = False
    is_stranger: bool = False
    profile: _Names = Field(default_factory=_Names)
    enterprise_user: _Enterprise = Field(default_factory=_Enterprise)


class _Answer(BaseModel):
    user: _User


def _untold(reason: str) -> str:
    if reason == "missing_scope":
        return "the Slack app lacks the scope users:read; add it from manifest.yml and reinstall the app."
    return f"Slack does not say who you are right now ({reason}); try again in a minute."
