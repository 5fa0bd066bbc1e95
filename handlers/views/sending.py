"""What becomes of an approved strategy on its way to the platform, told where it was asked for."""

from bot.protocols import Reply
from handlers.views.text import escape, section
from tools.strategies.drafts import Strategy

_KEPT = "It is recorded here all the same"


def sent(strategy: Strategy, platform_id: str) -> Reply:
    """It is there."""
    return _told(
        strategy,
        f"was sent to the platform; it is strategy `{_plain(platform_id)}` there. It is not deployed: running it is decided there.",
    )


def delayed(strategy: Strategy, why: str) -> Reply:
    """Not yet."""
    return _told(strategy, f"could not be sent to the platform yet. {escape(why)} {_KEPT}; I keep trying for a day.")


def given_up(strategy: Strategy, why: str) -> Reply:
    """A day in vain."""
    return _told(strategy, f"was not sent to the platform within a day. {escape(why)} {_KEPT}; {_by_hand(strategy)}")


def refused(strategy: Strategy, why: str) -> Reply:
    """The platform does not want it."""
    return _told(strategy, f"was not sent to the platform. {escape(why)} {_KEPT}; {_by_hand(strategy)}")


def not_as_approved(strategy: Strategy) -> Reply:
    """The registry does not hold what was approved."""
    return _told(
        strategy,
        "was not sent to the platform: what is recorded is not what was approved. Ask whoever runs Deskhand to look at the audit.",
    )


def _by_hand(strategy: Strategy) -> str:
    return f"`deskhand strategies export {strategy.id} --platform` gives what can be sent by hand."


def _plain(platform_id: str) -> str:
    """The platform's word, on one line inside a code span."""
    return escape(" ".join(platform_id.replace("`", "'").split()))


def _told(strategy: Strategy, what: str) -> Reply:
    words = f"*{escape(strategy.name)}*, version {strategy.version}, {what}"
    return Reply(words.replace("*", ""), (section(words),))
