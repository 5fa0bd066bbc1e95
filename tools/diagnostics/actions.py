"""Actions: shown with exact arguments and what will happen, confirmed by a person, checked again, run once, audited.

`Executor.run` gives an action back as a `Plan` with status `needs_approval`. Whoever shows it keeps `plan_json`; the
button's press brings it here as `carry_out`, which asks again whether the person may, whether arguments and effect are
those that were confirmed (by digest), whether it is still time, and whether it was carried out already.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from tools.diagnostics.executor import AuditEvent, AuditHook, Call, Caller, Executor, result_hash, within
from tools.diagnostics.tool import Arguments, Effect, Json, Plan, Result, Target, Tool
from tools.errors import BadInput, Problem

VALID_SECONDS: Final = 900
"""How long a plan may be confirmed."""


class Ledger(Protocol):
    """Remembers which plans were carried out, across processes."""

    async def claim(self, digest: str) -> bool:
        """Note that this plan is being carried out; False where it was before."""
        ...


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tool: str
    connection: str
    arguments: dict[str, JsonValue]
    effect: str
    now: str
    until: int
    nonce: str


def plan_json(plan: Plan) -> str:
    """The plan as text that can be kept and shown; `plan_from_json` holds it to its digest."""
    return json.dumps({"plan": json.loads(_body(plan)), "digest": plan.digest}, sort_keys=True)


def plan_from_json(text: str) -> Plan:
    """Raises `BadInput` where the text is not a plan, or is not the one its digest was made of."""
    try:
        given = json.loads(text)
        kept = _Kept.model_validate(given["plan"])
        digest = str(given["digest"])
    except (ValueError, KeyError, TypeError, ValidationError):
        raise BadInput("This is not an action that can be confirmed; ask for it again.") from None
    plan = Plan(kept.tool, kept.connection, kept.arguments, kept.effect, kept.now, kept.until, kept.nonce, "")
    if not secrets.compare_digest(digest_of(plan), digest):
        raise BadInput("The action's arguments are not those that were shown; ask for it again.")
    return replace(plan, digest=digest)


def digest_of(plan: Plan) -> str:
    """SHA-256 over all of the plan."""
    return hashlib.sha256(_body(plan).encode()).hexdigest()


def _body(plan: Plan) -> str:
    return json.dumps(
        {
            "tool": plan.tool,
            "connection": plan.connection,
            "arguments": dict(plan.arguments),
            "effect": plan.effect,
            "now": plan.now,
            "until": plan.until,
            "nonce": plan.nonce,
        },
        sort_keys=True,
    )


async def planned(tool: Tool, arguments: Arguments, target: Target, connection: str) -> Result:
    """What the action would do now, as a result with status `needs_approval`; an error where it cannot be done."""
    try:
        effect = await _effect(tool, arguments, target, connection)
    except Problem as problem:
        return Result(tool.name, connection, "error", str(problem))
    until = int(time.time()) + VALID_SECONDS
    given: Mapping[str, Json] = arguments.model_dump(mode="json")
    plan = Plan(tool.name, connection, given, effect.does, effect.now, until, secrets.token_hex(8), "")
    return Result(
        tool.name,
        connection,
        "needs_approval",
        f"{effect.does} {effect.now}".strip(),
        plan=replace(plan, digest=digest_of(plan)),
    )


async def carry_out(
    executor: Executor,
    plan: Plan,
    caller: Caller,
    *,
    ledger: Ledger,
    audit: AuditHook,
    approved_by: Sequence[str] = (),
    correlation_id: str = "",
) -> Result:
    """Run a confirmed plan once. `caller` pressed the button and must hold the permission now.

    Never raises for what the action does. `audit` is told before it runs, and of its outcome.
    """
    event = AuditEvent(
        caller.id,
        plan.tool,
        plan.connection,
        plan.arguments,
        "before",
        "confirmed",
        plan.digest,
        0.0,
        correlation_id,
        tuple(approved_by),
    )
    started = time.perf_counter()
    try:
        tool, arguments, target = executor.resolve(Call(plan.tool, plan.arguments, plan.connection))
        refused = await _refusal(tool, arguments, target, plan, caller)
    except Problem as problem:
        refused = Result(plan.tool, plan.connection, "error", str(problem))
    if refused is not None:
        refused = executor.clean(refused)
        await audit(replace(event, phase="after", status=refused.status))
        return refused
    await audit(event)
    if not await ledger.claim(plan.digest):
        result = Result(plan.tool, plan.connection, "ok", "This was carried out already; nothing was done again.")
    else:
        result = await executor.measure(tool, arguments, target, plan.connection)
    duration = time.perf_counter() - started
    await audit(
        replace(
            event,
            phase="after",
            status=result.status,
            result_hash=result_hash(result),
            duration_ms=duration * 1000,
        )
    )
    return result


async def _refusal(tool: Tool, arguments: Arguments, target: Target, plan: Plan, caller: Caller) -> Result | None:
    """Why the plan may not run now; None where it may."""
    if not await caller.allows(tool.permission):
        return Result(plan.tool, plan.connection, "denied", caller.denial(tool.permission))
    if not secrets.compare_digest(digest_of(plan), plan.digest):
        raise BadInput("The action's arguments are not those that were shown; ask for it again.")
    if tool.kind != "action":
        raise BadInput(f"{plan.tool} is not an action.")
    if time.time() > plan.until:
        raise BadInput(f"This was to be confirmed within {VALID_SECONDS // 60} minutes; ask for it again.")
    effect = await _effect(tool, arguments, target, plan.connection)
    if effect.does != plan.effect:
        raise BadInput(f"Things have changed since this was shown; now it would be: {effect.does} Ask for it again.")
    return None


async def _effect(tool: Tool, arguments: Arguments, target: Target, connection: str) -> Effect:
    if target.effect is None:
        raise BadInput(f"{tool.name} is not an action.")
    try:
        return await within(target.effect(arguments), tool.timeout)
    except TimeoutError:
        raise Problem(f"{connection} gave no answer within {tool.timeout:g} s; nothing was done.") from None
