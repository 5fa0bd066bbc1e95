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


def test_no_phrase_is_in_two_kinds() -> None:
    seen: dict[str, str] = {}
    for kind, phrase in listed():
        key = phrase if kind == "TYPO" else spelt(phrase)
        assert seen.setdefault(key, kind) == kind, f"{phrase} is in {seen[key]} and {kind}"
