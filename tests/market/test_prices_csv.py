"""Bars from CSV: what is accepted, and one clear sentence for what is not."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import BadInput
from tools.market.prices import Prices, read_csv

HEAD = "date,open,high,low,close,volume"
GOOD = ("2020-01-02,10,11,9,10.5,1000", "2020-01-03,10.5,12,10,11,2000")


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "lines",
    [
        (HEAD, *GOOD),
        ("\ufeffDate,Open,High,Low,Close,Volume", *GOOD),
        (
            "close,date,open,high,low,volume,ticker",
            "10.5,2020-01-02,10,11,9,1000,X",
            "11,2020-01-03,10.5,12,10,2000,X",
        ),
        (HEAD, "2020-01-02 00:00:00,10,11,9,10.5,1000", "2020-01-03T00:00:00Z,10.5,12,10,11,2000", ""),
    ],
)
def test_the_same_bars_however_they_are_laid_out(tmp_path: Path, lines: tuple[str, ...]) -> None:
    prices = read_csv(write(tmp_path / "p.csv", *lines), "ABC")
    assert prices.symbol == "ABC"
    assert prices.dates.astype(str).tolist() == ["2020-01-02", "2020-01-03"]
    assert (prices.open.tolist(), prices.close.tolist(), prices.volume.tolist()) == (
        [10, 10.5],
        [10.5, 11],
        [1000, 2000],
    )
    assert prices.adjusted() is prices


def test_adjusted_close_scales_the_bar(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", HEAD + ",Adj Close", GOOD[0] + ",5.25", GOOD[1] + ",11")
    adjusted = read_csv(path).adjusted()
    assert adjusted.open.tolist() == [5.0, 10.5]
    assert adjusted.close.tolist() == [5.25, 11.0]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), "no column date"),
        (("date,open,high,low,close", "2020-01-02,1,1,1,1"), "no column volume"),
        ((HEAD,), "0 rows"),
        ((HEAD, GOOD[0]), "1 row of prices"),
        ((HEAD, GOOD[1], GOOD[0]), "2020-01-02 comes after 2020-01-03"),
        ((HEAD, GOOD[0], GOOD[0]), "2020-01-02 appears twice"),
        ((HEAD, GOOD[0], "2020-01-03,10,11,9,nan,5"), "line 3: close is nan"),
        ((HEAD, GOOD[0], "2020-01-03,10,inf,9,10,5"), "line 3: high is inf"),
        ((HEAD, GOOD[0], "2020-01-03,10,11,9,,5"), "line 3: close is empty"),
        ((HEAD, GOOD[0], "2020-01-03,-10,11,9,10,5"), "line 3: open is -10; it must be above 0"),
        ((HEAD, GOOD[0], "2020-01-03,10,11,0,10,5"), "low is 0"),
        ((HEAD, GOOD[0], "2020-01-03,10,11,9,10,-5"), "volume is -5; it must be 0 or more"),
        ((HEAD, GOOD[0], "2020-01-03,10,8,9,10,5"), "high 8 is below low 9 on 2020-01-03"),
        ((HEAD, GOOD[0], "03/01/2020,10,11,9,10,5"), "line 3: '03/01/2020' is not a day"),
        ((HEAD, GOOD[0], "2020-02-30,10,11,9,10,5"), "line 3: '2020-02-30' is not a day"),
        ((HEAD, GOOD[0], "2020-01-03,10,11"), "line 3: 3 values"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_csv(write(tmp_path / "p.csv", *lines))
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_folder_or_binary_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Cannot read"):
        read_csv(tmp_path / "absent.csv")
    with pytest.raises(BadInput, match="Cannot read"):
        read_csv(tmp_path)
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(BadInput, match="UTF-8"):
        read_csv(tmp_path / "binary.csv")


@given(st.binary(max_size=300))
def test_no_file_ends_in_a_trace(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "p.csv"
    path.write_bytes(HEAD.encode() + b"\n" + content)
    with suppress(BadInput):
        read_csv(path)


def test_arrays_are_checked_too() -> None:
    days = np.array(["2020-01-02", "2020-01-03"], dtype="datetime64[D]")
    one = np.array([1.0, 1.0])
    with pytest.raises(BadInput, match="2 dates but 1 values of close"):
        Prices("X", days, one, one, one, one[:1], one, one)
    with pytest.raises(BadInput, match="open is nan on 2020-01-03"):
        Prices("X", days, np.array([1.0, np.nan]), one, one, one, one, one)
