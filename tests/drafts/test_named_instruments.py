"""Instruments that a request names: with prices here or without, known or not."""

import json
from pathlib import Path

import pytest

from bot.cli import main
from tools.strategies.drafting import Drafter

RULE = "when RSI(14) is below 30, sell when it is above 70"


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        (f"buy QQQ {RULE}", ("QQQ",)),
        (f"BTC-USD: buy {RULE}", ("BTC-USD",)),
        (f"buy brk.b {RULE}", ("BRK.B",)),
        (f"buy eur/usd {RULE}", ("EUR/USD",)),
        (f"buy ES=F {RULE}", ("ES=F",)),
        (f"buy $NEWCO {RULE}", ("NEWCO",)),
        (f"buy $ma {RULE}", ("MA",)),
        (f"buy xlf {RULE}", ("XLF",)),
        (f"buy crude oil {RULE}", ("USO",)),
        (f"buy SPY, QQQ and IWM {RULE}", ("SPY", "QQQ", "IWM")),
        (f"SPY/QQQ: buy {RULE}", ("SPY", "QQQ")),
        ("trend following on gold: long above the 100-day average", ("GLD",)),
    ],
)
def test_what_is_named_is_traded(drafter: Drafter, text: str, symbols: tuple[str, ...]) -> None:
    draft = drafter.draft(text)
    assert (draft.status, draft.specification and draft.specification.symbols) == ("ok", symbols)


def test_a_list_of_instruments_leaves_the_rule_as_it_was_said(drafter: Drafter) -> None:
    one, three = (drafter.draft(f"buy {what} {RULE}").specification for what in ("SPY", "SPY, QQQ, and IWM"))
    assert one is not None
    assert three is not None
    assert (three.template, three.parameters, three.entry) == (one.template, one.parameters, one.entry)


def test_without_prices_nothing_is_simulated_and_that_is_said(drafter: Drafter) -> None:
    answer = drafter.draft(f"buy AAPL {RULE}").to_json(drafter.templates)
    assert answer["status"] == "ok"
    assert answer["warnings"] == [
        "There are no prices of AAPL here, so there was no trial run and nothing was simulated. "
        "Bring prices of it in with `deskhand prices import`, or name an instrument that has prices here."
    ]
    assert "no trial run" in str(answer["explanation"])


def test_prices_that_stand_in_for_an_instruments_own_are_said_to(drafter: Drafter) -> None:
    said = " ".join(drafter.draft(f"buy SPY {RULE}").warnings)
    assert "SPY stands for the S&P 500 index level without dividends, not the fund's own prices" in said
    assert "stands for" not in " ".join(drafter.draft(f"buy the Nasdaq {RULE}").warnings)


def test_a_condition_on_an_instrument_without_prices_cannot_be_tried_either(drafter: Drafter) -> None:
    draft = drafter.draft("buy SPY when the VIX is above 30, sell when the VIX is below 20")
    assert draft.specification is not None
    assert draft.specification.symbols == ("SPY",)
    assert draft.trial is not None
    assert draft.trial.preview is None
    assert "no prices of ^VIX here" in draft.warnings[0]


def test_of_several_each_is_tried_on_its_own_prices(drafter: Drafter) -> None:
    draft = drafter.draft(f"buy SPY, the Nasdaq and AAPL {RULE}")
    alone = drafter.draft(f"buy the Nasdaq {RULE}")
    assert draft.trial is not None
    assert draft.trial.preview is not None
    assert alone.trial is not None
    assert alone.trial.preview is not None
    assert draft.trial.preview.symbol == "SPY"
    said = " ".join(draft.warnings)
    assert "the figures are those of SPY" in said
    assert f"On ^IXIC alone: {alone.trial.preview.strategy.total_return:.1%}" in said
    assert "no prices of AAPL here, so nothing was tried on it" in said


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        (f"buy ZZQX {RULE}", "refused", "If ZZQX is right, write $ZZQX"),
        ("RSI mean reversion on unicorns", "clarify", "There are prices of SPY, ^GSPC, ^IXIC."),
        (f"buy cheap {RULE}", "clarify", "which ticker is it?"),
        ("buy when the PE is below 15, sell when the PE is above 25", "clarify", "pe"),
    ],
)
def test_what_is_no_instrument_is_not_taken_for_one(drafter: Drafter, text: str, status: str, said: str) -> None:
    draft = drafter.draft(text)
    assert draft.status == status
    assert said in draft.explanation(drafter.templates)


def test_imported_prices_are_what_a_draft_is_tried_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DESKHAND_HOME", str(tmp_path / "home"))
    days = [f"20{year}-{month:02}-{day:02}" for year in (15, 16) for month in range(1, 13) for day in range(1, 29)]
    rows = [
        f"{day},{100 + at % 40},{102 + at % 40},{98 + at % 40},{101 + at % 40},1000" for at, day in enumerate(days)
    ]
    file = tmp_path / "qqq.csv"
    file.write_text("Date,Open,High,Low,Close,Volume\n" + "\n".join(rows) + "\n", encoding="utf-8")

    assert main(["prices", "import", str(file), "--symbol", "qqq", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0] == {
        "symbol": "QQQ", "name": "QQQ", "rows": len(days), "start": days[0], "end": days[-1],
    }  # fmt: skip
    assert main(["draft", f"buy QQQ {RULE}", "--json"]) == 0
    assert "no prices" not in json.loads(capsys.readouterr().out)["explanation"]
    assert main(["prices", "list"]) == 0
    assert "^IXIC" in capsys.readouterr().out

    assert main(["prices", "import", str(file), "--symbol", "SPY"]) == 2
    assert "SPY stands for ^GSPC here" in capsys.readouterr().err
    file.write_text("Date,Open,High,Low,Close,Volume\n2015-01-01,1,1,1,x,1\n", encoding="utf-8")
    assert main(["prices", "import", str(file), "--symbol", "QQQ"]) == 2
    assert "line 2: close is 'x'" in capsys.readouterr().err
    assert main(["prices", "import", str(file), "--symbol", "a b"]) == 2
    assert "is no symbol" in capsys.readouterr().err
