"""What questions about the catalogue come to, in words and on the command line, with a desk's own template among them."""

import json
from pathlib import Path

import pytest
import yaml

from bot.cli import main
from tools.strategies.catalogue.answers import (
    Answer,
    Answers,
    Everything,
    Several,
    Shelf,
    TemplateList,
    example,
    examples,
)
from tools.strategies.catalogue.model import Item, catalogue
from tools.strategies.language.draft import Language, Reader
from tools.strategies.language.symbols import Symbols
from tools.strategies.templates import FOLDER, Template, builtin, of_desk

ANSWERS = Answers.of(builtin())


def told(answer: Answer) -> str:
    match answer:
        case Everything():
            return "nothing" if answer.missed else "everything"
        case Shelf():
            return f"shelf {answer.group.id}"
        case TemplateList():
            return "templates"
        case Several():
            return "several"
        case Item():
            return answer.id
        case Template():
            return f"template {answer.name}"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What do you have for volatility?", "shelf volatility"),
        ("overbought and oversold indicators", "shelf stretched"),
        ("what have you got for reversals?", "shelf reversal"),
        ("what can I use for mean reversion?", "shelf reversal"),
        ("indicators for divergence", "shelf divergence"),
        ("channels and bands", "shelf bands"),
        ("what do you have on volume?", "shelf volume"),
        ("got any candlestick patterns?", "shelf pattern"),
        ("which indicators do you know?", "everything"),
        ("which templates are there?", "templates"),
        ("give me a template for momentum", "template momentum"),
        ("is there a golden cross template", "template sma_crossover"),
        ("what is the RSI", "RSI"),
        ("explain bolinger bands", "BBANDS"),
        ("hey, what's an ATR", "ATR"),
        ("how is RSI calculated?", "RSI"),
        ("tell me about the aroon indicator", "AROON"),
        ("what does the MACD measure", "MACD"),
        ("what are keltner channels", "KC"),
        ("an indicator that is a smoothed average", "several"),
        ("flux capacitor", "nothing"),
        ("", "everything"),
    ],
)
async def test_questions(question: str, expected: str):
    assert told(await ANSWERS.answer(question)) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("what is RSI?", True),
        ("anything for seasonality?", True),
        ("aroon", True),
        ("what can you do?", False),
        ("book a table for friday", False),
        ("hello there", False),
        ("what's the weather like?", False),
        ("what can I do here?", False),
        ("what's the capital of Peru?", False),
        ("what will the S&P do tomorrow?", False),
        ("which file types can you read?", False),
        ("what's on my calendar?", False),
        ("ha", False),
        ("anything on candlestick patterns?", True),
    ],
)
def test_what_nothing_else_could_be_made_of(text: str, names: bool):
    assert ANSWERS.names_something(text) is names


@pytest.fixture
def desk_answers(tmp_path: Path) -> Answers:
    """Of a desk with a template of its own."""
    own = yaml.safe_load((FOLDER / "buy_and_hold.yaml").read_text(encoding="utf-8"))
    own |= {"name": "desk_special", "title": "Widget overlay", "aliases": [{"phrase": "the widget"}]}
    own.pop("platform")
    (tmp_path / "strategies").mkdir()
    (tmp_path / "strategies" / "special.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    return Answers.of(of_desk(tmp_path))


async def test_a_desks_own_template_is_found_without_code(desk_answers: Answers):
    assert told(await desk_answers.answer("what is the widget?")) == "template desk_special"
    listed = await desk_answers.answer("list templates")
    assert isinstance(listed, TemplateList)
    assert "desk_special" in {one.name for one in listed.templates}


def test_the_command(capsys: pytest.CaptureFixture[str]):
    assert main(["catalogue", "anything for volatility", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["answer"] == "shelf"
    assert {"ATR", "BBANDS", "KC"} <= {entry["id"] for entry in said["entries"]}, "the shelf holds the family"
    assert main(["catalogue", "what is the supertrend"]) == 0
    assert "timeperiod = 10" in capsys.readouterr().out
    assert main(["catalogue", "flux capacitor"]) == 1


def test_examples_are_for_what_they_are_about():
    texts = {item.id: example(item) for item in catalogue().items}
    assert texts["RSI"] == "buy SPY when RSI is below 30, sell when it is above 70"
    assert texts["CDLHANGINGMAN"].startswith("short SPY on a hanging man")
    assert texts["CDL3BLACKCROWS"] == "short SPY on three black crows, exit after 5 days"
    assert texts["CDLEVENINGSTAR"].startswith("short SPY on an evening star")
    assert "bullish engulfing" in examples(catalogue().of_group("pattern"))[0]
    assert sum(bool(text) for text in texts.values()) > 50


def test_examples_are_understood_as_requests_for_strategies():
    reader = Reader(Language(Symbols(("SPY",), "SPY")))
    texts = sorted({example(item) for item in catalogue().items} - {""})
    assert [text for text in texts[::3] if reader.read(text).status != "ok"] == []
