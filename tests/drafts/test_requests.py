"""What the corpus asks for is what is drafted: statuses, and positions on real prices against references by hand."""

from functools import lru_cache

import pytest

from tests.drafts.corpus.colleagues import COLLEAGUES
from tests.drafts.corpus.forum import FORUM
from tests.drafts.corpus.held_out import HELD_OUT
from tests.drafts.corpus.held_out_again import HELD_OUT_AGAIN
from tests.drafts.corpus.known import KNOWN
from tests.drafts.corpus.measure import Outcome, judge, score
from tests.drafts.corpus.writers import WRITERS
from tools.strategies.drafting import Drafter
from tools.strategies.language.normalise import listed, spelt
from tools.strategies.loading import load
from tools.strategies.meaning import contradictions


def outcomes(drafter: Drafter, cases) -> list[Outcome]:
    found = []
    for case in cases:
        read = drafter.reader.read(case.text)
        found.append(judge(case, read.status, read.specification, prices_of(drafter)))
    return found


@lru_cache(maxsize=1)
def prices_of(drafter: Drafter):
    return lru_cache(maxsize=4)(drafter.market.prices)


@pytest.mark.parametrize("part", [pytest.param(0), *(pytest.param(n, marks=pytest.mark.nightly) for n in (1, 2, 3))])
def test_known_requests_are_drafted_as_asked(drafter: Drafter, part: int) -> None:
    wrong = [(one.case.text, one.status, one.agreement) for one in outcomes(drafter, KNOWN[part::4]) if not one.right]
    assert wrong == []


@pytest.mark.nightly
def test_held_out_requests_are_mostly_drafted_and_hardly_ever_wrong(drafter: Drafter) -> None:
    result = score(outcomes(drafter, [*HELD_OUT, *HELD_OUT_AGAIN, *FORUM, *COLLEAGUES, *WRITERS]))
    assert result.refused == result.to_refuse
    assert result.exact >= 0.8 * result.drafts
    assert result.exact >= 0.97 * result.drafted, "a draft that is not what was asked is worse than a question"


@pytest.mark.parametrize(
    ("said", "unplaced"),
    [
        ("buy SPY when RSI is under 30 and the moon is full, sell when RSI is over 70", "moon"),
        ("buy when the flurbometer is above 3, sell when it is below 1", "flurbometer"),
    ],
)
def test_what_cannot_be_placed_is_asked_about(drafter: Drafter, said: str, unplaced: str) -> None:
    draft = drafter.draft(said)
    assert draft.status == "clarify"
    assert any(unplaced in str(question) for question in draft.read.questions)


def test_defaults_are_said(drafter: Drafter) -> None:
    draft = drafter.draft("buy when RSI is under 30, sell when it is over 70")
    assert "RSI is RSI(14), since you gave no period" in draft.read.assumed
    assert "it trades SPY, since you named no instrument" in draft.read.assumed


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (
            "long SPY in the last three trading days of each month",
            "Buys SPY when it is one of the last 3 trading days of the month. Sells when the trading days left",
        ),
        (
            "buy SPY on the first 4 sessions of the month, sell on the 6th trading day",
            "Buys SPY when it is one of the first 4 trading days of the month. Sells when it is trading day 6",
        ),
        ("long SPY in November and December", "Sells when it is not November and it is not December."),
        (
            "buy SPY when RSI is under 30, positions are closed when RSI is above 55",
            "Sells when RSI(14) is above 55.",
        ),
        (
            "buy SPY when close is above an SMA with a length of 21, sell when it is below it",
            "Buys SPY when the close is above the 21-day simple average. Sells when the close is below",
        ),
    ],
)
def test_what_is_read_is_what_was_said(drafter: Drafter, said: str, read: str) -> None:
    draft = drafter.draft(said)
    assert draft.status == "ok"
    assert read in draft.explanation(drafter.templates)


def test_typos_are_read_and_told(drafter: Drafter) -> None:
    draft = drafter.draft("buy SPY when it crosess above the 50 day movng avrage, sell when it crosses below")
    assert draft.status == "ok"
    assert dict(draft.read.corrected)["crosess"] == "crosses"
    assert "crosess" in draft.explanation(drafter.templates)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "💥" * 50,
        "buy when RSI < " + "9" * 400,
        "buy spy if close is above the 0 day average for 0 days, sell after 0 days",
        "buy when " + "(" * 60 + "rsi < 30",
        "buy buy sell sell and or and or when when when",
        "from 2018 to 2003: buy when rsi < 30, sell when rsi > 70",
        "\x00\x01\x02 buy",
        "SELECT * FROM strategies; DROP TABLE strategies",
        "<script>alert(1)</script> buy spy",
    ],
)
def test_no_text_is_too_odd(drafter: Drafter, text: str) -> None:
    draft = drafter.draft(text)
    assert draft.status in {"clarify", "refused"}
    assert draft.explanation(drafter.templates)


def test_what_was_said_of_another_instrument_is_read_on_it(drafter: Drafter) -> None:
    draft = drafter.draft(
        "buy SPY when the Nasdaq closes above its 50-day average, sell when the Nasdaq closes below it"
    )
    assert draft.status == "ok"
    assert "the close of ^IXIC is above the 50-day simple average of ^IXIC" in draft.explanation(drafter.templates)
    assert draft.specification is not None
    assert draft.specification.symbols == ("SPY",)


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("buy when RSI is below 30, then back above, sell at 70", "buy when RSI(14) crosses above 30, sell at 70"),
        ("breakout above the 55-day high, exit on the 20 day low", "buy a 55-day high, sell a 20-day low"),
        ("mean reversion w/ bollinger bands 20,2 pls", "bollinger reversion 20/2"),
        ("long at a 20-day high; reverse at a 20-day low", "buy a 20-day high; short a 20-day low"),
        (
            "buy a 20-day high; close when it is under the 10-day low",
            "buy a 20-day high; sell when it is under the 10-day low",
        ),
        ("RSI 2 bounce: in <8, out >70", "buy when RSI(2) is below 8, sell when RSI(2) is above 70"),
        ("RSI(14) under 30 in, over 70 out", "buy when RSI(14) is below 30, sell when RSI(14) is above 70"),
        (
            "long when 10 > 30 > 90 sma, exit when 10 < 30",
            "buy when sma(10) > sma(30) and sma(30) > sma(90), sell when sma(10) < sma(30)",
        ),
        (
            "buy when CCI(20) comes up through -100, sell when it comes down through +100",
            "buy when CCI(20) crosses above -100, sell when CCI(20) crosses below 100",
        ),
        (
            "hold while the 50-day is rising, cash otherwise",
            "hold while the 50-day average is rising, cash otherwise",
        ),
        ("buy a new yearly high, let it go a fortnight later", "buy a 252-day high, sell after 10 days"),
        (
            "buy when the 3-month and the 12-month return are both positive, sell after a month",
            "buy when the 3-month return > 0 and the 12-month return > 0, sell after a month",
        ),
        ("sell at RSI over 70 and buy back when RSI is under 30", "buy when RSI is under 30, sell at RSI over 70"),
        (
            "buy when the 20-day average is above the 50-day average, sell when the 20 drops under the 50",
            "buy when the 20-day average is above the 50-day average, sell when the 20-day average is below the 50-day average",
        ),
    ],
)
def test_another_wording_comes_to_the_same_strategy(drafter: Drafter, said: str, same: str) -> None:
    one, other = (drafter.reader.read(text).specification for text in (said, same))
    assert one is not None
    assert other is not None
    assert (one.template, one.parameters, one.entry, one.exit) == (
        other.template,
        other.parameters,
        other.entry,
        other.exit,
    )


def test_the_average_of_an_indicator_is_not_the_prices(drafter: Drafter) -> None:
    read = drafter.reader.read("buy when the ATR is below its 50-day average, sell after 5 days")
    assert read.specification is not None
    assert read.specification.to_json()["entry"]["right"]["input"]["name"] == "ATR"


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("buy a 20-day high, target 2R", "multiple of the distance to the stop"),
        ("buy when RSI < 30, sell half at +5%, rest at RSI > 70", "as a whole"),
        ("buy when RSI < 30 in an uptrend, sell at 70", "uptrend"),
        ("on hourly bars buy when close is above the 40 hour average", "daily, weekly or monthly bars"),
        ("on weekly bars buy when close is above the 200-day average", "“200 day” on weekly bars"),
        ("buy when RSI falls under 30, then above 50, sell after 5 days", "within how many days"),
        ("buy when the 20 crosses the 50, sell after 5 days", "What is 20"),
    ],
)
def test_what_is_not_offered_is_asked_about_by_name(drafter: Drafter, said: str, asked: str) -> None:
    read = drafter.reader.read(said)
    assert read.status == "clarify"
    assert any(asked in str(question) for question in read.questions)


def test_a_holding_limit_reads_as_a_sentence(drafter: Drafter) -> None:
    said = drafter.draft("buy when RSI is under 30, stop 5%, sell after 5 days").explanation(drafter.templates)
    assert "With a stop 5 % below the entry." in said
    assert "Out after 5 trading days at the latest." in said


def test_no_phrase_is_in_two_kinds() -> None:
    seen: dict[str, str] = {}
    for kind, phrase in listed():
        key = phrase if kind == "TYPO" else spelt(phrase)
        assert seen.setdefault(key, kind) == kind, f"{phrase} is in {seen[key]} and {kind}"


@pytest.mark.parametrize(
    ("said", "plain", "aside"),
    [
        (
            "hey all, long time lurker. buy SPY when RSI is under 30, sell over 70. my dog says hi",
            "buy SPY when RSI is under 30, sell over 70",
            ("lurker", "dog"),
        ),
        (
            "I've had an account since 2011 and lost a lot. Buy SPY at a 20-day high, sell at a 10-day low.",
            "Buy SPY at a 20-day high, sell at a 10-day low.",
            ("account since 2011",),
        ),
        (
            "Grandad's method: buy SPY when it closes above the 50-day average, sell when it closes below, because he never trusted anything else",
            "buy SPY when it closes above the 50-day average, sell when it closes below",
            ("grandad", "never trusted"),
        ),
    ],
)
def test_talk_is_set_aside_and_listed(drafter: Drafter, said: str, plain: str, aside: tuple[str, ...]) -> None:
    draft, same = drafter.draft(said), drafter.draft(plain)
    assert draft.specification is not None
    assert same.specification is not None
    assert draft.specification == same.specification
    listed_aside = " ".join(draft.read.set_aside)
    assert all(words in listed_aside for words in aside)
    assert "Set aside: " in draft.explanation(drafter.templates)


@pytest.mark.parametrize(
    "text",
    [
        "buy SPY when sentiment is above 30, sell when it is below 10",
        "buy SPY when RSI is under 30 and the tape feels heavy, sell at 70",
        "buy SPY when RSI is under 30 on bullish divergence, sell at 70",
        "buy SPY when RSI is under 30, when my uncle calls, sell at 70",
    ],
)
def test_unknown_words_where_a_condition_belongs_are_asked_about(drafter: Drafter, text: str) -> None:
    assert drafter.draft(text).status == "clarify"


def test_two_its_are_two_things(drafter: Drafter) -> None:
    text = "enter long when close is more than 5% below its 50-day average and exit when it gets back to it"
    specification = drafter.draft(text).specification
    assert specification is not None
    written = specification.to_json()["exit"]
    assert written["left"] != written["right"]
    assert written["right"]["parameters"] == {"timeperiod": 50}


@pytest.mark.parametrize(
    ("said", "same"),
    [
        (
            "Uptrend = 50 SMA above 200 SMA. In an uptrend, buy when the close is lower than all of the previous 7 closes. Sell after 5 days.",
            "buy when the 50 SMA is above the 200 SMA and the close is the lowest close in 7 days, sell after 5 days",
        ),
        ("don't buy when RSI is above 60. Buy at a 20-day high, sell at a 10-day low", "buy at a 20-day high and RSI is at most 60, sell at a 10-day low"),
        ("Entry:\n- RSI(2) below 10\n- close above the 200-day average\nExit:\n- close above the 5-day average", "buy when RSI(2) is below 10 and close is above the 200-day average, sell when close is above the 5-day average"),
        ("buy SPY at a 20-day high, stop 2 ATR below entry, sell at a 10-day low (20 day ATR)", "buy SPY at a 20-day high, stop 2 ATR(20) below entry, sell at a 10-day low"),
    ],
)  # fmt: skip
def test_definitions_headings_and_numbers_apart(drafter: Drafter, said: str, same: str) -> None:
    one, other = (drafter.reader.read(text).specification for text in (said, same))
    assert one is not None, drafter.reader.read(said).questions
    assert other is not None
    assert one.to_json() == other.to_json()


@pytest.mark.parametrize(
    ("said", "same"),
    [
        (
            "buy when it is 3% below its 20-day average but skip it if the 200-day is falling; out when it is back at the 20-day average",
            "buy when close is 3% below the 20-day average unless the 200-day average is falling; sell when close is above the 20-day average",
        ),
        ("I bought at 400 last year. Buy at a 20-day high, sell at a 10-day low", "buy at a 20-day high, sell at a 10-day low"),
        ("buy when RSI is under 30, get out when RSI reaches 65", "buy when RSI is under 30, sell when RSI is at least 65"),
        ("buy when neither the 5-day return nor the 20-day return is positive, sell after 5 days", "buy when the 5-day return is at most 0 and the 20-day return is at most 0, sell after 5 days"),
        ("short when close is 8% above its 200-day average, cover once it is less than 2% above it", "short when close is 8% above its 200-day average, cover when close < 1.02 x the 200-day average"),
        ("buy when SPY opens 1% or more below yesterday's close, sell after 3 days", "buy when the open is 1% or more below the close yesterday, sell after 3 days"),
        ("simple Donchian: buy a 50-day high, sell a 25-day low", "buy a 50-day high, sell a 25-day low"),
        ("buy when close is above its 50-day average, exit if it drops more than 8% off its 52-week high", "buy when close is above its 50-day average, sell when close is 8% below the 52-week high"),
        ("long when RSI > 50 and rising, out when RSI < 45", "buy when RSI > 50 and RSI is rising, sell when RSI < 45"),
        ("position = 1 if RSI < 30, 0 if RSI > 70", "buy if RSI < 30, sell if RSI > 70"),
    ],
)  # fmt: skip
def test_constructions_that_used_to_be_asked_about(drafter: Drafter, said: str, same: str) -> None:
    one, other = (drafter.reader.read(text).specification for text in (said, same))
    assert one is not None, drafter.reader.read(said).questions
    assert other is not None, drafter.reader.read(same).questions
    assert (one.side, one.entry, one.exit, one.template) == (other.side, other.entry, other.exit, other.template)


def test_a_condition_is_never_compared_with_itself(drafter: Drafter) -> None:
    written = {"symbols": ["SPY"], "entry": {"type": "comparison", "op": ">", "left": {"type": "price"}, "right": {"type": "price"}}, "exit": {"type": "comparison", "op": "<", "left": {"type": "price"}, "right": 5.0}}  # fmt: skip
    found = contradictions(load(written, drafter.templates), drafter.templates)
    assert "compares something with itself" in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "my cousin at the company tells me the numbers before they are published, buy on his tips",
        "buy SPY when RSI is below 20 and above 80 at the same time, sell after 5 days, thanks a lot my friends",
        "long the day before big rallies please, out the day after",
    ],
)
def test_what_is_refused_is_refused_with_words_around_it(drafter: Drafter, text: str) -> None:
    assert drafter.draft(text).status == "refused"
