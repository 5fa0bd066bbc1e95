"""Tables as programs and spreadsheets of all countries write them: separators, decimal commas, encodings, dates."""

import codecs
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.backtests.model import BacktestRun
from tools.backtests.readers.dates import dates, duration_days, moment_of
from tools.backtests.readers.numbers import marked, number
from tools.backtests.readers.read import read_bytes
from tools.backtests.series import returns_of
from tools.errors import BadInput

DAYS = [datetime(2020, 1, 13) + timedelta(days=n) for n in range(40)]
VALUES = [round(0.001 * ((n * 7) % 11 - 5), 4) for n in range(40)]


def table(
    form: str = "%Y-%m-%d", *, delimiter: str = ",", comma: bool = False, header: str = "date{}r", end: str = "\n"
) -> str:
    cells = [str(value).replace(".", ",") if comma else str(value) for value in VALUES]
    lines = [header.format(delimiter)] if header else []
    lines += [f"{day.strftime(form)}{delimiter}{cell}" for day, cell in zip(DAYS, cells, strict=True)]
    return end.join(lines) + end


def read(content: bytes | str, engine: str = "returns") -> BacktestRun:
    data = content.encode() if isinstance(content, str) else content
    return read_bytes("x.csv", data, engine)[0]


def check(run: BacktestRun) -> None:
    assert run.equity is not None
    assert returns_of(run.equity.values).tolist() == pytest.approx(VALUES)
    assert run.equity.dates[1:].astype("datetime64[D]").tolist() == [day.date() for day in DAYS]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("header", ["date{}r", "{}0", ""])
def test_separators_line_ends_and_headers(delimiter: str, end: str, header: str) -> None:
    check(read(table(delimiter=delimiter, end=end, header=header)))


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_comma(delimiter: str) -> None:
    check(read(table("%d.%m.%Y", delimiter=delimiter, comma=True)))


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d-%b-%Y", "%d %B %Y", "%Y-%m-%d 00:00:00",
     "%Y-%m-%dT00:00:00Z", "%Y-%m-%d 00:00:00+00:00", "%Y-%m-%d 00:00:00-05:00", "%Y-%m-%dT00:00:00.000000000", "%d/%m/%Y 00:00"],
)  # fmt: skip
def test_dates(form: str) -> None:
    check(read(table(form)))


@pytest.mark.parametrize("scale", [1, 10**3, 10**6, 10**9])
def test_epochs(scale: int) -> None:
    rows = [
        f"{int(day.replace(tzinfo=UTC).timestamp()) * scale},{value}" for day, value in zip(DAYS, VALUES, strict=True)
    ]
    check(read("t,r\n" + "\n".join(rows)))


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.replace("date", "Datum für Ära").encode("latin-1"),
        lambda text: b"\n\n" + text.encode() + b"\n\n",
    ],
)
def test_encodings(encode) -> None:
    check(read(encode(table())))
    rows = ",".join(f'"{day:%Y-%m-%d}": {value}' for day, value in zip(DAYS, VALUES, strict=True))
    check(read(encode("{" + rows + "}")))


def test_order_repeats_percent_and_thousands() -> None:
    lines = table(header="").splitlines()
    mixed = read("\n".join(reversed(lines)))
    check(mixed)
    assert any("sorted" in note for note in mixed.notes)
    doubled = read("\n".join(lines[:5] + lines[3:]))
    check(doubled)
    assert any("repeated" in note for note in doubled.notes)
    leading = read("date,r\n2020-01-10,\n" + "\n".join(lines))
    check(leading)
    assert any("left out" in note for note in leading.notes)
    percents = "\n".join(f"{day:%Y-%m-%d},{value * 100:.2f}%" for day, value in zip(DAYS, VALUES, strict=True))
    check(read("date,r\n" + percents))
    money = read('date,value\n2020-01-01,"1,000,000.50"\n2020-01-02,"1,010,000"\n', "equity")
    assert money.equity is not None
    assert money.equity.values.tolist() == [1_000_000.5, 1_010_000.0]
    european = read("Datum;Wert\n01.02.2020;1.000.000,50\n02.02.2020;1.010.000,00\n", "equity")
    assert european.equity is not None
    assert european.equity.values.tolist() == [1_000_000.5, 1_010_000.0]


def test_a_comma_that_can_mean_two_things_is_asked_about() -> None:
    with pytest.raises(BadInput, match="decimal comma"):
        read("date;value\n2020-01-01;10,000\n2020-01-02;10,100\n", "equity")


def test_day_or_month_first_is_taken_from_the_order_where_it_shows_it() -> None:
    days = [datetime(2020, 1, 6), datetime(2020, 2, 6), datetime(2020, 3, 6), datetime(2020, 4, 5)]
    rows = "\n".join(f"{day:%d/%m/%Y},0.01" for day in days)
    run = read("date,r\n" + rows)
    assert run.equity is not None
    assert [str(day)[:10] for day in run.equity.dates[1:]] == [f"{day:%Y-%m-%d}" for day in days]


def test_moments_in_a_zone_become_utc_unless_all_are_midnight() -> None:
    assert str(dates(["2020-01-02 00:00:00+09:00", "2020-01-03 00:00:00+09:00"])[0]) == "2020-01-02T00:00:00"
    assert str(dates(["2020-01-02 09:30:00-05:00", "2020-01-02 16:00:00-05:00"])[0]) == "2020-01-02T14:30:00"


@given(
    st.datetimes(
        datetime(1900, 1, 1), datetime(2190, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7))])
    )
)
def test_every_iso_moment_is_read(moment: datetime) -> None:
    wanted = np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "s")
    assert moment_of(moment.isoformat()) == wanted
    assert moment_of(str(moment)) == wanted


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.none(), st.booleans(), st.binary(max_size=9)))
def test_nothing_that_is_no_number_or_date_breaks(value: object) -> None:
    found = number(value)
    assert found is None or np.isfinite(found)
    moment_of(value)
    duration_days(value)
    if isinstance(value, str):
        marked(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_itself(value: float) -> None:
    assert number(repr(value)) == value
    assert number(value) == value


def test_figures_with_units() -> None:
    assert marked("0.248%") == (pytest.approx(0.00248), "percent", "")
    assert marked("-$1,234.50") == (-1234.5, "currency", "$")
    assert marked("$-1,234.50") == (-1234.5, "currency", "$")
    assert marked("BUSD99.75") == (99.75, "currency", "BUSD")
    assert marked("₹0") == (0.0, "currency", "₹")
    assert marked("−3.5") == (-3.5, "plain", "")
    assert marked("SPY R735QTJ8XC9X") is None
    assert marked("1_000") is None


def test_durations() -> None:
    assert duration_days("963 days 00:00:00") == 963
    assert duration_days("1 day, 5:57:00") == pytest.approx(1 + 5 / 24 + 57 / 1440)
    assert duration_days("3:40:00") == pytest.approx(3 / 24 + 40 / 1440)
    assert duration_days("1.02:03:04.5") == pytest.approx(1 + 2 / 24 + 3 / 1440 + 4 / 86400)
    assert duration_days("P963DT0H0M0S") == 963
    assert duration_days(86_400_000) == 1
    assert duration_days("soon") is None
