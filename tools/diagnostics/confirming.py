"""Actions between being shown and being carried out: kept by digest, confirmed by a person, by a second one where set."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from tools.diagnostics.actions import Ledger, carry_out
from tools.diagnostics.executor import AuditHook, Caller, Executor
from tools.diagnostics.tool import Plan, Result
from tools.errors import BadInput, Denied


@dataclass(frozen=True, slots=True)
class Requested:
    """A plan, and who asked for it."""

    plan: Plan
    by: str


class Plans(Ledger, Protocol):
    """Where plans are kept; each is carried out once, whoever and however many confirm it."""

    async def keep(self, plan: Plan, by: str) -> None:
        """Keep what is shown."""
        ...

    async def get(self, digest: str) -> Requested | None:
        """The plan, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Confirming:
    """`second_person` are names of actions, `*` every one, that whoever asked for them may not confirm."""

    executor: Executor
    plans: Plans
    audit: AuditHook
    second_person: Collection[str] = ()

    def needs_another(self, tool: str) -> bool:
        """Whether somebody else than the one who asked has to confirm."""
        return tool in self.second_person or "*" in self.second_person

    async def confirm(self, digest: str, caller: Caller, correlation_id: str) -> tuple[Plan, Result]:
        """Carry out what was shown under the digest. Raises `Denied` for one's own where a second person is needed."""
        requested = await self.plans.get(digest)
        if requested is None:
            raise BadInput("This action is not known here; ask for it again.")
        plan = requested.plan
        if self.needs_another(plan.tool) and requested.by == caller.id:
            raise Denied(f"{plan.tool} needs a second person: somebody else who may run actions has to confirm it.")
        result = await carry_out(
            self.executor,
            plan,
            caller,
            ledger=self.plans,
            audit=self.audit,
            approved_by=tuple(dict.fromkeys((requested.by, caller.id))),
            correlation_id=correlation_id,
        )
        return plan, result
