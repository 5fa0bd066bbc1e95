"""What is taken from a text beside its intent."""

from datetime import date

import pytest

from bot.protocols import Intent, Json
from bot.routing.arguments import arguments_of
from bot.routing.names import names_in
from bot.routing.periods import period_in
from bot.routing.symbols import symbols_in
from bot.routing.text import plain

TODAY = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("in 2008", "2008-01-01", "2008-12-31"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("since March", "2026-03-01", None),
        ("since December", "2025-12-01", None),
        ("2015 to 2018", "2015-01-01", "2018-12-31"),
        ("2015-2018", "2015-01-01", "2018-12-31"),
        ("2015–18", "2015-01-01", "2018-12-31"),
        ("from Jan 2010 until June 2012", "2010-01-01", "2012-06-30"),
        ("Jan to June 2012", "2012-01-01", "2012-06-30"),
        ("between 2008 and 2010", "2008-01-01", "2010-12-31"),
        ("Q3 2011", "2011-07-01", "2011-09-30"),
        ("the third quarter of 2011", "2011-07-01", "2011-09-30"),
        ("2011Q3", "2011-07-01", "2011-09-30"),
        ("H1 2012", "2012-01-01", "2012-06-30"),
        ("ytd", "2026-01-01", "2026-11-24"),
        ("this quarter", "2026-10-01", "2026-11-24"),
        ("the last 5 years", "2021-11-25", "2026-11-24"),
        ("past 30 days", "2026-10-25", "2026-11-24"),
        ("since last week", "2026-11-16", None),
        ("before 2008", None, "2007-12-31"),
        ("after 2008", "2009-01-01", None),
        ("in the 90s", "1990-01-01", "1999-12-31"),
        ("during the financial crisis", "2007-10-09", "2009-03-09"),
        ("yesterday", "2026-11-23", "2026-11-23"),
        ("since Monday", "2026-11-23", None),
        ("from 3 Jan 2010 to 5 Feb 2011", "2010-01-03", "2011-02-05"),
        ("from 2010-01-05 to 2011-03-04", "2010-01-05", "2011-03-04"),
        ("on 29 Feb 2012", "2012-02-29", "2012-02-29"),
    ],
)
def test_periods(text: str, start: str | None, end: str | None) -> None:
    found = period_in(plain(text), TODAY)
    assert found is not None
    assert (found.start and found.start.isoformat(), found.end and found.end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "200-day average",
        "bt-2010",
        "2000 trades",
        "may I see it",
        "march results",
        "from 1/2/2010",
        "on 31 Feb 2012",
        "$2000",
        "",
    ],
)
def test_no_period(text: str) -> None:
    assert period_in(plain(text), TODAY) is None


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("golden cross on the S&P 500", ["SPY"]),
        ("s&amp;p 500 and the nasdaq", ["SPY", "^IXIC"]),
        ("^GSPC vs qqq", ["^GSPC", "QQQ"]),
        ("Nasdaq 100", ["QQQ"]),
        ("buy $aapl and MSFT", ["AAPL", "MSFT"]),
        ("RSI over SMA, MACD and ATR in the API", []),
        ("THIS IS VERY URGENT", []),
    ],
)
def test_symbols(text: str, symbols: list[str]) -> None:
    assert symbols_in(plain(text)) == symbols


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("how did the golden cross on the S&P 500 do?", ["golden cross on the S&P 500"]),
        ("compare golden cross with buy and hold", ["golden cross", "buy and hold"]),
        ("rsi vs macd", ["rsi", "macd"]),
        ("does momentum beat mean reversion?", ["momentum", "mean reversion"]),
        ('narrate "Alpha One"', ["Alpha One"]),
        ("how did it do", []),
        ("please give me the latest results", []),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert names_in(text) == names


BACKTEST: dict[str, Json] = {"backtest_id": "golden-cross-1a2b"}
THREE: dict[str, Json] = {"backtest_ids": ["a-1a2b", "b-3c4d", "c-5e6f"]}
DRAFT: dict[str, Json] = {"draft_id": "draft-12"}


@pytest.mark.parametrize(
    ("intent", "text", "subject", "expected"),
    [
        ("narrate", "narrate golden-cross-50-200-spy-1a2b", {}, {"ids": ["golden-cross-50-200-spy-1a2b"]}),
        ("narrate", "backtest 1042 in detail", {}, {"ids": ["1042"], "detail": "detailed"}),
        ("narrate", "tl;dr of bt-7", {}, {"ids": ["bt-7"], "detail": "brief"}),
        ("narrate", "the latest run", {}, {"pick": "latest"}),
        ("narrate", "top 5 backtests", {}, {"pick": "best", "count": 5}),
        ("narrate", "list the backtests", {}, {"pick": "all"}),
        (
            "narrate",
            "where does 0.28 come from?",
            BACKTEST,
            {"question": "origin", "number": "0.28", "ids": ["golden-cross-1a2b"]},
        ),
        ("narrate", "where did the -31% come from", {}, {"question": "origin", "number": "-31%"}),
        (
            "narrate",
            "why did it lose in 2020?",
            {},
            {"question": "why", "period": {"start": "2020-01-01", "end": "2020-12-31"}},
        ),
        ("narrate", "narrate this file", {}, {"file": True}),
        ("narrate", "the second one", THREE, {"ids": ["b-3c4d"]}),
        ("narrate", "the last one please", THREE, {"ids": ["c-5e6f"]}),
        ("narrate", "tell me about the second one", {}, {"ordinal": 2}),
        ("narrate", "what's its max drawdown", BACKTEST, {"metric": "max_drawdown"}),
        ("compare", "rank those by sharpe", THREE, {"ids": ["a-1a2b", "b-3c4d", "c-5e6f"], "metric": "sharpe"}),
        ("compare", "and vs buy and hold?", BACKTEST, {"ids": ["golden-cross-1a2b"], "benchmark": True}),
        ("draft", "make the stop 3%", DRAFT, {"revision": True, "ids": ["draft-12"]}),
        ("draft", "what indicators do you have", {}, {"catalogue": True}),
        (
            "draft",
            "backtest golden cross on the nasdaq 2010-2015",
            {},
            {"symbols": ["^IXIC"], "period": {"start": "2010-01-01", "end": "2015-12-31"}},
        ),
        ("diagnose", "please rerun last night's ingestion", {}, {"action": "rerun"}),
        ("diagnose", "escalate this", {}, {"action": "escalate"}),
        ("diagnose", "whos on-call tonight", {}, {"action": None}),
        ("diagnose", "it works again, thanks", {}, {"action": "solved"}),
        ("diagnose", "not solved yet", {}, {"action": None}),
        ("diagnose", "throw away the cached prices", {}, {"action": "invalidate"}),
        ("narrate", "a printable version please", BACKTEST, {"format": "pdf", "ids": ["golden-cross-1a2b"]}),
        ("approvals", "rate it 4", {}, {"action": "rate", "rating": 4}),
        ("approvals", "could I have the turtle report published", {}, {"action": "publish"}),
        ("approvals", "approve and put it in #ic", {}, {"action": "publish", "channel": "#ic"}),
        ("digest", "we no longer need the weekly digest", {}, {"action": "delete"}),
        ("digest", "stop the digest until I'm back", {}, {"action": "pause"}),
        ("digest", "no digest next week please", {}, {"action": "pause"}),
        ("digest", "put the digest on hold", {}, {"action": "pause"}),
        ("digest", "stop the digest", {}, {"action": "delete"}),
        ("digest", "turn the digest off", {}, {"action": "delete"}),
        ("digest", "start sending the digest again", {}, {"action": "resume"}),
        ("digest", "the digest can go on", {}, {"action": "resume"}),
        ("digest", "push out today's digest now", {}, {"action": "send"}),
        ("digest", "can the digest go out immediately?", {}, {"action": "send"}),
        ("digest", "run the digest at 6pm from now on", {}, {"action": "change", "time": "18:00"}),
        ("digest", "change the digest to tokyo time", {}, {"action": "move", "time_zone": "Asia/Tokyo"}),
        (
            "digest",
            "post a daily digest here every weekday at 8 London time",
            {},
            {"action": "create", "cadence": "weekdays", "time": "08:00", "time_zone": "Europe/London"},
        ),
        (
            "digest",
            "weekly on Fridays at 4:30pm in <#C0123AB|desk>",
            {},
            {"cadence": "weekly", "days": ["fri"], "time": "16:30", "channel": "C0123AB"},
        ),
        ("digest", "pause the digest", {}, {"action": "pause"}),
        ("digest", "list digests", {}, {"action": "list"}),
        ("approvals", "approve draft 12", {}, {"action": "approve", "ids": ["12"]}),
        ("approvals", "reject draft 12, too many trades", {}, {"action": "reject", "reason": "too many trades"}),
        ("approvals", "approve", DRAFT, {"action": "approve", "ids": ["draft-12"]}),
        ("approvals", "publish it to <#C0123AB|pm>", {}, {"action": "publish", "channel": "C0123AB"}),
        ("usage", "what did the model cost last month", {}, {"topic": "cost"}),
        ("usage", "export the audit log", {}, {"topic": "audit"}),
        ("help", "how do I schedule a digest", {}, {"topic": "digest"}),
        ("unknown", "thanks!", {}, {"courtesy": True}),
    ],
)
def test_arguments(intent: Intent, text: str, subject: dict[str, Json], expected: dict[str, Json]) -> None:
    found = arguments_of(intent, plain(text), subject, TODAY)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    "text",
    [
        "what needs my approval",
        "which drafts are waiting for sign off",
        "who can approve this",
        "is my draft approved yet",
        "pending approvals",
        "second approver needed for anything?",
        "who approved the golden cross?",
        "was it approved?",
        "don't approve it",
        "I have not approved this",
        "should I approve draft 12?",
        "did anyone approve draft 12",
        "can you tell me what approving draft 12 would do",
    ],
)
def test_a_question_about_approvals_decides_nothing(text: str) -> None:
    found = arguments_of("approvals", plain(text), DRAFT, TODAY)
    assert found["action"] not in ("approve", "publish")


def test_a_subject_of_odd_shape_is_ignored() -> None:
    odd: dict[str, Json] = {"backtest_id": {"a": 1}, "backtest_ids": "x", "draft_id": True}
    assert "ids" not in arguments_of("narrate", "the second one", odd, TODAY)
    assert "ids" not in arguments_of("draft", "tighter", odd, TODAY)


@pytest.mark.parametrize(
    ("intent", "text", "name", "value"),
    [
        ("narrate", "read me run 7f57", "ids", ["7f57"]),
        ("compare", "diff between run a1b2 and run c3d4", "ids", ["a1b2", "c3d4"]),
        ("narrate", "I've dropped our Lean results above", "file", True),
        ("diagnose", "retrigger the eod job", "action", "rerun"),
        ("digest", "show me what tomorrow's digest would look like", "action", "preview"),
        ("approvals", "5 out of 5 for the momentum write up", "action", "rate"),
        ("approvals", "5 out of 5 for the momentum write up", "rating", 5),
        ("approvals", "take my strategy out of review", "action", "withdraw"),
        ("approvals", "pass this on for approval", "action", "submit"),
        ("draft", "turn on a 3% stop loss there", "revision", True),
    ],
)
def test_more_ways_to_say_it(intent: Intent, text: str, name: str, value: Json) -> None:
    assert arguments_of(intent, plain(text), {}, TODAY).get(name) == value
