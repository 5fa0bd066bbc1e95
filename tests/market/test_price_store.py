"""The price store: what ships is in it, runs are recorded, and a failed ingestion leaves nothing behind."""

import gzip
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tools.errors import NotFound, Problem, Unavailable
from tools.market.embedded import EmbeddedSource
from tools.market.store import PriceStore, Series


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("market") / "market.duckdb"
    with PriceStore(path, read_only=False) as store:
        store.ingest(EmbeddedSource())
    return path


class OneSeries:
    """A source of a single file."""

    name = "one file"

    def __init__(self, path: Path) -> None:
        self._path = path

    def series(self) -> tuple[Series, ...]:
        return (Series("ABC", "A B C", "made for a test", self._path, "%Y-%m-%d", None),)


def write_csv(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["Date,Open,High,Low,Close,Adj Close,Volume", *rows]) + "\n")
    return path


def test_the_embedded_prices_are_all_there(filled: Path) -> None:
    with PriceStore(filled) as store:
        spy, gspc, ixic = store.prices("SPY"), store.prices("^GSPC"), store.prices("^ixic")
        assert store.symbols() == ("SPY", "^GSPC", "^IXIC")
    assert len(spy) == len(ixic) == 5031
    assert (str(spy.dates[0]), str(spy.dates[-1])) == ("1999-01-04", "2018-12-31")
    assert spy.dates.dtype == "datetime64[D]"
    assert (spy.open[0], spy.high[0], spy.low[0], spy.close[-1]) == (
        1229.22998,
        1248.810059,
        1219.099976,
        2506.850098,
    )
    assert np.array_equal(spy.close, gspc.close)
    assert (spy.symbol, spy.name, gspc.symbol) == ("SPY", "S&P 500", "^GSPC")


def test_a_stand_in_says_so(filled: Path) -> None:
    with PriceStore(filled) as store:
        assert "not the fund's own prices" in store.freshness("SPY").note
        assert "not live" in store.freshness("^GSPC").note


def test_a_period_includes_both_ends(filled: Path) -> None:
    with PriceStore(filled) as store:
        part = store.prices("SPY", date(2008, 1, 2), date(2008, 1, 4))
        assert [str(day) for day in part.dates] == ["2008-01-02", "2008-01-03", "2008-01-04"]
        with pytest.raises(NotFound, match="1999-01-04 to 2018-12-31"):
            store.prices("SPY", date(2024, 1, 1))


def test_an_unknown_symbol_names_what_exists(filled: Path) -> None:
    with PriceStore(filled) as store, pytest.raises(NotFound, match=r"'TSLA'.*SPY, \^GSPC, \^IXIC"):
        store.prices("TSLA")


def test_fresh_means_what_was_expected(filled: Path) -> None:
    with PriceStore(filled) as store:
        declared = store.freshness("SPY")
    assert declared.expected_last_date == declared.last_date == date(2018, 12, 31)
    assert declared.is_current(date(2026, 11, 24))


def test_without_a_declared_end_the_last_weekday_is_expected(tmp_path: Path) -> None:
    friday = write_csv(tmp_path / "abc.csv", "2026-11-19,1,1,1,1,1,5", "2026-11-20,1,1,1,1,1,5")
    with PriceStore(tmp_path / "m.duckdb", read_only=False) as store:
        store.ingest(OneSeries(friday))
        fresh = store.freshness("abc")
    assert fresh.is_current(date(2026, 11, 21))
    assert fresh.is_current(date(2026, 11, 22))
    assert fresh.is_current(date(2026, 11, 23))
    assert not fresh.is_current(date(2026, 11, 24))


def test_ingesting_twice_changes_only_the_record(tmp_path: Path) -> None:
    with PriceStore(tmp_path / "m.duckdb", read_only=False) as store:
        first, second = store.ingest(EmbeddedSource()), store.ingest(EmbeddedSource())
        assert (first.id, second.id, first.rows, second.rows) == (1, 2, 10062, 10062)
        assert first.status == second.status == "completed"
        assert second.symbols == ("^GSPC", "^IXIC")
        assert second.finished_at is not None
        assert second.finished_at >= second.started_at
        assert store.freshness("SPY").rows == 5031


def test_a_failed_ingestion_is_recorded_and_takes_nothing(tmp_path: Path) -> None:
    good = write_csv(tmp_path / "good.csv", "2020-01-02,1,1,1,1,1,5")
    broken = write_csv(tmp_path / "broken.csv", "2020-01-02,2,2,2,2,2,5", "2020-01-03,oops,2,2,2,2,5")
    with PriceStore(tmp_path / "m.duckdb", read_only=False) as store:
        store.ingest(OneSeries(good))
        with pytest.raises(Problem, match=r"ABC in broken\.csv"):
            store.ingest(OneSeries(broken))
        failed = store.ingestion_runs()[0]
        assert (failed.status, failed.rows, failed.symbols) == ("failed", 0, ())
        assert "broken.csv" in failed.error
        assert store.prices("ABC").close.tolist() == [1.0]


def test_gzipped_and_plain_read_alike(tmp_path: Path) -> None:
    plain = write_csv(tmp_path / "abc.csv", "2020-01-02,1,2,0.5,1.5,1.5,5")
    packed = tmp_path / "abc.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    with PriceStore(tmp_path / "m.duckdb", read_only=False) as store:
        store.ingest(OneSeries(packed))
        assert store.prices("ABC").high.tolist() == [2.0]


def test_a_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no price store at .*absent\.duckdb"):
        PriceStore(tmp_path / "absent.duckdb")
    foreign = tmp_path / "foreign.duckdb"
    foreign.write_text("not a database, " * 1000)
    with pytest.raises(Unavailable, match=r"foreign\.duckdb"):
        PriceStore(foreign)


def test_readers_share_the_file(filled: Path) -> None:
    with PriceStore(filled) as one, PriceStore(filled) as other:
        assert len(one.prices("SPY")) == len(other.prices("SPY"))
