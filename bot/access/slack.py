"""Access from Slack: roles by user group, for members of the workspace only, failing closed with the reason."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.access.groups import MAX_AGE, GroupBook, normal
from bot.access.people import People
from bot.access.permissions import allows, denial
from bot.audit.log import ChainedAudit
from bot.protocols import Permission, Person, Role
from bot.settings import RolesSettings
from bot.storage.database import Database
from tools.errors import Unavailable

_MOST_DOUBTS: Final = 1_000


class SlackAccess:
    """Implements `bot.protocols.Access`. Give it `subteam_*` events through `on_event`, and close it."""

    def __init__(
        self,
        client: AsyncWebClient,
        database: Database,
        audit: ChainedAudit,
        settings: RolesSettings,
        *,
        max_age: float = MAX_AGE,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._people = People(client)
        self._book = GroupBook(client, database, audit, settings.groups, max_age=max_age, now=now)
        self._doubts: OrderedDict[str, str] = OrderedDict()

    async def person(self, user_id: str) -> Person:
        """The person with the roles of this moment; a viewer where anything is in doubt."""
        try:
            profile = await self._people.profile(user_id)
        except Unavailable as unknown:
            self._doubt(user_id, str(unknown))
            return Person(id=user_id)
        if profile.barred:
            roles, doubt = frozenset[Role](), f"{profile.barred}."
        else:
            roles, doubt = await self._roles(user_id)
        self._doubt(user_id, doubt)
        return Person(id=user_id, name=profile.name, roles=roles | {"viewer"}, time_zone=profile.time_zone)

    def allows(self, person: Person, permission: Permission) -> bool:
        """Whether one of the person's roles carries the permission."""
        return allows(person.roles, permission)

    def denial(self, person: Person, permission: Permission) -> str:
        """One sentence: what is not allowed, and whom to ask; or why it cannot be known at the moment."""
        refused = denial(permission, self._settings.groups)
        doubt = self._doubts.get(person.id)
        return f"{refused} I could not confirm yours: {doubt}" if doubt else refused

    async def on_event(self, event: Mapping[str, object]) -> None:
        """Take a `subteam_*` event into account; the next question sees it."""
        await self._book.on_event(event)

    async def close(self) -> None:
        """End what is under way."""
        await self._book.close()

    async def _roles(self, user_id: str) -> tuple[frozenset[Role], str]:
        """The roles, and why there may be more than can be told."""
        settings = self._settings
        if settings.use_static:
            return frozenset(role for role, users in settings.static.items() if user_id in users), ""
        known = await self._book.membership()
        groups = settings.groups.items()
        held = {role for handle, role in groups if user_id in known.members.get(normal(handle), frozenset())}
        return frozenset(held), known.trouble

    def _doubt(self, user_id: str, reason: str) -> None:
        self._doubts.pop(user_id, None)
        if reason:
            self._doubts[user_id] = reason
        if len(self._doubts) > _MOST_DOUBTS:
            self._doubts.popitem(last=False)
