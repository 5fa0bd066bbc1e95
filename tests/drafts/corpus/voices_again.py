"""Twenty-four more voices, written after `voices.py` had been read; measured once at first sight."""

import numpy as np
import talib

from tests.drafts.corpus.reference import Market, cases

NASDAQ = "^IXIC"


def _obv(m: Market) -> np.ndarray:
    return talib.OBV(m.c, m.v)


VOICES_AGAIN = cases(
    ("Evening all - can we see a system that goes long when the RSI(3) is beneath 15 and SPY sits above its 200 day, exiting once RSI(3) gets over 65?", lambda m: m.trade((m.rsi(3) < 15) & (m.c > m.sma(200)), m.rsi(3) > 65)),
    ("55d high breakout, 3 atr trail", lambda m: m.trade(m.c > m.hh(55), atr_trail=(3, 14))),
    ("if close < lowest low of last 7 days and close > sma(200) then buy; if close > highest high of last 7 days then sell", lambda m: m.trade((m.c < m.ll(7)) & (m.c > m.sma(200)), m.c > m.hh(7))),
    ("Would you kindly have us long the Nasdaq from the close of any day it loses over two per cent, for a week, with a five per cent stop.", lambda m: m.trade(m.ret() < -0.02, hold=5, stop=0.05), NASDAQ),
    ("macd(8,17,9) over its signal and above zero -> long, under its signal -> flat", lambda m: m.trade((m.macd(8, 17, 9)[0] > m.macd(8, 17, 9)[1]) & (m.macd(8, 17, 9)[0] > 0), m.macd(8, 17, 9)[0] < m.macd(8, 17, 9)[1])),
    ("RSI goes below 25 and then recovers above 25: buy. Sell at 60. Stop 6%.", lambda m: m.trade(m.up(m.rsi(), 25.0), m.rsi() > 60, stop=0.06)),
    ("buy the fourth straight down close, sell on the first up close", lambda m: m.trade(m.fell(4), m.c > m.ago(m.c))),
    ("spy above 12 month ma = in, below = out", lambda m: m.trade(m.c > m.sma(252), m.c < m.sma(252))),
    ("I'm after a simple dip buyer: down three per cent or more over two days while above the two-hundred-day, sold after a rise of two per cent or six days, whichever comes first.", lambda m: m.trade((m.ret(2) <= -0.03) & (m.c > m.sma(200)), hold=6, target=0.02)),
    ("Short SPY when the 20-day average crosses under the 60-day; buy to cover when it crosses back over.", lambda m: m.trade(m.down(m.sma(20), m.sma(60)), m.up(m.sma(20), m.sma(60)), side=-1)),
    ("entry: rsi(14) crosses above 50 | exit: rsi(14) crosses below 45 | stop: 2 atr(10)", lambda m: m.trade(m.up(m.rsi(), 50.0), m.down(m.rsi(), 45.0), atr=(2, 10))),
    ("Enter when ATR(5) is below ATR(50) and price is at a 30-day high, leave at a 15-day low", lambda m: m.trade((m.atr(5) < m.atr(50)) & (m.c > m.hh(30)), m.c < m.ll(15))),
    ("buy spy if vix is above 30", "clarify"),
    ("Get in when OBV crosses above its 20-day average, get out when it crosses below.", lambda m: m.trade(m.up(_obv(m), m.sma(20, _obv(m))), m.down(_obv(m), m.sma(20, _obv(m))))),
    ("Own it Nov to Apr, but only if it's over the 200-day", lambda m: m.trade(m.months(11, 12, 1, 2, 3, 4) & (m.c > m.sma(200)), ~(m.months(11, 12, 1, 2, 3, 4) & (m.c > m.sma(200))))),
    ("close in the lower fifth of the day's range and RSI(2) < 10, buy. Out tomorrow.", lambda m: m.trade((m.c - m.l < 0.2 * (m.h - m.l)) & (m.rsi(2) < 10), hold=1)),
    ("buy when price is at least 2 standard deviations below the 20-day mean, sell at the mean", lambda m: m.trade(m.c <= m.bands()[2], m.c > m.sma(20))),
    ("buy at 20 day low sell at 20 day high stop 8", lambda m: m.trade(m.c < m.ll(20), m.c > m.hh(20), stop=0.08)),
    ("Trend rule for the S&P: hold when the 3-month return and the 12-month return are both positive, otherwise cash", lambda m: m.trade((m.ret(63) > 0) & (m.ret(252) > 0), ~((m.ret(63) > 0) & (m.ret(252) > 0)))),
    ("stochastic below 20 and turning up, long; above 80, out", lambda m: m.trade((m.stoch()[0] < 20) & m.rose(1, m.stoch()[0]) & m.fell(1, m.ago(m.stoch()[0])), m.stoch()[0] > 80)),
    ("buy when the close is above the previous day's high two days running and volume is above average, hold a week", lambda m: m.trade(m.each(m.c > m.ago(m.h), 2) & (m.v > m.sma(20, m.v)), hold=5)),
    ("add to winners every 5%", "clarify"),
    ("Buy SPY at a new 100-day closing high, use a 10% trailing, no other exit", lambda m: m.trade(m.c > m.hh(100, m.c), trail=0.1)),
    ("We buy when CCI(20) comes up through -100 and sell when it goes down through +100", lambda m: m.trade(m.up(m.cci(20), -100.0), m.down(m.cci(20), 100.0))),
)  # fmt: skip
