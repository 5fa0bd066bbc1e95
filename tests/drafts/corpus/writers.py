"""Requests as people who do this for a living or write about it would put them: managers, quants, Britons, authors."""

import talib

from tests.drafts.corpus.reference import cases

NASDAQ = "^IXIC"


def _obv(m):
    return talib.OBV(m.c, m.v)


def _width(m):
    upper, middle, lower = m.bands()
    return (upper - lower) / middle


def _trix(m):
    return talib.TRIX(m.c, 15)


def _roc(m):
    return talib.ROC(m.c, 12)


def _typical(m):
    return (m.h + m.l + m.c) / 3


def _oscillator(m):
    return talib.AROONOSC(m.h, m.l, 25)


WRITERS = cases(
    (
        "Buy the S&P 500 whenever it has lost more than four per cent over the past fortnight; sell once price is back above its ten-day simple average. I'd want a five per cent stop as well.",
        lambda m: m.trade(m.ret(10) < -0.04, m.c > m.sma(10), stop=0.05),
    ),
    (
        "Need a quick one - Nasdaq, long on close > 20d high, out on close < 10d low, 2.5 ATR stop. cheers",
        lambda m: m.trade(m.c > m.hh(20), m.c < m.ll(10), atr=(2.5, 14)),
        NASDAQ,
    ),
    (
        "Let r5 = C/C[5 bars ago] - 1. Enter SPY long if r5 < -3% and C > SMA200. Exit if r5 > 0, or after 15 bars.",
        lambda m: m.trade((m.ret(5) < -0.03) & (m.c > m.sma(200)), m.ret(5) > 0, hold=15),
    ),
    (
        "Instrument: SPY\nSide: short\nEntry:\n - close below the 50-day SMA\n - RSI(14) crosses below 50\nExit:\n - RSI(14) above 55\nStop: 3%\nTarget: 9%",
        lambda m: m.trade((m.c < m.sma(50)) & m.down(m.rsi(14), 50), m.rsi(14) > 55, side=-1, stop=0.03, target=0.09),
    ),
    (
        "position = +1 if MACD(12,26,9) > signal, -1 if MACD < signal. S&P 500, always invested one way or the other.",
        lambda m: m.both(m.macd()[0] > m.macd()[1], m.macd()[0] < m.macd()[1]),
    ),
    (
        "The turn-of-the-month effect may be exploited by purchasing the S&P 500 on the fourth-to-last trading day of the month and selling it on the third trading day of the following month.",
        lambda m: m.trade(m.left == 3, m.nth == 3),
    ),
    (
        "I'd like to be short the Nasdaq when it closes more than 8% above its 200-day average, covering once it is less than 2% above that average. Stop of 5%.",
        lambda m: m.trade(m.c > 1.08 * m.sma(200), m.c < 1.02 * m.sma(200), side=-1, stop=0.05),
        NASDAQ,
    ),
    (
        "Aroon oscillator (25) above 50: long SPY. Below -50: short. In between, keep whatever position is on.",
        lambda m: m.both(_oscillator(m) > 50, _oscillator(m) < -50),
    ),
    (
        "KAMA, ten periods, S&P 500. Long once the close is 1% or more above it, flat once the close is 1% or more below it.",
        lambda m: m.trade(m.c >= 1.01 * talib.KAMA(m.c, 10), m.c <= 0.99 * talib.KAMA(m.c, 10)),
    ),
    (
        "SPY, close crosses above EMA(50) gets us long, and the only way out is a chandelier-type trailing stop of 3 x ATR(22).",
        lambda m: m.trade(m.up(m.c, m.ema(50)), atr_trail=(3, 22)),
    ),
    (
        "Start-of-month flows. Buy SPY at the close of the first trading day of every month and sell at the close of the fifth.",
        lambda m: m.trade(m.nth == 1, m.nth == 5),
    ),
    (
        "Three white soldiers on SPY are taken as the signal to buy; the position is given up when the close falls below its 20-day moving average.",
        lambda m: m.trade(talib.CDL3WHITESOLDIERS(m.o, m.h, m.l, m.c) > 0, m.c < m.sma(20)),
    ),
    (
        "cond1 = ATR(10)/C < 0.01 on each of the last 10 bars\ncond2 = C > highest high of the prior 20 bars\nbuy SPY = cond1 and cond2\nexit = 5% trailing stop",
        lambda m: m.trade(m.each(m.atr(10) / m.c < 0.01, 10) & (m.c > m.hh(20)), trail=0.05),
    ),
    (
        "Enter SPY when neither the 5-day return nor the 20-day return is positive, yet the 252-day return is positive. Exit as soon as the 20-day return is positive.",
        lambda m: m.trade((m.ret(5) <= 0) & (m.ret(20) <= 0) & (m.ret(252) > 0), m.ret(20) > 0),
    ),
    (
        "12-1 momentum on the Nasdaq: mom = C[21 bars ago] / C[252 bars ago] - 1. Long when mom > 0, flat when mom < 0.",
        lambda m: m.trade(m.ago(m.c, 21) > m.ago(m.c, 252), m.ago(m.c, 21) < m.ago(m.c, 252)),
        NASDAQ,
    ),
    (
        "MFI(14) crosses up through 20: long SPY. MFI(14) crosses down through 80: exit. Hard stop 6%, holding capped at 40 bars.",
        lambda m: m.trade(m.up(m.mfi(), 20), m.down(m.mfi(), 80), stop=0.06, hold=40),
    ),
    (
        "CCI(20) > 100: long, until CCI is back below 0. CCI(20) < -100: short, until CCI is back above 0. SPY.",
        lambda m: m.both(m.cci(20) > 100, m.cci(20) < -100, m.cci(20) < 0, m.cci(20) > 0),
    ),
    (
        "Volume leads price, or so Granville held. We buy SPY when on-balance volume exceeds its highest value of the previous 50 days while the close is still below the highest close of the previous 50 days, and sell when on-balance volume drops below its 20-day average.",
        lambda m: m.trade((_obv(m) > m.hh(50, _obv(m))) & (m.c < m.hh(50, m.c)), _obv(m) < m.sma(20, _obv(m))),
    ),
    (
        "Follow-through test: SPY up more than 100bps on the day and closing in the top quarter of its daily range. Buy, sell the next day.",
        lambda m: m.trade((m.ret() > 0.01) & (m.c > m.l + 0.75 * (m.h - m.l)), hold=1),
    ),
    (
        "Failed breakdown, S&P 500. Today's low is below each of the previous ten lows, yet the close is above yesterday's close: buy. Take 3% profit, risk 2%, and don't stay longer than 10 days.",
        lambda m: m.trade((m.l < m.ll(10)) & (m.c > m.ago(m.c)), target=0.03, stop=0.02, hold=10),
    ),
    (
        "Inside day (today's high lower than yesterday's and today's low higher than yesterday's) with the S&P above its 50-day average. Go long, five-day holding period.",
        lambda m: m.trade((m.h < m.ago(m.h)) & (m.l > m.ago(m.l)) & (m.c > m.sma(50)), hold=5),
    ),
    (
        "Slope of the 60-day linear regression of the close on SPY: long while it is positive, in cash while it is negative.",
        lambda m: m.trade(talib.LINEARREG_SLOPE(m.c, 60) > 0, talib.LINEARREG_SLOPE(m.c, 60) < 0),
    ),
    (
        "ROC(12) of SPY crosses above the 6-day SMA of ROC(12): buy. ROC(12) crosses below it: sell.",
        lambda m: m.trade(m.up(_roc(m), m.sma(6, _roc(m))), m.down(_roc(m), m.sma(6, _roc(m)))),
    ),
    (
        "buy spy when the twenty one day e m a crosses above the sixty three day e m a full stop sell when it crosses back below full stop stop loss at six per cent full stop",
        lambda m: m.trade(m.up(m.ema(21), m.ema(63)), m.down(m.ema(21), m.ema(63)), stop=0.06),
    ),
    (
        "Filter rule after Alexander: buy the S&P 500 when the close is at least 5% above the lowest low of the previous 40 days; sell when the close is at least 5% below the highest high of the previous 40 days.",
        lambda m: m.trade(m.c >= 1.05 * m.ll(40), m.c <= 0.95 * m.hh(40)),
    ),
    (
        "Two-speed RSI, Nasdaq. RSI(5) below 30 whilst RSI(20) is above 50: long. RSI(5) above 70: out.",
        lambda m: m.trade((m.rsi(5) < 30) & (m.rsi(20) > 50), m.rsi(5) > 70),
        NASDAQ,
    ),
    (
        "Weinstein-ish, SPY: buy when the close crosses above its thirty-week average with volume more than 1.5 times its ten-week average; sell when it closes below the thirty-week average.",
        lambda m: m.trade(m.up(m.c, m.sma(150)) & (m.v > 1.5 * m.sma(50, m.v)), m.c < m.sma(150)),
    ),
    (
        "Up more than 3% in a week and above the 50-day average, I want SPY on. Trail by 4%, and I'm also out on a close below the 50-day average.",
        lambda m: m.trade((m.ret(5) > 0.03) & (m.c > m.sma(50)), m.c < m.sma(50), trail=0.04),
    ),
    (
        "Buy SPY if RSI(7) is below 20, except in October, and never while it is below its 250-day average. Sell with RSI(7) above 55.",
        lambda m: m.trade((m.rsi(7) < 20) & (m.month != 10) & (m.c >= m.sma(250)), m.rsi(7) > 55),
    ),
    (
        "TP := (H+L+C)/3. Long SPY when TP crosses above SMA(TP,20), flat when TP crosses below SMA(TP,20).",
        lambda m: m.trade(m.up(_typical(m), m.sma(20, _typical(m))), m.down(_typical(m), m.sma(20, _typical(m)))),
    ),
    (
        "The bands are said to be in a squeeze if their width, (upper - lower)/middle with the usual 20 and 2, is less than its lowest value of the preceding 100 days. Buy SPY in a squeeze if the close is above the middle band. Hold for 20 days with a 5% trailing stop.",
        lambda m: m.trade((_width(m) < m.ll(100, _width(m))) & (m.c > m.bands()[1]), hold=20, trail=0.05),
    ),
    (
        "Nasdaq, MACD line above zero long, below zero short.",
        lambda m: m.both(m.macd()[0] > 0, m.macd()[0] < 0),
        NASDAQ,
    ),
    (
        "Let's own SPY once it's closed above the 75-day average ten days straight. We let go after three consecutive lower closes, or with a 12% profit, whichever's first.",
        lambda m: m.trade(m.each(m.c > m.sma(75), 10), m.fell(3), target=0.12),
    ),
    (
        "The directional system reverses itself: one goes long SPY when the 14-day +DI crosses above the -DI and reverses to short when the +DI crosses below the -DI.",
        lambda m: m.both(m.up(m.plus_di(), m.minus_di()), m.down(m.plus_di(), m.minus_di())),
    ),
    ("Buy on weakness and sell into strength, S&P 500. You know the sort of thing.", "clarify"),
    ("Enter long SPY when the day's volume is twice its 20-day average and the close is up on the day.", "clarify"),
    (
        "The position is initiated when valuation is attractive and the trend is healthy, and reduced when sentiment becomes frothy. Apply to SPY.",
        "clarify",
    ),
    (
        "Enter SPY on any bar where the close is both above its 50-day average and below its 50-day average; exit ten bars later.",
        "refused",
    ),
    ("Long SPY above the 200-day average, out below it, stop loss 120%, target 10%.", "refused"),
    (
        "Counsel told me in confidence that a bid is coming next week. Draft a strategy that gets us long before it's public and out on the announcement.",
        "refused",
    ),
)
