"""What each role may do, and the sentence for who may not."""

from collections.abc import Iterable, Mapping
from typing import Final, get_args

from bot.protocols import Permission, Person, Role

_VIEWER: Final[frozenset[Permission]] = frozenset({"help", "read_published"})
_ANALYST: Final = _VIEWER | frozenset[Permission]({"narrate", "compare", "draft", "check_freshness"})
_OPERATOR: Final = _ANALYST | frozenset[Permission]({"diagnose", "act"})

# From the least to the most: a refusal names the first that would do.
PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    "viewer": _VIEWER,
    "analyst": _ANALYST,
    "approver": _ANALYST | frozenset[Permission]({"decide"}),
    "operator": _OPERATOR,
    "admin": _OPERATOR | frozenset[Permission]({"digests", "prompts", "audit", "usage"}),
}
ROLES: Final[tuple[Role, ...]] = get_args(Role)

_DOING: Final[Mapping[Permission, str]] = {
    "help": "Asking for help",
    "read_published": "Reading published narratives",
    "narrate": "Narrating a backtest",
    "compare": "Comparing backtests",
    "draft": "Drafting a strategy",
    "check_freshness": "Checking how fresh the data is",
    "decide": "Deciding on drafts and narratives",
    "diagnose": "Running diagnostics",
    "act": "Running an action",
    "digests": "Managing digests",
    "prompts": "Managing prompts",
    "audit": "Reading the audit",
    "usage": "Reading usage",
}


def allows(roles: Iterable[Role], permission: Permission) -> bool:
    """Whether one of the roles carries the permission."""
    return any(permission in PERMISSIONS[role] for role in roles)


def least_role(permission: Permission) -> Role:
    """The role with the fewest permissions that carries this one."""
    return next(role for role, carried in PERMISSIONS.items() if permission in carried)


def denial(permission: Permission, groups: Mapping[str, str]) -> str:
    """What is not allowed and whom to ask; `groups` is handle to role, as in the settings."""
    needed = least_role(permission)
    handles = [f"@{handle.lstrip('@')}" for handle, role in groups.items() if role == needed]
    having = f", which members of {' or '.join(handles)} have" if handles else ""
    admins = [f"@{handle.lstrip('@')}" for handle, role in groups.items() if role == "admin"]
    ask = f"someone in {' or '.join(admins)}" if admins else "whoever set Deskhand up"
    return f"{_DOING[permission]} needs the {needed} role{having}; ask {ask} to add you."


class StaticAccess:
    """Roles given beforehand: for the command line (`--roles`), HTTP tokens and tests."""

    def __init__(self, roles: Mapping[str, Iterable[Role]], groups: Mapping[str, str]) -> None:
        """`roles` is person id to roles; who is not in it is a viewer. `groups` words the refusals."""
        self._roles = {person: frozenset[Role]({*given, "viewer"}) for person, given in roles.items()}
        self._groups = groups

    async def person(self, user_id: str) -> Person:
        """The person with the roles given; a viewer where none were."""
        return Person(id=user_id, name=user_id, roles=self._roles.get(user_id, frozenset({"viewer"})))

    def allows(self, person: Person, permission: Permission) -> bool:
        """Whether one of the person's roles carries the permission."""
        return allows(person.roles, permission)

    def denial(self, person: Person, permission: Permission) -> str:
        """One sentence: what is not allowed, and whom to ask."""
        return denial(permission, self._groups)
