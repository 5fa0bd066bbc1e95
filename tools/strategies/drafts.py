"""A draft people decide on: its versions, what is hashed, and the registry of what was approved."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from tools.strategies.loading import load
from tools.strategies.spec import Specification
from tools.strategies.templates import Template, Templates

_PRECISION = 10


@dataclass(frozen=True, slots=True)
class DraftVersion:
    """One version of a draft. `request` is what was first asked for, `said` what led to this version.

    `changes` are the differences from the version before, one line each; `figures` those of the trial run, empty where
    there were no prices to run it on.
    """

    draft_id: str
    version: int
    request: str
    said: str
    specification: Specification
    figures: dict[str, JsonValue]
    assumed: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    changes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    drafted_by: str = ""
    writer: str = "rules"
    at: float = field(default_factory=time.time)
    set_aside: tuple[str, ...] = ()
    """What was said besides the rule."""

    @property
    def hash(self) -> str:
        """Covers what is decided on: the specification and what its trial run came to."""
        return content_hash(self.specification, self.figures)

    def to_json(self) -> dict[str, JsonValue]:
        """As it is stored and exported."""
        return {
            "draft_id": self.draft_id,
            "version": self.version,
            "request": self.request,
            "said": self.said,
            "specification": self.specification.to_json(),
            "figures": self.figures,
            "assumed": list(self.assumed),
            "corrected": [list(pair) for pair in self.corrected],
            "changes": list(self.changes),
            "warnings": list(self.warnings),
            "drafted_by": self.drafted_by,
            "writer": self.writer,
            "at": self.at,
            "set_aside": list(self.set_aside),
            "hash": self.hash,
        }


def read_version(text: str, templates: Templates) -> DraftVersion:
    """A version as `to_json` wrote it."""
    data = json.loads(text)
    return DraftVersion(
        data["draft_id"],
        data["version"],
        data["request"],
        data["said"],
        load(data["specification"], templates),
        data["figures"],
        tuple(data["assumed"]),
        tuple((wrong, right) for wrong, right in data["corrected"]),
        tuple(data["changes"]),
        tuple(data["warnings"]),
        data["drafted_by"],
        data["writer"],
        data["at"],
        tuple(data.get("set_aside", ())),
    )


def content_hash(specification: Specification, figures: dict[str, JsonValue]) -> str:
    """SHA-256 of the specification and the figures as canonical JSON, figures to ten digits."""
    content = {"specification": specification.to_json(), "figures": _rounded(figures)}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _rounded(value: JsonValue) -> JsonValue:
    if isinstance(value, float):
        return float(f"{value:.{_PRECISION}g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return value


@dataclass(frozen=True, slots=True)
class Strategy:
    """An approved version in the registry. It is a record and a description; nothing is deployed.

    `id` is the draft's; `trials` how many versions were tried before this one was approved, itself included.
    `backtest_id` is empty where there were no prices to test it on.
    """

    id: str
    version: int
    name: str
    specification: Specification
    hash: str
    requested_by: str
    approved_by: tuple[str, ...]
    approval_id: str
    backtest_id: str
    trials: int
    at: float
    platform_id: str = ""

    @property
    def mark(self) -> str:
        """The tag by which this version is known on the platform."""
        return f"deskhand:{self.id}:v{self.version}:{self.hash[:16]}"

    def platform_payload(self, templates: Templates) -> dict[str, JsonValue] | None:
        """What the platform takes, named and tagged so that it is recognised there; None where it fits no type."""
        payload = platform_payload(self.specification, templates)
        if payload is None:
            return None
        tags = ["deskhand", self.mark, *self.specification.symbols]
        return {**payload, "name": f"{self.name} ({self.id} v{self.version})", "tags": [*tags]}

    def to_json(self, templates: Templates) -> dict[str, JsonValue]:
        """The record, with the platform's payload where the strategy fits one of its types."""
        return {
            "id": self.id,
            "version": self.version,
            "name": self.name,
            "specification": self.specification.to_json(),
            "hash": self.hash,
            "requested_by": self.requested_by,
            "approved_by": list(self.approved_by),
            "approval_id": self.approval_id,
            "backtest_id": self.backtest_id,
            "trials": self.trials,
            "registered_at": self.at,
            "deployed": False,
            "platform": self.platform_payload(templates),
            "platform_id": self.platform_id or None,
        }


def as_recorded(strategy: Strategy, version: DraftVersion | None) -> bool:
    """Whether the registry holds what was decided on: asked again whenever it is used."""
    return (
        version is not None
        and version.hash == strategy.hash
        and version.specification.to_json() == strategy.specification.to_json()
    )


class DraftStore(Protocol):
    """Drafts and the registry."""

    async def keep(self, version: DraftVersion) -> None:
        """Keep a version; the same version again changes nothing. Raises `BadInput` where it exists with other content."""
        ...

    async def version(self, draft_id: str, version: int | None = None) -> DraftVersion | None:
        """A version, the latest where none is named."""
        ...

    async def versions(self, *, limit: int = 50) -> Sequence[DraftVersion]:
        """The latest version of each draft, newest first."""
        ...

    async def register(self, strategy: Strategy) -> None:
        """Put an approved version into the registry; once, however often it is asked for."""
        ...

    async def sent(self, strategy: Strategy, platform_id: str) -> None:
        """Keep under which id the platform has a version; the first id stays."""
        ...

    async def strategies(self, *, limit: int = 200) -> Sequence[Strategy]:
        """Newest first."""
        ...

    async def strategy(self, strategy_id: str, version: int | None = None) -> Strategy | None:
        """A version of a strategy, the newest where none is named."""
        ...


def platform_payload(specification: Specification, templates: Templates) -> dict[str, JsonValue] | None:
    """What `POST /strategies/` of the desk's platform takes; None where the strategy fits none of its types."""
    if specification.template == "rules" or specification.side != "long" or specification.entry or specification.exit:
        return None
    template = templates.get(specification.template)
    config = _platform_config(template, specification)
    risk = specification.risk
    limits = risk.model_dump(exclude={"stop_loss", "take_profit", "trigger"}, exclude_none=True)
    if template.platform is None or config is None or limits or specification.timeframe != "1d":
        return None
    if specification.sizing.risk_per_trade is not None:
        return None
    if template.platform.strategy_type == "buy_and_hold":
        config["allocation"] = {symbol: 1.0 / len(specification.symbols) for symbol in specification.symbols}
    for ours, theirs in ((risk.stop_loss, "stop_loss_pct"), (risk.take_profit, "take_profit_pct")):
        if ours is not None:
            config[theirs] = ours
    if specification.sizing.fraction is not None:
        config["max_position_size"] = specification.sizing.fraction
    return {
        "name": specification.name,
        "strategy_type": template.platform.strategy_type,
        "description": template.description,
        "config": {"config_type": template.platform.strategy_type, **config},
        "tags": ["deskhand", *specification.symbols],
    }


def _platform_config(template: Template, specification: Specification) -> dict[str, JsonValue] | None:
    """The parameters by the platform's names; None where one is outside its range there."""
    if template.platform is None:
        return None
    values = template.complete(specification.parameters)
    config: dict[str, JsonValue] = {}
    for name, mapped in template.platform.config.items():
        value = values[mapped.param]
        if not mapped.minimum <= value <= mapped.maximum:
            return None
        config[name] = value
    return config
