"""Bearer tokens with roles: who calls, and whether they may."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from bot.access.permissions import StaticAccess
from bot.caller import on_behalf_of
from bot.protocols import Permission, Person, Role
from bot.settings import HttpToken

_BEARER = HTTPBearer(auto_error=False, description="A token of [[http.tokens]] in deskhand.toml")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


class Gate:
    """Knows the tokens by their hashes, so that comparing takes the same time whatever was sent."""

    def __init__(self, tokens: Iterable[HttpToken], groups: Mapping[str, Role]) -> None:
        """`groups` (handle to role) words the refusals."""
        self._names = {_hash(token.token.get_secret_value()): token.name for token in tokens}
        self.access = StaticAccess({f"http:{token.name}": token.roles for token in tokens}, groups)

    def needs(self, permission: Permission) -> Callable[..., object]:
        """A dependency that gives the `Person`, or answers 401 for an unknown token and 403 for a missing role."""

        async def allowed(request: Request, bearer: Bearer) -> Person:
            name = self._name(bearer.credentials if bearer else "")
            if not name:
                raise HTTPException(
                    401,
                    "This needs a token in the Authorization header: Bearer and one of [[http.tokens]] in deskhand.toml.",
                    headers={"WWW-Authenticate": "Bearer"},
                )
            person = await self.access.person(f"http:{name}")
            on_behalf_of(person.id)
            request.state.person = person  # for the audit
            if not self.access.allows(person, permission):
                raise HTTPException(403, self.access.denial(person, permission))
            return person

        return allowed

    def _name(self, token: str) -> str:
        """Whose token it is; every one is compared, so that nothing is learnt from the time taken."""
        found = ""
        offered = _hash(token)
        for known, name in self._names.items():
            if hmac.compare_digest(known, offered):
                found = name
        return found


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
