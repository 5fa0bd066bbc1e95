"""`/strategies`: drafts from words or from a specification, decisions on them, and the registry of what was approved."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal, Protocol

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from bot.http.decisions import ApprovalBody, DecidedBody
from bot.http.errors import ERRORS
from bot.http.recorded import recorded
from bot.http.tokens import Gate
from bot.protocols import Approval, Approvals, AuditLog, Decided, Person, Verdict
from tools.errors import BadInput, NotFound
from tools.strategies.drafting import Draft
from tools.strategies.drafts import DraftStore, DraftVersion, Strategy, as_recorded
from tools.strategies.english import describe
from tools.strategies.templates import Templates

_MOST_CHARACTERS: Final = 4000


class Drafting(Protocol):
    """The service behind drafts in Slack and here: the same validation, the same approvals, the same four eyes."""

    @property
    def store(self) -> DraftStore:
        """Versions and the registry."""
        ...

    @property
    def approvals(self) -> Approvals:
        """Where drafts wait."""
        ...

    @property
    def notice(self) -> str:
        """Where approvers are told of what is asked here, or that nobody is."""
        ...

    async def draft(self, text: str) -> Draft:
        """A request in words, read and tried; nothing is stored."""
        ...

    async def revise(self, before: DraftVersion, text: str) -> Draft:
        """A change in words of a version, read and tried; nothing is stored."""
        ...

    async def submitted(
        self, draft: Draft, person: Person, before: DraftVersion | None
    ) -> tuple[DraftVersion, Approval]:
        """Keep a draft as the next version and ask for its approval."""
        ...

    async def decide(
        self, approval_id: str, person: Person, verdict: Verdict, *, looked_at: str, note: str = ""
    ) -> Decided:
        """Decide on a version."""
        ...


@dataclass(frozen=True, slots=True)
class StrategyServices:
    """What these endpoints need."""

    gate: Gate
    audit: AuditLog
    drafting: Drafting
    templates: Templates


class Asked(BaseModel):
    """A request in words."""

    model_config = ConfigDict(extra="forbid")

    request: Annotated[
        str, Field(min_length=1, max_length=_MOST_CHARACTERS, examples=["golden cross on SPY, 3% stop"])
    ]


class Vote(BaseModel):
    """A decision on what was looked at."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["approve", "reject", "discard"]
    hash: Annotated[str, Field(max_length=64, description="`approval.hash` of the version that was looked at")]
    note: Annotated[str, Field(max_length=2000)] = ""


class DraftBody(BaseModel):
    """A draft, or why there is none yet. `approval` is there once it waits for one or was decided on."""

    status: Literal["ok", "clarify", "refused"]
    explanation: str
    draft_id: str | None = None
    version: int | None = None
    specification: JsonValue = None
    figures: JsonValue = None
    assumptions: list[str] = []
    changes: list[str] = []
    warnings: list[str] = []
    questions: list[str] = []
    errors: list[str] = []
    approval: ApprovalBody | None = None
    notice: str = ""
    """Of a version that was just submitted: where approvers are told of it, or that nobody is."""
    deployed: Literal[False] = False


class DraftsBody(BaseModel):
    """The latest version of each draft, newest first."""

    drafts: list[DraftBody]


class StrategyBody(BaseModel):
    """An approved version. `platform` is its payload for the platform's `POST /strategies/`, null where it fits none.

    `backtest_id` is empty where the desk has no prices to test it on."""

    id: str
    version: int
    name: str
    specification: JsonValue
    hash: str
    requested_by: str
    approved_by: list[str]
    approval_id: str
    backtest_id: str
    trials: int
    registered_at: float
    deployed: Literal[False]
    platform: JsonValue
    platform_id: str | None


class StrategiesBody(BaseModel):
    """The registry, newest first."""

    strategies: list[StrategyBody]


Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="A draft's or strategy's id")]
Limit = Annotated[int, Query(ge=1, le=200)]


def routes(services: StrategyServices) -> APIRouter:
    """The router."""
    router = APIRouter(
        prefix="/strategies", tags=["strategies"], route_class=recorded(services.audit, "draft"), responses=ERRORS
    )
    drafts = Depends(services.gate.needs("draft"))
    decides = Depends(services.gate.needs("decide"))
    drafting = services.drafting

    @router.post("/generative-builder")
    async def build(asked: Asked, person: Person = drafts) -> DraftBody:
        """A validated configuration from a request in words, its explanation, and the approval it waits for."""
        return await _answer(services, await drafting.draft(asked.request), person, None)

    @router.get("")
    async def registry(limit: Limit = 50, person: Person = drafts) -> StrategiesBody:
        """What was approved. Nothing of it is deployed."""
        return StrategiesBody(
            strategies=[_strategy(one, services) for one in await drafting.store.strategies(limit=limit)]
        )

    @router.get("/drafts")
    async def list_drafts(limit: Limit = 50, person: Person = drafts) -> DraftsBody:
        """The latest version of each draft."""
        versions = await drafting.store.versions(limit=limit)
        return DraftsBody(drafts=[await _known(services, version) for version in versions])

    @router.get("/drafts/{id}")
    async def get_draft(id: Id, person: Person = drafts) -> DraftBody:
        """The latest version of a draft."""
        return await _known(services, await _version(drafting, id))

    @router.post("/drafts/{id}/revisions")
    async def revise(id: Id, asked: Asked, person: Person = drafts) -> DraftBody:
        """A change in words; a new version, which supersedes the one before."""
        before = await _version(drafting, id)
        return await _answer(services, await drafting.revise(before, asked.request), person, before)

    @router.post("/drafts/{id}/decisions")
    async def decide(id: Id, vote: Vote, person: Person = decides) -> DecidedBody:
        """Decide on the latest version; nobody decides on their own."""
        version = await _version(drafting, id)
        approval = await drafting.approvals.latest("draft", version.draft_id)
        if approval is None:
            raise NotFound("This draft waits for no decision.")
        decided = await drafting.decide(approval.id, person, vote.verdict, looked_at=vote.hash, note=vote.note)
        return DecidedBody.of(decided)

    @router.get("/{id}")
    async def get_strategy(id: Id, person: Person = drafts) -> StrategyBody:
        """The newest approved version of a strategy, held against the draft that was decided on."""
        return _strategy(await _approved(drafting.store, id), services)

    return router


async def _answer(services: StrategyServices, draft: Draft, person: Person, before: DraftVersion | None) -> DraftBody:
    if draft.specification is None:
        explained = draft.to_json(services.templates)
        return DraftBody(
            status="clarify" if draft.status == "clarify" else "refused",
            explanation=draft.explanation(services.templates),
            draft_id=before.draft_id if before else None,
            questions=[str(question) for question in draft.read.questions],
            errors=[str(error) for error in _list(explained["errors"])],
        )
    version, approval = await services.drafting.submitted(draft, person, before)
    return _body(version, approval, services).model_copy(update={"notice": services.drafting.notice})


async def _known(services: StrategyServices, version: DraftVersion) -> DraftBody:
    return _body(version, await services.drafting.approvals.latest("draft", version.draft_id), services)


def _body(version: DraftVersion, approval: Approval | None, services: StrategyServices) -> DraftBody:
    return DraftBody(
        status="ok",
        explanation=describe(version.specification, services.templates),
        draft_id=version.draft_id,
        version=version.version,
        specification=version.specification.to_json(),
        figures=version.figures,
        assumptions=list(version.assumed),
        changes=list(version.changes),
        warnings=list(version.warnings),
        approval=ApprovalBody.of(approval) if approval else None,
    )


async def _version(drafting: Drafting, draft_id: str) -> DraftVersion:
    version = await drafting.store.version(draft_id)
    if version is None:
        raise NotFound(f"There is no draft {draft_id}.")
    return version


async def _approved(store: DraftStore, strategy_id: str) -> Strategy:
    strategy = await store.strategy(strategy_id)
    if strategy is None:
        raise NotFound(f"There is no approved strategy {strategy_id}.")
    if not as_recorded(strategy, await store.version(strategy_id, strategy.version)):
        raise BadInput(
            f"What is recorded as {strategy_id} is not what was approved; look at the audit before using it."
        )
    return strategy


def _strategy(strategy: Strategy, services: StrategyServices) -> StrategyBody:
    return StrategyBody.model_validate(strategy.to_json(services.templates))


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
