"""How Deskhand itself is, for its own diagnostics: the inbox, the connections to Slack, the model."""

import time
from collections.abc import Awaitable, Callable

from pydantic import BaseModel
from sqlalchemy import func, select

from bot.model.client import Message, ModelClient, ModelError
from bot.slack.service import SlackTransport
from bot.storage.database import Database
from bot.storage.tables import inbox
from tools.diagnostics.connections.deskhand import Deskhand, ModelState, QueueState, SlackState

_DAY = 86_400.0


def deskhand(
    model: ModelClient | None, database: Database, transport: Callable[[], SlackTransport | None]
) -> Deskhand:
    """What the running bot knows of itself. `transport` is asked late: it starts after the tools are there."""

    async def queue() -> QueueState:
        return await _queue(database)

    async def slack() -> SlackState:
        running = transport()
        if running is None:
            return SlackState(0, 1)
        health = await running.health()
        return SlackState(health.open_sockets, health.wanted_sockets)

    return Deskhand(queue, slack, _model(model))


async def _queue(database: Database) -> QueueState:
    now = time.time()
    due = (inbox.c.state == "new") & (inbox.c.available_at <= now)
    lost = (inbox.c.state == "parked") & (inbox.c.finished_at > now - _DAY)
    async with database.read() as connection:
        waiting, oldest = (
            await connection.execute(select(func.count(), func.min(inbox.c.received_at)).where(due))
        ).one()
        running = await connection.scalar(select(func.count()).where(inbox.c.state == "claimed"))
        given_up = await connection.scalar(select(func.count()).where(lost))
    return QueueState(waiting, running or 0, given_up or 0, now - oldest if oldest else 0.0)


class _Well(BaseModel):
    well: bool


def _model(client: ModelClient | None) -> Callable[[], Awaitable[ModelState]]:
    async def ask() -> ModelState:
        if client is None:
            return ModelState("", answers=True)
        try:
            prompt = [Message("user", 'Answer {"well": true}.')]
            await client.structured(prompt, _Well, purpose="health", max_tokens=50)
        except ModelError as error:
            return ModelState(client.model, answers=False, trouble=str(error))
        return ModelState(client.model, answers=True)

    return ask
