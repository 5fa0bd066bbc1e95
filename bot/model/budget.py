"""What each person may spend on the model in a day: tokens and money, kept in the database for all replicas.

A call reserves what it may need before it goes out, in one statement, so that many at once cannot pass the limit
together; afterwards what it really took replaces the reservation. Days are UTC.
"""

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.model.errors import ModelOverBudget
from bot.settings import ModelLimits
from bot.storage.database import Database
from bot.storage.tables import model_spend

_CHARACTERS_A_TOKEN: Final = 4
_COLUMN: Final = 64


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer; `cached` is the part of `prompt` the endpoint had ready. 0 where it does not say."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.prompt + other.prompt, self.cached + other.cached, self.completion + other.completion)

    @property
    def tokens(self) -> int:
        """All that count against the budget."""
        return self.prompt + self.completion


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a call took from somebody's budget until its usage is known."""

    day: str
    person: str
    usage: Usage


class Budget:
    """Reserves and settles."""

    def __init__(self, database: Database, limits: ModelLimits) -> None:
        self._database = database
        self._limits = limits

    async def reserve(self, person: str, characters: int, max_tokens: int) -> Reservation:
        """Take what the call may need. Raises `ModelOverBudget` where that is more than is left today."""
        needed = Usage(prompt=characters // _CHARACTERS_A_TOKEN, completion=max_tokens)
        reservation = Reservation(time.strftime("%Y-%m-%d", time.gmtime()), person[:_COLUMN], needed)
        if not await self._database.run(lambda connection: self._take(connection, reservation)):
            raise ModelOverBudget("the person's budget of this day is spent")
        return reservation

    async def settle(self, reservation: Reservation, used: Usage) -> None:
        """Replace the reservation by what the call really took."""
        reserved = reservation.usage
        difference = {
            "tokens": model_spend.c.tokens + used.tokens - reserved.tokens,
            "cost": model_spend.c.cost + self.cost(used) - self.cost(reserved),
        }
        where = (model_spend.c.day == reservation.day, model_spend.c.person == reservation.person)
        await self._database.run(
            lambda connection: connection.execute(update(model_spend).where(*where).values(difference))
        )

    async def spent(self, person: str, day: str) -> tuple[int, float]:
        """Tokens and money of a person's day."""
        query = select(model_spend.c.tokens, model_spend.c.cost)
        async with self._database.read() as connection:
            row = (
                await connection.execute(query.where(model_spend.c.day == day, model_spend.c.person == person))
            ).first()
        return (row.tokens, row.cost) if row is not None else (0, 0.0)

    def cost(self, usage: Usage) -> float:
        """In the currency of the prices; 0 where none are set."""
        return cost_of(usage, self._limits)

    def _take(self, connection: Connection, reservation: Reservation) -> bool:
        needed, limits = reservation.usage, self._limits
        insert = (sqlite.insert if self._database.is_sqlite else postgresql.insert)(model_spend)
        nothing = {"day": reservation.day, "person": reservation.person, "calls": 0, "tokens": 0, "cost": 0.0}
        connection.execute(insert.on_conflict_do_nothing(), nothing)
        tokens, cost = model_spend.c.tokens + needed.tokens, model_spend.c.cost + self.cost(needed)
        fits = [tokens <= limits.tokens_per_day]
        if limits.cost_per_day is not None:
            fits.append(cost <= limits.cost_per_day)
        taken = connection.execute(
            update(model_spend)
            .where(model_spend.c.day == reservation.day, model_spend.c.person == reservation.person, *fits)
            .values(calls=model_spend.c.calls + 1, tokens=tokens, cost=cost)
        )
        return taken.rowcount == 1


def cost_of(usage: Usage, limits: ModelLimits) -> float:
    """What the tokens cost at the prices set; 0 where none are."""
    cached = limits.cached_input_price if limits.cached_input_price is not None else limits.input_price
    fresh = usage.prompt - usage.cached
    return (fresh * limits.input_price + usage.cached * cached + usage.completion * limits.output_price) / 1_000_000
