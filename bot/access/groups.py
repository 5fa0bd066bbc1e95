"""The members of Slack's user groups, kept in table `groups` so that every replica sees the same.

Read at each question; fetched again when older than half the maximum age, never used beyond it. Events take effect
at once: what they remove is removed in the same step, and what they leave open puts the group in doubt, which counts
as empty until Slack has been asked again. A fetch that was under way when an event came is thrown away.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final

import structlog
from pydantic import BaseModel, BeforeValidator, Field, ValidationError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audit.log import ChainedAudit
from bot.protocols import AuditEntry
from bot.slack.failures import RateLimited, SlackFailure, narrowed
from bot.storage.database import Database
from bot.storage.tables import groups

MAX_AGE: Final = 300.0
"""Seconds that Slack's last word on a group counts when Slack cannot be asked again."""

_LIST: Final = "*"  # this row stands for the list as a whole; its date_update counts the events seen
_PATIENCE: Final = 8.0
_PAUSE: Final = 5.0  # seconds after a failed fetch before the next
_LONGEST_PAUSE: Final = 60.0
_CUT_AT: Final = 500  # Slack cuts `users` of subteam_updated there

_log = structlog.get_logger("deskhand.access")


@dataclass(frozen=True, slots=True)
class Membership:
    """Who is in which group. `trouble` says why some groups count as empty, else it is empty."""

    members: Mapping[str, frozenset[str]]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class _Group:
    id: str
    handle: str
    users: frozenset[str]
    date_update: int
    fetched_at: float
    """Epoch seconds; 0 while in doubt."""


class GroupBook:
    """Answers who is in which group. Handles are compared without `@` and case."""

    def __init__(
        self,
        client: AsyncWebClient,
        database: Database,
        audit: ChainedAudit,
        handles: Iterable[str],
        *,
        max_age: float = MAX_AGE,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._database = database
        self._audit = audit
        self._handles = frozenset(normal(handle) for handle in handles)
        self._max_age = max_age
        self._now = now
        self._fetching: asyncio.Task[str] | None = None
        self._trouble = ""
        self._retry_at = 0.0
        self._reading = asyncio.Lock()
        self._next_read: asyncio.Task[list[_Group]] | None = None

    async def membership(self) -> Membership:
        """Who is in the groups asked about; a group that Slack has no word on counts as empty. Never raises."""
        found = await self._read()
        trouble = ""
        if not self._all_within(found, self._max_age / 2):
            trouble = await self._refetch()
            found = await self._read()
        usable = [group for group in found if self._age(group) <= self._max_age]
        return Membership(self._by_handle(usable), "" if self._all_within(found, self._max_age) else trouble)

    async def on_event(self, event: Mapping[str, object]) -> None:
        """Take a `subteam_*` event into account; returns when every later question sees it."""
        async with self._database.write() as connection:
            await _count_event(connection)
            before = {group.id: group for group in await _select(connection, None)}
            after = _apply(event, before)
            for changed in (group for group in after if before.get(group.id) != group):
                await connection.execute(delete(groups).where(groups.c.id == changed.id))
                await connection.execute(insert(groups).values(_row(changed)))
            await self._audit_changes(connection, before.values(), after)

    async def close(self) -> None:
        """End a fetch that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    async def _read(self) -> list[_Group]:
        """Who asks while a read is under way shares the next one: cheap in a flood, and never older than the question."""
        if self._next_read is None:
            self._next_read = asyncio.create_task(self._read_in_turn(), name="read-groups")
        return await asyncio.shield(self._next_read)

    async def _read_in_turn(self) -> list[_Group]:
        async with self._reading:
            self._next_read = None
            async with self._database.read() as connection:
                return await _select(connection, self._handles)

    def _age(self, group: _Group) -> float:
        age = self._now() - group.fetched_at
        return age if age >= -5.0 else float("inf")  # a time ahead of this clock is not to be trusted

    def _all_within(self, found: Collection[_Group], age: float) -> bool:
        return any(group.id == _LIST for group in found) and all(self._age(group) <= age for group in found)

    async def _refetch(self) -> str:
        """Ask Slack, once for all who wait; returns what went wrong, or nothing."""
        if self._now() < self._retry_at:
            return self._trouble
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._fetch(), name="user-groups")
        return await asyncio.shield(self._fetching)

    async def _fetch(self) -> str:
        self._trouble, pause = "Slack's user groups are changing faster than they can be read; try again.", _PAUSE
        try:
            for _ in range(3):
                async with self._database.read() as connection:
                    events_seen = await _events_seen(connection)
                asked_at = self._now()
                with narrowed():
                    async with asyncio.timeout(_PATIENCE):
                        fetched = await self._list(asked_at)
                if await self._store(fetched, events_seen, asked_at):
                    self._trouble = ""
                    return ""
        except SlackFailure as failure:
            self._trouble = in_words(failure.code)
            if isinstance(failure, RateLimited):
                pause = min(failure.retry_after, _LONGEST_PAUSE)
        except ValidationError as error:
            self._trouble = in_words(type(error).__name__)
        self._retry_at = self._now() + pause
        _log.warning("access.groups_not_fetched", reason=self._trouble)
        return self._trouble

    async def _list(self, asked_at: float) -> list[_Group]:
        response = await self._client.usergroups_list(include_users=True, include_count=True)
        active = [group for group in _Answer.model_validate(response.data).usergroups if not group.date_delete]
        for group in active:
            if normal(group.handle) in self._handles and not _says_all(group.users, group.user_count):
                members = await self._client.usergroups_users_list(usergroup=group.id)
                group.users = _Members.model_validate(members.data).users
        return [_whole(group, asked_at) for group in active]

    async def _store(self, fetched: list[_Group], events_seen: int, asked_at: float) -> bool:
        """Keep a fetched list, unless an event came while it was being fetched."""
        async with self._database.write() as connection:
            await _ensure_list_row(connection)
            if await _events_seen(connection, lock=True) != events_seen:
                return False
            before = await _select(connection, None)
            await connection.execute(delete(groups).where(groups.c.id != _LIST))
            if fetched:
                await connection.execute(insert(groups), [_row(group) for group in fetched])
            await connection.execute(update(groups).where(groups.c.id == _LIST).values(fetched_at=asked_at))
            await self._audit_changes(connection, before, fetched)
        return True

    async def _audit_changes(
        self, connection: AsyncConnection, before: Iterable[_Group], after: Iterable[_Group]
    ) -> None:
        old, new = self._by_handle(before), self._by_handle(after)
        entries = []
        for handle in sorted(old.keys() | new.keys()):
            had, has = old.get(handle, frozenset()), new.get(handle, frozenset())
            if had != has:
                arguments = {"group": handle, "added": sorted(has - had), "removed": sorted(had - has)}
                entries.append(AuditEntry("slack", "role_change", uuid.uuid4().hex, arguments=arguments))
        if entries:
            await self._audit.append(connection, *entries)

    def _by_handle(self, some: Iterable[_Group]) -> dict[str, frozenset[str]]:
        """The members behind the handles asked about; a handle may have passed from a disabled group to another."""
        members: dict[str, frozenset[str]] = {}
        for group in some:
            if group.handle in self._handles:
                members[group.handle] = members.get(group.handle, frozenset()) | group.users
        return members


def normal(handle: str) -> str:
    """A handle as it is compared: no `@`, lower case."""
    return handle.strip().lstrip("@").lower()


def in_words(code: str) -> str:
    """Why the groups are not known, and what to do, from Slack's error code."""
    if code in {"plan_upgrade_required", "paid_teams_only"}:
        return (
            "this workspace's plan has no user groups; upgrade it, or list people's ids under [roles.static] "
            "in deskhand.toml and set use_static = true under [roles]."
        )
    if code == "missing_scope":
        return "the Slack app lacks the scope usergroups:read; add it from manifest.yml and reinstall the app."
    if code == "unknown_method":
        return "the server behind SLACK_API_URL does not know usergroups.list; see [roles.static] in deskhand.toml."
    if code in {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}:
        return f"Slack refuses SLACK_BOT_TOKEN ({code}); whoever runs Deskhand can find out with `deskhand check`."
    return f"Slack does not say who is in which user group right now ({code}); try again in a minute."


_Moment = Annotated[
    int, BeforeValidator(lambda value: value or 0), Field(ge=0, lt=2**62)
]  # epoch seconds; 0, null or nothing for never


class _Subteam(BaseModel):
    id: Annotated[str, Field(min_length=2, max_length=64)]
    handle: Annotated[str, Field(max_length=255)] = ""
    date_update: _Moment = 0
    date_delete: _Moment = 0
    users: list[str] | None = None
    user_count: int | None = None

    @property
    def is_complete(self) -> bool:
        """Whether `users` is all there are."""
        if self.date_delete:
            return True
        return _says_all(self.users, self.user_count) and len(self.users or ()) < _CUT_AT


class _Answer(BaseModel):
    usergroups: list[_Subteam]


class _Members(BaseModel):
    users: list[str]


class _Whole(BaseModel):
    subteam: _Subteam


class _Delta(BaseModel):
    subteam_id: str
    date_previous_update: int = -1
    date_update: int = 0
    added_users: list[str] | None = None
    removed_users: list[str] | None = None
    added_users_count: int | None = None
    removed_users_count: int | None = None

    @property
    def is_complete(self) -> bool:
        """Whether both lists are all there are."""
        return _says_all(self.added_users, self.added_users_count) and _says_all(
            self.removed_users, self.removed_users_count
        )


def _says_all(users: list[str] | None, count: int | None) -> bool:
    return count == 0 if users is None else count in (None, len(users))


def _apply(event: Mapping[str, object], before: Mapping[str, _Group]) -> list[_Group]:
    """The groups after an event; `fetched_at` 0 marks what it leaves in doubt."""
    after = dict(before)
    try:
        if event.get("type") in {"subteam_created", "subteam_updated"}:
            subteam = _Whole.model_validate(event).subteam
            after[subteam.id] = _updated(subteam, before)
        elif event.get("type") == "subteam_members_changed":
            delta = _Delta.model_validate(event)
            # A group that was not in the list puts the list itself in doubt.
            group = before.get(delta.subteam_id, before[_LIST])
            after[group.id] = _changed(delta, group)
        else:  # subteam_self_added and _removed name a group, and nothing more
            after[_LIST] = replace(before[_LIST], fetched_at=0.0)
    except ValidationError:
        after = {key: replace(group, fetched_at=0.0) for key, group in before.items()}
    return list(after.values())


def _updated(subteam: _Subteam, before: Mapping[str, _Group]) -> _Group:
    known = before.get(subteam.id)
    group = _whole(subteam, before[_LIST].fetched_at)
    if not subteam.is_complete:
        return replace(group, users=known.users if known else group.users, fetched_at=0.0)
    if known is not None and group.date_update <= known.date_update and group.users != known.users:
        # Late, or twice within a second: only what both agree on is certain.
        return replace(known, users=group.users & known.users, fetched_at=0.0)
    return group


def _changed(delta: _Delta, group: _Group) -> _Group:
    removed, added = frozenset(delta.removed_users or ()), frozenset(delta.added_users or ())
    if delta.date_update == group.date_update and added <= group.users and not removed & group.users:
        return group  # the update of the same change came first, with the whole list
    kept = group.users - removed
    follows = (
        group.id != _LIST
        and delta.date_previous_update == group.date_update
        and delta.date_update >= group.date_update
    )
    if not (follows and delta.is_complete):
        return replace(group, users=kept, fetched_at=0.0)
    return replace(group, users=kept | added, date_update=delta.date_update)


def _whole(subteam: _Subteam, fetched_at: float) -> _Group:
    users = frozenset[str]() if subteam.date_delete else frozenset(subteam.users or ())
    return _Group(subteam.id, normal(subteam.handle), users, subteam.date_update, fetched_at)


def _row(group: _Group) -> dict[str, str | int | float]:
    return {
        "id": group.id,
        "handle": group.handle,
        "users": json.dumps(sorted(group.users)),
        "date_update": group.date_update,
        "fetched_at": group.fetched_at,
    }


async def _select(connection: AsyncConnection, handles: Collection[str] | None) -> list[_Group]:
    query = select(groups)
    if handles is not None:
        query = query.where(or_(groups.c.id == _LIST, groups.c.handle.in_(handles)))
    return [
        _Group(row.id, row.handle, frozenset(json.loads(row.users)), row.date_update, row.fetched_at)
        for row in await connection.execute(query)
    ]


async def _events_seen(connection: AsyncConnection, *, lock: bool = False) -> int:
    query = select(groups.c.date_update).where(groups.c.id == _LIST)
    return await connection.scalar(query.with_for_update() if lock else query) or 0


async def _count_event(connection: AsyncConnection) -> None:
    """Also locks the list's row, so that events and fetches take turns."""
    await _ensure_list_row(connection)
    counted = update(groups).where(groups.c.id == _LIST)
    await connection.execute(counted.values(date_update=groups.c.date_update + 1))


async def _ensure_list_row(connection: AsyncConnection) -> None:
    row = {"id": _LIST, "handle": "", "users": "[]", "date_update": 0, "fetched_at": 0.0}
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    await connection.execute(dialect.insert(groups).values(row).on_conflict_do_nothing())
