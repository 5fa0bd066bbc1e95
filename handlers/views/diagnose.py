"""A diagnosis, a runbook, an action to confirm and an incident as messages: short first, details when asked for."""

import json
from collections.abc import Mapping, Sequence

from bot.protocols import Block, Json
from handlers.views.text import button, context, escape, section
from tools.diagnostics.incidents import Incident
from tools.diagnostics.runbooks import Runbook, Step
from tools.diagnostics.telling import Told
from tools.diagnostics.tool import Plan, Result

_MARK = {"healthy": ":white_check_mark:", "degraded": ":warning:", "broken": ":red_circle:"}
_MOST_LINES = 40
_LONGEST_LABEL = 70


def told_blocks(told: Told, verdict: str, buttons: Sequence[Block]) -> tuple[Block, ...]:
    """Verdict and cause, the evidence, what was not checked, what to do next."""
    mark = _MARK.get(verdict, ":grey_question:")
    first = f"{mark} *{escape(told.answer)}*" + (f"\n{escape(told.cause)}" if told.cause else "")
    blocks = [section(first)]
    if told.remark:
        blocks.append(section(f"_{escape(told.remark)}_"))
    if told.evidence:
        blocks.append(section(_list(told.evidence)))
    if told.aside:
        blocks.append(section("Elsewhere\n" + _list(told.aside)))
    if told.unchecked:
        blocks.append(context(escape("Not checked: " + "; ".join(told.unchecked))))
    do = [line for line in (told.next_step, told.runbook, told.escalate) if line]
    if do:
        blocks.append(section(escape(" ".join(do))))
    return (*blocks, *_actions(buttons))


def detail_blocks(lines: Sequence[str]) -> tuple[Block, ...]:
    """What each tool gave back, as it is: preformatted, so that nothing in it is markup."""
    shown = [f"```{escape(text).replace('```', '` ` `')}```" for text in lines]
    return tuple(section(text) for text in shown) or (section("No tool gave anything back."),)


def runbook_blocks(runbook: Runbook, buttons: Sequence[Block]) -> tuple[Block, ...]:
    """What it is about, and its steps by title."""
    steps = "\n".join(f"{step.number}. {escape(step.title)}" for step in runbook.steps)
    return (
        section(f"*{escape(runbook.title)}*"),
        {"type": "markdown", "text": f"{runbook.sections['What you see']}\n\n{runbook.sections['What it means']}"},
        section(steps),
        context(f"Owner {escape(runbook.owner)} · escalates to @{escape(runbook.escalate_to)} · `{runbook.id}`"),
        *_actions(buttons),
    )


def step_blocks(runbook: Runbook, step: Step, found: Sequence[Result], buttons: Sequence[Block]) -> tuple[Block, ...]:
    """One step, with what its tool found."""
    head = f"*Step {step.number} of {len(runbook.steps)}: {escape(step.title)}*"
    blocks: list[Block] = [section(head)]
    if step.text:
        blocks.append({"type": "markdown", "text": step.text})
    if found:
        blocks.append(section(_list([f"{result.connection}: {result.summary}" for result in found])))
    blocks.append(context(f"{escape(runbook.title)} · over when: {escape(runbook.over_when)}"))
    return (*blocks, *_actions(buttons))


def plan_text(plan: Plan, *, another: bool) -> str:
    """What will be done, exactly, in words."""
    given = ", ".join(f"{name} = {json.dumps(value)}" for name, value in plan.arguments.items()) or "no arguments"
    who = " Somebody else who may run actions has to confirm it." if another else ""
    return f"{plan.tool} on {plan.connection} with {given}. {plan_effect(plan)}{who}"


def plan_effect(plan: Plan) -> str:
    """What it will do, and how things stand."""
    return f"{plan.effect} {getattr(plan, 'now', '')}".strip()


def plan_blocks(plan: Plan, *, another: bool) -> tuple[Block, ...]:
    """Exact arguments, what will happen, and the two buttons."""
    given = json.dumps(dict(plan.arguments), ensure_ascii=False)
    text = f"*{escape(plan.tool)}* on *{escape(plan.connection)}*\n{escape(plan_effect(plan))}"
    value = json.dumps({"digest": plan.digest})
    confirm = {**button("diagnose.confirm", "Run it", value), "style": "danger"}
    blocks = [
        section(text),
        context(f"Arguments: `{escape(given).replace('`', chr(39))}` · confirm within 15 minutes"),
    ]
    if another:
        blocks.append(context("A second person who may run actions has to confirm it."))
    return (*blocks, {"type": "actions", "elements": [confirm, button("diagnose.cancel", "Leave it", value)]})


def incident_blocks(
    incident: Incident, evidence: Sequence[str], mention: str, buttons: Sequence[Block]
) -> tuple[Block, ...]:
    """An incident as the on-call channel sees it."""
    state = incident_state(incident)
    return (
        section(f"{mention} *{incident.name}: {escape(incident.title)}*\n{escape(state)}"),
        *((section(_list(evidence)),) if evidence else ()),
        *((context(f"Runbook `{incident.runbook}`"),) if incident.runbook else ()),
        *_actions(buttons),
    )


def incident_state(incident: Incident) -> str:
    """Where it stands, in a sentence."""
    match incident.state:
        case "escalated":
            return "Waits for somebody to take it."
        case "acknowledged":
            return "Taken."
        case "solved":
            return "Solved."
    return "Open."


def press(verb: str, label: str, value: Mapping[str, Json]) -> Block:
    """A button of this intent."""
    return button(f"diagnose.{verb}", label[:_LONGEST_LABEL], json.dumps(dict(value)))


def _actions(buttons: Sequence[Block]) -> tuple[Block, ...]:
    return ({"type": "actions", "elements": list(buttons)},) if buttons else ()


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"• {escape(line)}" for line in lines[:_MOST_LINES])
