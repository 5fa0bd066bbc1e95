"""What Deskhand can be asked for: the one list that help, the Home tab and suggested prompts show."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.protocols import Access, Intent, Permission, Person


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing to ask for, with examples that work as they stand."""

    intent: Intent
    permission: Permission
    title: str
    what: str
    examples: tuple[str, ...]


CAPABILITIES = (
    Capability(
        "narrate",
        "narrate",
        "Narrate a backtest",
        "an executive report with its chart, benchmark and drawdowns, every figure checked against the run",
        ("how did the golden cross on the S&P 500 do?", "report on RSI mean reversion in detail"),
    ),
    Capability(
        "compare",
        "compare",
        "Compare backtests",
        "two to ten runs side by side, ranked, with what cannot be compared",
        ("compare the golden cross with buy and hold on the S&P 500",),
    ),
    Capability(
        "diagnose",
        "check_freshness",
        "Find out what is wrong",
        "data, pipelines, caches, databases, services and alerts: the cause, the evidence, the next step of the runbook",
        ("why is the price data stale?", "is everything ok?"),
    ),
    Capability(
        "draft",
        "draft",
        "Draft a strategy",
        "from a request in words to a tested specification that a second person approves; nothing is ever deployed",
        (
            "buy SPY when RSI is under 30 and sell when it is over 60, 3% stop",
            "golden cross with a 10% trailing stop",
        ),
    ),
    Capability(
        "draft",
        "draft",
        "Find an indicator or a template",
        "193 indicators, candlestick patterns, prices and calendar terms, and the templates, with parameters and examples",
        ("what do you have for volatility?", "which templates are there?"),
    ),
    Capability(
        "approvals",
        "narrate",
        "Publish and review",
        "reports go to a channel by their button Publish…, the first of a strategy after a second person looked at it",
        ("what is waiting for review?", "past approvals"),
    ),
    Capability(
        "digest",
        "digests",
        "Post digests",
        "new backtests, what waits for a decision, health, incidents and usage, in a channel of yours, at the times you choose",
        ("post a daily digest here every weekday at 8 London time", "which digests are there?"),
    ),
    Capability(
        "usage",
        "usage",
        "Say how Deskhand is doing",
        "people, requests, quality, approvals, cost, each figure with what it counts",
        ("how are we doing this month?", "what did the model cost this month?"),
    ),
    Capability(
        "help",
        "help",
        "Explain what you may do",
        "this list, for you",
        ("what am I allowed to run?",),
    ),
)


def allowed(person: Person, access: Access, capabilities: Sequence[Capability] = CAPABILITIES) -> list[Capability]:
    """What this person may ask for, in the order of the list."""
    return [capability for capability in capabilities if access.allows(person, capability.permission)]


def role_of(person: Person) -> str:
    """The roles beyond that of a viewer, in words."""
    return ", ".join(sorted(person.roles - {"viewer"})) or "viewer"
