"""Approved strategies on the platform: found by our mark, created where they are missing."""

from collections.abc import AsyncIterator, Mapping

from tools.errors import BadInput, Unavailable
from tools.platform.client import MAX_PAGES, Json, PlatformClient, at

_LARGEST_PAGE = 200
"""The platform lists at most this many strategies at once."""
_LONGEST_ID = 128


class PlatformStrategies:
    """Creates strategies through `POST /strategies/`."""

    def __init__(self, client: PlatformClient) -> None:
        self._client = client
        self._path = client.config.paths.strategies
        self._fields = client.config.fields

    async def create_once(self, payload: Mapping[str, Json], mark: str) -> str:
        """The platform's id of this strategy, created where no strategy there carries `mark` as a tag or its name.

        The platform has no key that makes a repeated creation harmless, so it is asked before; creating is tried once
        a call. Raises `Unavailable` where it is open what became of it (call again later), `Denied` for the token,
        `BadInput` where the platform refuses it.
        """
        found = await self._found(payload, mark)
        if found:
            return found
        created = _id(await self._client.post(self._path, payload), self._fields.id)
        if not created:
            raise Unavailable("The platform took the strategy but named no id; I look for it there.")
        return created

    async def _found(self, payload: Mapping[str, Json], mark: str) -> str:
        kind = str(payload["strategy_type"])
        async for strategy in self._listed({"strategy_type": kind}):
            tags = at(strategy, "tags")
            marked = isinstance(tags, list) and mark in tags
            if marked or at(strategy, self._fields.name) == payload["name"]:
                return _id(strategy, self._fields.id)
        return ""

    async def _listed(self, parameters: Mapping[str, str]) -> AsyncIterator[Json]:
        """Every strategy of a kind; a platform that knows no `skip` shows its first page again, which ends it."""
        size = min(self._client.config.page_size, _LARGEST_PAGE)
        seen: set[str] = set()
        for number in range(MAX_PAGES):
            answer = await self._client.get(self._path, {**parameters, "skip": number * size, "limit": size})
            page = answer if isinstance(answer, list) else at(answer, self._fields.strategy_list)
            if not isinstance(page, list):
                raise BadInput(
                    f"The platform's {self._path} has no list '{self._fields.strategy_list}'; set platform.fields.strategy_list to where it is."
                )
            new = [one for one in page if _id(one, self._fields.id) not in seen]
            seen |= {_id(one, self._fields.id) for one in new}
            for one in new:
                yield one
            if len(page) < size or not new:
                return


def _id(strategy: Json, field: str) -> str:
    value = at(strategy, field)
    return str(value)[:_LONGEST_ID] if isinstance(value, str | int) and not isinstance(value, bool) else ""
