"""Result files as the engines write them, made here; where an engine is at hand in the test environment, by the engine."""

import gzip
import io
import json
import pickle
import random
import warnings
import zipfile
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

SESSIONS = pd.bdate_range("2019-01-02", "2019-12-31")


def returns(seed: int = 1, count: int | None = None) -> pd.Series:
    index = SESSIONS if count is None else SESSIONS[:count]
    return pd.Series(np.random.default_rng(seed).normal(0.0005, 0.01, len(index)), index=index)


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def frame_json(frame: Any, **more: Any) -> str:
    """As pandas writes it; its remarks on what it will do in future are not ours."""
    with warnings.catch_warnings(action="ignore"):
        return frame.to_json(**more)


# --- freqtrade -------------------------------------------------------------------------------------------------------


def freqtrade_strategy(name: str, *, trades: int = 30, short: bool = False) -> dict[str, Any]:
    chance = random.Random(name)
    start = pd.Timestamp("2024-03-01", tz="UTC")
    rows = []
    for number in range(trades):
        opened = start + pd.Timedelta(hours=17 * number)
        closed = opened + pd.Timedelta(minutes=chance.randint(5, 900))
        rate = 100 + chance.random()
        ratio = chance.choice([0.02, -0.01, 0.0005, 0.03])
        rows.append(
            {
                "pair": chance.choice(["BTC/USDT", "ETH/USDT"]), "stake_amount": 100.0, "amount": 1.0,
                "open_date": str(opened), "close_date": str(closed), "open_rate": rate,
                "close_rate": rate * (1 + (-ratio if short else ratio)), "fee_open": 0.001, "fee_close": 0.001,
                "trade_duration": int((closed - opened).total_seconds() // 60), "profit_ratio": ratio,
                "profit_abs": ratio * 100.0, "exit_reason": "roi" if ratio > 0 else "stop_loss", "is_open": False,
                "is_short": short, "leverage": 1.0, "enter_tag": "", "open_timestamp": int(opened.timestamp() * 1000),
                "close_timestamp": int(closed.timestamp() * 1000),
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["close_date", "profit_abs", "profit_ratio"])
    daily = frame.groupby(frame["close_date"].str[:10])["profit_abs"].sum()
    days = pd.date_range(daily.index[0], daily.index[-1]) if len(daily) else []
    total = float(frame["profit_abs"].sum())
    return {
        "trades": rows, "locks": [], "total_trades": len(rows), "profit_total": total / 1000.0, "profit_total_abs": total,
        "profit_mean": float(frame["profit_ratio"].mean()) if rows else 0.0, "cagr": 0.41, "sharpe": -100, "sortino": 3.2,
        "calmar": 11.0, "profit_factor": 1.7, "expectancy_ratio": 100, "backtest_start": "2024-03-01 00:00:00",
        "backtest_end": "2024-03-25 00:00:00", "backtest_days": 24, "market_change": 0.08, "pairlist": ["BTC/USDT", "ETH/USDT"],
        "stake_currency": "USDT", "starting_balance": 1000.0, "final_balance": 1000.0 + total, "timeframe": "5m",
        "max_open_trades": 3, "strategy_name": name, "stoploss": -0.1, "minimal_roi": {"0": 0.02},
        "daily_profit": [[str(day.date()), float(daily.get(str(day.date()), 0.0))] for day in days],
        "wins": int((frame["profit_ratio"] > 0.01).sum()), "losses": int((frame["profit_ratio"] < 0).sum()),
        "winrate": 0.4, "max_drawdown_account": 0.031, "max_relative_drawdown": 0.034, "max_drawdown_abs": 31.0,
        "holding_avg_s": 7200.0, "wallet_stats": {"sharpe": 1.1, "sortino": 1.5},
        "periodic_breakdown": {"day": [{"date": "01/03/2024", "profit_abs": 1.0}]},
    }  # fmt: skip


def freqtrade(*names: str, **more: Any) -> dict[str, Any]:
    strategies = {name: freqtrade_strategy(name, **more) for name in names or ("Alpha",)}
    compared = [
        {
            "key": name,
            "trades": one["total_trades"],
            "profit_total": one["profit_total"],
            "wins": one["wins"] + 7,
            "winrate": 0.4,
        }
        for name, one in strategies.items()
    ]
    return {"strategy": strategies, "strategy_comparison": compared}


def freqtrade_meta() -> dict[str, Any]:
    return {"Alpha": {"run_id": "ab" * 20, "backtest_start_time": 1648904006, "timeframe": "5m"}}


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def freqtrade_zip() -> bytes:
    return zipped(
        {
            "backtest-result-2024-05-01.json": as_json(freqtrade("Alpha", "Beta")),
            "backtest-result-2024-05-01_config.json": as_json(
                {"stake_currency": "USDT", "exchange": {"name": "x"}, "max_open_trades": 3, "strategy": "Alpha"}
            ),
            "backtest-result-2024-05-01_Alpha.py": b"raise SystemExit('never run')",
            "backtest-result-2024-05-01_market_change.feather": b"ARROW1\0\0",
        }
    )


# --- Lean ------------------------------------------------------------------------------------------------------------


def lean_statistics(mark: str = "$") -> dict[str, str]:
    return {
        "Total Orders": "12", "Average Win": "0.86%", "Average Loss": "-0.36%", "Compounding Annual Return": "21.359%",
        "Drawdown": "31.300%", "Expectancy": "1.491", "Start Equity": "100000", "End Equity": "121000.50",
        "Net Profit": "0.248%", "Sharpe Ratio": "2.034", "Sortino Ratio": "0", "Probabilistic Sharpe Ratio": "80.811%",
        "Loss Rate": "75%", "Win Rate": "25%", "Profit-Loss Ratio": "9.12", "Alpha": "-0.306", "Beta": "0",
        "Annual Standard Deviation": "0.396", "Annual Variance": "0.157", "Information Ratio": "7.922816251426434E+28",
        "Tracking Error": "0.396", "Treynor Ratio": "0", "Total Fees": f"{mark}199.65",
        "Estimated Strategy Capacity": f"{mark}26000000.00", "Lowest Capacity Asset": "SPY R735QTJ8XC9X",
        "Portfolio Turnover": "119.89%", "Drawdown Recovery": "104", "OrderListHash": "d06c26f557b83d8d42ac808fe2815a1e",
    }  # fmt: skip


def _pascal(value: Any, keep: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key if key in keep else key[:1].upper() + key[1:]: _pascal(one, keep) for key, one in value.items()}
    return [_pascal(one, keep) for one in value] if isinstance(value, list) else value


def lean(*, pascal: bool = False, candles: bool = False) -> dict[str, Any]:
    """Ten sessions of 2021 from Monday January 4; samples at midnight in New York, as seconds since 1970."""
    stamps = [
        int(pd.Timestamp(f"2021-01-{day:02d}", tz="America/New_York").timestamp())
        for day in (4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16)
    ]
    values = [
        100_000.0,
        100_500.0,
        100_100.0,
        99_000.0,
        99_700.0,
        101_000.0,
        101_400.0,
        101_000.0,
        102_200.0,
        102_000.0,
        102_500.0,
    ]
    points: list[Any] = [
        [t, v, v + 5, v - 5, v] if candles else {"x": t, "y": v} for t, v in zip(stamps, values, strict=True)
    ]
    points.insert(
        1, [stamps[0] + 14_400, 1, 1, 1, 100_200.0] if candles else {"x": stamps[0] + 14_400, "y": 100_200.0}
    )
    daily = [{"x": t, "y": 0.0} for t in stamps]
    result: dict[str, Any] = {
        "charts": {
            "Strategy Equity": {
                "name": "Strategy Equity",
                "series": {
                    "Equity": {"name": "Equity", "unit": "$", "values": points},
                    ("Return" if candles else "Daily Performance"): {"name": "Return", "unit": "%", "values": daily},
                },
            },
            "Benchmark": {"name": "Benchmark", "series": {"Benchmark": {"values": [{"x": t, "y": 370.0 + n} for n, t in enumerate(stamps)]}}},
        },
        "orders": {"1": {"symbol": {"value": "SPY", "id": "SPY R735QTJ8XC9X"}}},
        "rollingWindow": {}, "profitLoss": {}, "statistics": lean_statistics(),
        "runtimeStatistics": {"Net Profit": "$248.00", "Equity": "$100,248.00"},
        "algorithmConfiguration": {"name": "Calm Fox", "tradingDaysPerYear": 252, "accountCurrency": "USD", "startDate": "2021-01-04T00:00:00"},
        "totalPerformance": {
            "tradeStatistics": {
                "totalNumberOfTrades": 4, "winRate": "0.5", "sharpeRatio": "0.31", "profitLossRatio": "1.2",
                "averageTradeDuration": "1.02:00:00", "totalFees": "4.00",
            },
            "portfolioStatistics": {"winRate": "0.25", "sharpeRatio": "2.0341", "drawdown": "0.313", "totalNetProfit": "0.00248"},
            "closedTrades": [
                {
                    "symbols": [{"value": "SPY"}], "entryTime": "2021-01-04T14:31:00Z", "entryPrice": 370.0, "direction": 1,
                    "quantity": 10.0, "exitTime": "2021-01-06T15:00:00.1234567Z", "exitPrice": 360.0, "profitLoss": 100.0, "totalFees": 2.0,
                }
            ],
        },
    }  # fmt: skip
    return _pascal(result, frozenset(("x", "y"))) if pascal else result


# --- backtesting.py and bt: run here ---------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def backtesting_py() -> Any:
    """The statistics of a run of the engine itself, with `_equity_curve` and `_trades`."""
    with warnings.catch_warnings(action="ignore"):
        from backtesting import Backtest, Strategy

        class Weekly(Strategy):
            def init(self) -> None:
                pass

            def next(self) -> None:
                if len(self.data) % 10 == 1:
                    self.buy(size=0.5)
                elif len(self.data) % 10 == 6 and self.position:
                    self.position.close()

        close = 100 * (1 + returns()).cumprod()
        data = pd.DataFrame({"Open": close, "High": close * 1.01, "Low": close * 0.99, "Close": close, "Volume": 1})
        return Backtest(data, Weekly, cash=10_000, commission=0.002, finalize_trades=True).run()


def backtesting_py_json() -> bytes:
    stats = backtesting_py()
    plain = {key: value for key, value in stats.items() if not key.startswith("_")}
    return json.dumps({**plain, "_strategy": str(stats["_strategy"])}, default=str).encode()


@lru_cache(maxsize=1)
def bt_result() -> Any:
    with warnings.catch_warnings(action="ignore"):
        import bt

        data = pd.DataFrame({"spy": 100 * (1 + returns(2)).cumprod(), "agg": 100 * (1 + returns(3) / 4).cumprod()})
        algos = [bt.algos.SelectAll(), bt.algos.WeighEqually(), bt.algos.Rebalance()]
        monthly = bt.Strategy("monthly", [bt.algos.RunMonthly(), *algos])
        once = bt.Strategy("once, held", [bt.algos.RunOnce(), *algos])
        return bt.run(bt.Backtest(monthly, data), bt.Backtest(once, data))


def bt_files() -> dict[str, bytes]:
    result = bt_result()
    return {
        "formatted.csv": result.to_csv().encode(),
        "raw.csv": result.stats.to_csv().encode(),
        "raw.json": frame_json(result.stats).encode(),
        "one.csv": result[0].stats.to_csv().encode(),
    }


# --- vectorbt, backtrader, nautilus_trader ---------------------------------------------------------------------------


def vectorbt() -> dict[str, Any]:
    return {
        "Start": "2019-01-02 00:00:00", "End": "2019-12-31 00:00:00", "Period": "260 days 00:00:00", "Start Value": "10000.0",
        "End Value": "11250.0", "Total Return [%]": "12.5", "Benchmark Return [%]": "9.5", "Max Gross Exposure [%]": "100.0",
        "Total Fees Paid": "44.87", "Max Drawdown [%]": "7.25", "Max Drawdown Duration": "41 days 00:00:00", "Total Trades": "7",
        "Total Closed Trades": "6", "Total Open Trades": "1", "Open Trade PnL": "76.5", "Win Rate [%]": "50.0",
        "Best Trade [%]": "5.3", "Worst Trade [%]": "-2.7", "Profit Factor": "inf", "Expectancy": "120.9",
        "Sharpe Ratio": "1.22", "Calmar Ratio": "1.14", "Omega Ratio": "1.28", "Sortino Ratio": "nan",
    }  # fmt: skip


def vectorbt_trades() -> bytes:
    return (
        b"Exit Trade Id,Column,Size,Entry Timestamp,Avg Entry Price,Entry Fees,Exit Timestamp,Avg Exit Price,Exit Fees,PnL,Return,Direction,Status,Position Id\n"
        b"0,GOOG,10.0,2019-01-03,100.0,1.0,2019-02-01,110.0,1.1,97.9,0.0979,Long,Closed,0\n"
        b"1,GOOG,5.0,2019-03-01,120.0,0.6,2019-12-31,118.0,0.0,9.4,0.0157,Short,Open,1\n"
    )


def backtrader() -> dict[str, Any]:
    own = returns(4, 60)
    return {
        "start_cash": 50_000.0,
        "drawdown": {"len": 3, "drawdown": 1.5, "moneydown": 750.0, "max": {"len": 30, "drawdown": 12.5, "moneydown": 6000.0}},
        "sharpe": {"sharperatio": 0.84},
        "returns": {"rtot": 0.0953, "ravg": 0.0003, "rnorm": 0.08, "rnorm100": 8.0},
        "sqn": {"sqn": 1.1, "trades": 12},
        "vwr": {"vwr": 3.4},
        "trades": {
            "total": {"total": 13, "open": 1, "closed": 12},
            "streak": {"won": {"current": 0, "longest": 4}, "lost": {"current": 1, "longest": 3}},
            "pnl": {"gross": {"total": 5100.0, "average": 425.0}, "net": {"total": 4800.0, "average": 400.0}},
            "won": {"total": 7, "pnl": {"total": 7000.0, "average": 1000.0, "max": 2100.0}},
            "lost": {"total": 5, "pnl": {"total": -2200.0, "average": -440.0, "max": -900.0}},
            "len": {"total": 120, "average": 10.0, "max": 31, "min": 1},
        },
        "annualreturn": {"2019": 0.1},
        "timereturn": {f"{day:%Y-%m-%d}T23:59:59.999989": value for day, value in own.items()},
        "transactions": {"2019-01-03 00:00:00": [[10, 100.0, 0, "SPY", -1000.0]], "2019-01-08 00:00:00": [[-10, 104.0, 0, "SPY", 1040.0]]},
    }  # fmt: skip


def nautilus() -> dict[str, Any]:
    return {
        "trader_id": "BACKTESTER-001", "run_id": "3d1c", "backtest_start": 1577836800000000000, "backtest_end": 1580428800000000000,
        "elapsed_time": 1.5, "iterations": 689, "total_events": 60, "total_orders": 20, "total_positions": 10, "summary": {},
        "stats_pnls": {
            "USDT": {"PnL (total)": 1250.5, "PnL% (total)": 12.505, "Win Rate": 0.4, "Expectancy": 125.05, "Max Loser": float("nan")}
        },
        "stats_returns": {
            "Sharpe Ratio (252 days)": 1.9, "Returns Volatility (252 days)": 0.21, "Average (Return)": 0.001,
            "Profit Factor": 1.6, "Max Drawdown": -0.08, "CAGR (365 days)": 0.4,
        },
    }  # fmt: skip


def nautilus_account() -> bytes:
    rows = [",total,locked,free,currency,account_id,account_type,base_currency,margins,reported,info"]
    for hour, (total, code) in enumerate(
        [(1000000.0, "USDT"), (999000.5, "USDT"), (10.0, "ETH"), (1001000.0, "USDT")]
    ):
        rows.append(
            f"2020-01-0{hour + 1} 0{hour}:00:00+00:00,{total:.8f},0.00000000,{total:.8f},{code},SIM-001,MARGIN,,[],False,{{}}"
        )
    return "\n".join(rows).encode()


def nautilus_positions() -> bytes:
    return (
        b"position_id,trader_id,strategy_id,instrument_id,account_id,opening_order_id,closing_order_id,entry,side,quantity,peak_qty,ts_init,ts_opened,ts_last,ts_closed,duration_ns,avg_px_open,avg_px_close,commissions,realized_return,realized_pnl,is_snapshot\n"
        b"P-1,T,S,ETHUSDT.BINANCE,A,O-1,O-2,SELL,FLAT,0,10,1,2020-01-01 00:00:00+00:00,1,2020-01-02 00:00:00+00:00,1,130.0,125.0,['1.20 USDT'],0.03846,48.80 USDT,False\n"
    )


# --- zipline and pyfolio ---------------------------------------------------------------------------------------------


def perf(*, close: bool = True) -> pd.DataFrame:
    own = returns(5, 80)
    index = (own.index + pd.Timedelta(hours=21)).tz_localize("UTC") if close else own.index.tz_localize("UTC")
    value = 10_000.0 * (1 + own.to_numpy()).cumprod()
    frame = pd.DataFrame(
        {
            "portfolio_value": value,
            "returns": own.to_numpy(),
            "starting_cash": np.concatenate([[10_000.0], value[:-1]]),
            "starting_value": 0.0,
            "ending_cash": value,
            "algorithm_period_return": value / 10_000.0 - 1,
            "benchmark_period_return": (1 + returns(6, 80).to_numpy()).cumprod() - 1,
            "algo_volatility": 0.16,
            "sharpe": np.linspace(0.1, 1.3, len(own)),
            "max_drawdown": np.linspace(0, -0.05, len(own)),
            "net_leverage": 0.5,
            "trading_days": np.arange(1, len(own) + 1),
        },
        index=index,
    )
    frame["alpha"] = None
    frame["period_label"] = "2019-01"
    frame["positions"] = [[] for _ in own]
    fill = {"amount": 5, "price": 100.0, "dt": index[2], "sid": "AAPL", "commission": None}
    frame["transactions"] = [
        [fill] if n == 2 else [{**fill, "amount": -5, "price": 110.0}] if n == 9 else [] for n in range(len(own))
    ]
    return frame


def perf_pickle(protocol: int = 5, **more: Any) -> bytes:
    return pickle.dumps(perf(**more), protocol)


def positions() -> bytes:
    own = returns(7, 40)
    frame = pd.DataFrame(
        {"AMD": 4000 * (1 + own.to_numpy()).cumprod(), "DELL": -1000.0, "cash": 7000.0},
        index=own.index.tz_localize("UTC"),
    )
    return gzip.compress(frame.to_csv(index_label="index").encode())


def transactions() -> bytes:
    return (
        b",amount,price,sid,symbol,txn_dollars\n2004-01-09 00:00:00+00:00,10,15.5,0,AMD,-155.0\n"
        b"2004-01-12 00:00:00+00:00,-4,16.5,0,AMD,66.0\n2004-01-12 00:00:00+00:00,-10,17.0,0,AMD,170.0\n"
        b"2004-01-13 00:00:00+00:00,4,16.0,0,AMD,-64.0\n"
    )


def valid_files() -> dict[str, tuple[bytes, str | None]]:
    """One of each kind: content, and the engine where it must be said."""
    stats = backtesting_py()
    own = returns()
    return {
        "freqtrade.json": (as_json(freqtrade()), None),
        "freqtrade.zip": (freqtrade_zip(), None),
        "lean.json": (as_json(lean()), None),
        "lean_pascal.json": (as_json(lean(pascal=True, candles=True)), None),
        "lean_block.json": (as_json(lean_statistics()), None),
        "lean_many.json": (as_json({"A": lean_statistics(), "B": lean_statistics("€")}), None),
        "backtesting_stats.json": (backtesting_py_json(), None),
        "backtesting_stats.csv": (stats.drop(["_strategy", "_equity_curve", "_trades"]).to_csv().encode(), None),
        "backtesting_curve.csv": (stats["_equity_curve"].to_csv().encode(), None),
        "backtesting_trades.csv": (stats["_trades"].to_csv(index=False).encode(), None),
        "vectorbt.json": (as_json(vectorbt()), None),
        "vectorbt_trades.csv": (vectorbt_trades(), None),
        "vectorbt_value.csv": ((10_000 * (1 + own).cumprod()).to_csv().encode(), "vectorbt"),
        "backtrader.json": (as_json(backtrader()), None),
        **{f"bt_{name}": (content, None) for name, content in bt_files().items()},
        "bt_prices.csv": (bt_result().prices.to_csv().encode(), "bt"),
        "perf.pickle": (perf_pickle(), None),
        "perf.csv": (perf().drop(columns=["positions", "transactions"]).to_csv().encode(), None),
        "positions.csv.gz": (positions(), None),
        "transactions.csv": (transactions(), None),
        "nautilus.json": (as_json(nautilus()), None),
        "account.csv": (nautilus_account(), None),
        "positions_report.csv": (nautilus_positions(), None),
        "returns.csv": (own.to_csv().encode(), "returns"),
        "equity.csv": ((1 + own).cumprod().to_csv().encode(), "equity"),
    }
