"""What the corpus asks for is what is drafted: statuses, and positions on real prices against references by hand."""

from functools import lru_cache

import pytest

from tests.drafts.corpus.held_out import HELD_OUT
from tests.drafts.corpus.held_out_again import HELD_OUT_AGAIN
from tests.drafts.corpus.known import KNOWN
from tests.drafts.corpus.measure import Outcome, judge, score
from tools.strategies.drafting import Drafter
from tools.strategies.language.normalise import listed, spelt


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
    result = score(outcomes(drafter, [*HELD_OUT, *HELD_OUT_AGAIN]))
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
        ("buy a 20-day high, target 3 ATR, stop 2 ATR", "target 3 atr"),
        ("buy a 20-day high, target 2R, stop 3%", "target 2r"),
        ("buy when RSI < 30, sell half at +5%, rest at RSI > 70", "as a whole"),
        ("buy when RSI < 30 in an uptrend, sell at 70", "uptrend"),
        ("on weekly bars buy when close is above the 40 week average", "daily bars"),
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
