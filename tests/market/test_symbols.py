"""What people call an instrument."""

import pytest

from tools.market.symbols import mentioned, resolve


@pytest.mark.parametrize(
    "words",
    ["S&P 500", "the S&P", "spx", "$SPY", "S & P 500", "S&amp;P 500", "SP500", "^GSPC", "Standard & Poor’s 500"],
)
def test_the_s_and_p(words: str) -> None:
    instrument = resolve(words)
    assert instrument is not None
    assert instrument.symbol == "SPY"


@pytest.mark.parametrize("words", ["nasdaq", "the Nasdaq Composite", "^IXIC", "NASDAQ composite index"])
def test_the_nasdaq(words: str) -> None:
    instrument = resolve(words)
    assert instrument is not None
    assert instrument.symbol == "^IXIC"


@pytest.mark.parametrize("words", ["", "apple", "spying", "nasdaq 100", "nasdaq-100", "s", "500"])
def test_others_are_not_claimed(words: str) -> None:
    assert resolve(words) is None
    assert mentioned(f"how is {words} doing") == ()


def test_all_that_a_text_names_in_order() -> None:
    found = mentioned("compare the golden cross on the Nasdaq with the S&P 500, and SPX again")
    assert [instrument.symbol for instrument in found] == ["^IXIC", "SPY"]
