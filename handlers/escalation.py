"""Incidents: woken for, taken, solved. Whoever is on call hears of one in their channel until somebody takes it."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.protocols import Announcer, AuditEntry, AuditLog, Block, Destination, Json, Person, Reply, Timers
from handlers.views import diagnose as views
from handlers.views.text import escape, section
from tools.diagnostics.incidents import Incident, IncidentStore
from tools.errors import Problem

REMIND: Final = "incident.remind"
MOST_REMINDERS: Final = 8
_MOST_LISTED: Final = 20

Mention = Callable[[str], Awaitable[str]]
"""The mrkdwn that notifies a group by its handle; plain `@handle` where Slack knows no such group."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """`channels` is handle to channel id, `default_channel` for the others; `remind_seconds` between two reminders."""

    incidents: IncidentStore
    announcer: Announcer
    timers: Timers
    audit: AuditLog
    mention: Mention
    channels: Mapping[str, str] = field(default_factory=dict)
    default_channel: str = ""
    remind_seconds: float = 900.0
    clock: Callable[[], float] = time.time

    async def escalate(self, incident: Incident, person: Person, evidence: Sequence[str]) -> Reply:
        """Wake the group, once. Raises `Problem` where it has no channel."""
        channel = self.channels.get(incident.escalate_to) or self.default_channel
        if not channel:
            raise Problem(
                f"No channel is set for @{incident.escalate_to}, so nobody was woken: set it in deskhand.toml under "
                "[diagnostics] channels, or set operators_channel."
            )
        if not await self.incidents.escalate(incident.id, person.id):
            return self._as_it_stands(await self._now(incident))
        now = await self._now(incident)
        message = await self._message(now, evidence)
        await self.announcer.announce(f"incident:{now.id}", message, Destination(channel=channel), by=person.id)
        await self._record(now, person.id, "escalated")
        await self._set_reminder(now, 1, channel, evidence)
        mention = await self.mention(now.escalate_to)
        text = f"{now.name} is with @{now.escalate_to}. I tell you here when somebody takes it."
        return Reply(text, (section(text.replace(f"@{now.escalate_to}", mention)),))

    async def whom(self, handle: str) -> Reply:
        """Who is on call: the group, and where an escalation is posted."""
        channel = self.channels.get(handle) or self.default_channel
        text = f"@{handle} is on call for this. "
        if channel:
            text += f"Say \u201cescalate\u201d, and I wake them in <#{channel}>."
        else:
            text += "I cannot wake them: no channel is set in deskhand.toml under [diagnostics] channels."
        return Reply(text, (section(text),))

    async def open_incidents(self) -> Reply:
        """Everything that nobody has marked as solved, oldest first."""
        found = await self.incidents.unsolved()
        if not found:
            return Reply("No incident is open.", (section("No incident is open."),))
        lines = [f"{one.name}: {one.title} ({views.incident_state(one).rstrip('.').lower()})" for one in found]
        shown = lines[:_MOST_LISTED] + (["and more"] if len(lines) > _MOST_LISTED else [])
        text = escape("Open incidents:\n" + "\n".join(f"\u2022 {line}" for line in shown))
        return Reply(text, (section(text),))

    async def acknowledge(self, incident_id: int, person: Person) -> Reply:
        """Somebody takes it; where it came from hears so."""
        changed = await self.incidents.acknowledge(incident_id, person.id)
        incident = await self._of(incident_id)
        if not changed:
            return self._as_it_stands(incident)
        await self._record(incident, person.id, "acknowledged")
        await self._tell_origin(incident, f"taken:{incident.id}", f"<@{person.id}> takes {incident.name}.")
        return await self._shown_everywhere(incident)

    async def solve(self, incident_id: int, person: Person) -> Reply:
        """It is over; everybody who was told hears so."""
        before = await self._of(incident_id)
        changed = await self.incidents.solve(incident_id, person.id)
        incident = await self._of(incident_id)
        if not changed:
            return self._as_it_stands(incident)
        await self._record(incident, person.id, "solved")
        if before.escalated_at is not None:
            await self._tell_origin(
                incident, f"solved:{incident.id}", f"<@{person.id}> marked {incident.name} as solved."
            )
            return await self._shown_everywhere(incident)
        text = f"{incident.name} is solved, and nobody had to be woken. It took {_took(incident)}."
        return Reply(escape(text), (section(escape(text)),))

    async def remind(self, payload: Mapping[str, Json]) -> None:
        """A timer: where nobody has taken it yet, say so again, and once more later."""
        incident_id, number = int(str(payload["incident"])), int(str(payload["number"]))
        channel = str(payload["channel"])
        kept = payload.get("evidence")
        evidence = [str(line) for line in kept] if isinstance(kept, list) else []
        if not await self.incidents.reminded(incident_id, number):
            return
        incident = await self._of(incident_id)
        mention = await self.mention(incident.escalate_to)
        text = escape(f"{incident.name} still waits: {incident.title}")
        blocks = views.incident_blocks(incident, evidence[:1], mention, _buttons(incident))
        reply = Reply(text, blocks, key=_key(incident))
        await self.announcer.announce(
            f"incident:{incident.id}:reminder:{number}", reply, Destination(channel=channel)
        )
        await self._record(incident, "deskhand", f"reminded {number}")
        if number < MOST_REMINDERS:
            await self._set_reminder(incident, number + 1, channel, evidence)

    async def _set_reminder(self, incident: Incident, number: int, channel: str, evidence: Sequence[str]) -> None:
        payload: dict[str, Json] = {
            "incident": incident.id,
            "number": number,
            "channel": channel,
            "evidence": list(evidence),
        }
        due = self.clock() + self.remind_seconds
        await self.timers.set(f"{REMIND}:{incident.id}:{number}", REMIND, payload, due=due)

    async def _shown_everywhere(self, incident: Incident) -> Reply:
        """The message of the on-call channel as it stands now; the pressed one is one of those it updates."""
        shown = await self._message(incident, [])
        await self.announcer.update(_key(incident), shown)
        return Reply(f"{incident.name}: {views.incident_state(incident)}", ephemeral=True)

    async def _message(self, incident: Incident, evidence: Sequence[str]) -> Reply:
        waiting = incident.state == "escalated"
        mention = await self.mention(incident.escalate_to) if waiting else ""
        blocks = views.incident_blocks(incident, evidence, mention, _buttons(incident))
        who = incident.solved_by or incident.acknowledged_by
        if who:
            blocks = (*blocks, section(f"{'Solved' if incident.solved_by else 'Taken'} by <@{who}>."))
        return Reply(
            escape(f"{incident.name}: {incident.title}. {views.incident_state(incident)}"),
            blocks,
            subject={"incident": incident.id, "diagnosis_id": incident.diagnosis_id, "runbook": incident.runbook},
            key=_key(incident),
        )

    async def _tell_origin(self, incident: Incident, key: str, text: str) -> None:
        if incident.channel.startswith(("C", "D", "G")):
            to = Destination(channel=incident.channel, thread_ts=incident.thread_ts)
            await self.announcer.announce(key, Reply(text, (section(text),)), to)

    async def _record(self, incident: Incident, actor: str, decision: str) -> None:
        await self.audit.write(
            AuditEntry(
                actor=actor,
                action="incident",
                correlation_id=incident.diagnosis_id or incident.name,
                place=f"{incident.channel}/{incident.thread_ts}",
                intent="diagnose",
                arguments={"incident": incident.id, "escalate_to": incident.escalate_to, "cause": incident.cause},
                decision=decision,
            )
        )

    def _as_it_stands(self, incident: Incident) -> Reply:
        text = f"{incident.name}: {incident.title}. {views.incident_state(incident)}"
        return Reply(escape(text), (section(escape(text)),))

    async def _now(self, incident: Incident) -> Incident:
        return await self._of(incident.id)

    async def _of(self, incident_id: int) -> Incident:
        incident = await self.incidents.get(incident_id)
        if incident is None:
            raise Problem(f"There is no incident INC-{incident_id}.")
        return incident


def _key(incident: Incident) -> str:
    return f"incident:{incident.id}"


def _buttons(incident: Incident) -> list[Block]:
    value: dict[str, Json] = {"incident": incident.id}
    if incident.state == "escalated":
        return [views.press("acknowledge", "I take it", value), views.press("solved", "Solved", value)]
    return [views.press("solved", "Solved", value)] if incident.state == "acknowledged" else []


def _took(incident: Incident) -> str:
    minutes = round(((incident.solved_at or incident.opened_at) - incident.opened_at) / 60)
    return "under a minute" if minutes < 1 else f"{minutes} minute{'' if minutes == 1 else 's'}"
