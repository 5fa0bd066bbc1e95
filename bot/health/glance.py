"""How the bot is, in a few short lines: for the Home tab."""

from collections.abc import Sequence

from sqlalchemy import func, select

from bot.core import Core
from bot.slack.service import SlackTransport
from bot.storage.tables import incidents

_GOOD, _BAD = ":large_green_circle:", ":red_circle:"


async def glance(core: Core, transport: SlackTransport) -> Sequence[str]:
    """Connections, what waits, the model, open incidents."""
    health = await transport.health()
    others = max(0, health.inbox_depth - 1)  # whoever looks is one of them
    waiting = "nothing waits" if not others else f"{others} waiting or under way"
    waiting += f", {health.parked} given up" if health.parked else ""
    way = f"{health.open_sockets} connections open" if health.wanted_sockets else "events over HTTP"
    return (
        f"{_mark(health.ready)} Slack: {way}, {waiting}",
        _model(core),
        await _incidents(core),
    )


def _model(core: Core) -> str:
    if core.model is None:
        return f"{_GOOD} Language model: none is set, rules do the work"
    open_breaker = core.model.breaker.is_open
    state = "failed several times in a row, rules answer for a while" if open_breaker else "in use"
    return f"{_mark(not open_breaker)} Language model {core.model.model}: {state}"


async def _incidents(core: Core) -> str:
    query = select(func.count()).where(incidents.c.state != "solved")
    async with core.database.read() as connection:
        number: int = await connection.scalar(query) or 0
    return f"{_mark(not number)} Incidents: {number or 'none'} open"


def _mark(good: bool) -> str:
    return _GOOD if good else _BAD
