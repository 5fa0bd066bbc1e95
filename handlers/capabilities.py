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
    how: str
    """How to go about it, for who asks."""
    examples: tuple[str, ...]


CAPABILITIES = (
    Capability(
        "narrate",
        "narrate",
        "Narrate a backtest",
        "an executive report with its chart, benchmark and drawdowns, every figure checked against the run",
        "Name a stored run, or drop the file your engine wrote here with a mention: freqtrade, QuantConnect Lean, backtesting.py, vectorbt, backtrader, bt, zipline, pyfolio, nautilus_trader, or a CSV or parquet of returns or equity. Every figure is recomputed from the run and checked before it is posted; where one comes from is answered in the thread.",
        ("how did the golden cross on the S&P 500 do?", "report on RSI mean reversion in detail"),
    ),
    Capability(
        "compare",
        "compare",
        "Compare backtests",
        "two to ten runs side by side, ranked, with what cannot be compared",
        "Name the runs, or ask in the thread of a report; they are ranked by the figure you name, otherwise by Sharpe ratio.",
        ("compare the golden cross with buy and hold on the S&P 500",),
    ),
    Capability(
        "diagnose",
        "check_freshness",
        "Find out what is wrong",
        "data, pipelines, caches, databases, services and alerts: the cause, the evidence, the next step of the runbook",
        "Ask about prices, a pipeline, a database, a service or an alert, or say what you see. The answer names the cause with its evidence, what was not checked, and the runbook; escalate by its button.",
        ("why is the price data stale?", "is everything ok?"),
    ),
    Capability(
        "draft",
        "draft",
        "Draft a strategy",
        "from a request in words to a tested specification that a second person approves; nothing is ever deployed",
        "Say when to buy and when to sell, with stops, size and instruments as you like; what you leave out is asked or assumed, and said. Revise it in the thread; somebody else approves it by button.",
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
        "Ask for a purpose or a name; what you find can be used in a draft as it is written.",
        ("what do you have for volatility?", "which templates are there?"),
    ),
    Capability(
        "approvals",
        "narrate",
        "Publish and review",
        "reports go to a channel by their button Publish…, the first of a strategy after a second person looked at it",
        "Press Publish… under a report, or Approve, Revise or Reject under a draft; nobody decides on their own, and approvers see what waits on their Home tab.",
        ("what is waiting for review?", "past approvals"),
    ),
    Capability(
        "digest",
        "digests",
        "Post digests",
        "new backtests, what waits for a decision, health, incidents and usage, in a channel of yours, at the times you choose",
        "Say how often, at what time and where, or move, pause and delete one in words; a preview comes first.",
        ("post a daily digest here every weekday at 8 London time", "which digests are there?"),
    ),
    Capability(
        "usage",
        "usage",
        "Say how Deskhand is doing",
        "people, requests, quality, approvals, cost, each figure with what it counts",
        "Name a period and a topic: quality, cost, approvals, incidents, audit, prompts.",
        ("how are we doing this month?", "what did the model cost this month?"),
    ),
    Capability(
        "help",
        "help",
        "Explain what you may do",
        "this list, for you",
        "Roles come from your Slack user groups.",
        ("what am I allowed to run?",),
    ),
)


def allowed(person: Person, access: Access, capabilities: Sequence[Capability] = CAPABILITIES) -> list[Capability]:
    """What this person may ask for, in the order of the list."""
    return [capability for capability in capabilities if access.allows(person, capability.permission)]


def role_of(person: Person) -> str:
    """The roles beyond that of a viewer, in words."""
    return ", ".join(sorted(person.roles - {"viewer"})) or "viewer"
