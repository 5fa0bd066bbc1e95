"""Sixty requests in other voices, written before the grammar was looked at again: terse, dictated, pseudo-code, slips, British, chatty.

Every second one was read when the grammar was generalised (`VOICES_READ`); the others were kept back (`VOICES_KEPT`).
"""

import numpy as np
import talib

from tests.drafts.corpus.reference import Market, cases

NASDAQ = "^IXIC"


def _tr(m: Market) -> np.ndarray:
    return talib.TRANGE(m.h, m.l, m.c)


def _aroon(m: Market) -> tuple[np.ndarray, np.ndarray]:
    """Down and up."""
    return talib.AROON(m.h, m.l)


def _hammer(m: Market) -> np.ndarray:
    return talib.CDLHAMMER(m.o, m.h, m.l, m.c)


def _engulfing(m: Market) -> np.ndarray:
    return talib.CDLENGULFING(m.o, m.h, m.l, m.c)


_VOICES = cases(
    ("rsi 2 bounce: in <8, out >70, flt > 200 sma", lambda m: m.trade((m.rsi(2) < 8) & (m.c > m.sma(200)), m.rsi(2) > 70)),
    ("Afternoon. I would like us to own the S&P whenever it finishes above its ten-month average, and be in cash when it does not.", lambda m: m.trade(m.c > m.sma(210), m.c <= m.sma(210))),
    ("if ema(12) > ema(26) and rsi(14) > 50: buy(); if ema(12) < ema(26): sell()", lambda m: m.trade((m.ema(12) > m.ema(26)) & (m.rsi(14) > 50), m.ema(12) < m.ema(26))),
    ("mean reversion w/ keltner? no - bollinger 20,2.5 on the nasdaq pls, 4% stop", lambda m: m.trade(m.c < m.bands(20, 2.5)[2], m.c > m.bands(20, 2.5)[1], stop=0.04), NASDAQ),
    ("breakout over the 40-day high, out on the 15 day low", lambda m: m.trade(m.c > m.hh(40), m.c < m.ll(15))),
    ("Could we pick up SPY after it has shed four per cent in a week, and let it go a fortnight later?", lambda m: m.trade(m.ret(5) < -0.04, hold=10)),
    ("SPY: RSI dips under 35 then climbs back over 35 = buy. sell at RSI 65.", lambda m: m.trade(m.up(m.rsi(), 35.0), m.rsi() > 65)),
    ("Slow stochastic %K crossing up through %D while both under 25; exit %K over 75", lambda m: m.trade(m.up(*m.stoch()) & (m.stoch()[0] < 25) & (m.stoch()[1] < 25), m.stoch()[0] > 75)),
    ("long-only trend: 9 month lookback momentum, hold it a month", lambda m: m.trade(m.ret(189) > 0, hold=21)),
    ("byu spy wen prcie closses abvoe teh 100 day avrage, exti whne it fals belwo", lambda m: m.trade(m.c > m.sma(100), m.c < m.sma(100))),
    ("buy if %B(20,2) < 0.1; sell if %B(20,2) > 0.9", lambda m: m.trade((m.c - m.bands()[2]) / (m.bands()[0] - m.bands()[2]) < 0.1, (m.c - m.bands()[2]) / (m.bands()[0] - m.bands()[2]) > 0.9)),
    ("Vol expansion: buy when the day's true range tops 2x its 20-day average and the close is in the top half of the day's range, get out after 3 days", lambda m: m.trade((_tr(m) > 2 * m.sma(20, _tr(m))) & (m.c - m.l > 0.5 * (m.h - m.l)), hold=3)),
    ("So my mate reckons you should just buy the third red day on the spin and flog it when it closes above yesterday's high. Can you test that?", lambda m: m.trade(m.fell(3), m.c > m.ago(m.h))),
    ("Sell short the Nasdaq on a close under the 200-day with RSI(5) above 70. Cover at RSI(5) below 30 or after ten days.", lambda m: m.trade((m.c < m.sma(200)) & (m.rsi(5) > 70), (m.rsi(5) < 30), side=-1, hold=10), NASDAQ),
    ("entry: close > upper bb(20,2) & vol > 1.5*sma(vol,20) // exit: close < mid bb", lambda m: m.trade((m.c > m.bands()[0]) & (m.v > 1.5 * m.sma(20, m.v)), m.c < m.bands()[1])),
    ("I'm in the car so quickly: buy the index when it makes a new six-month high, get out when it's ten per cent off the top", lambda m: m.trade(m.c > m.hh(126), trail=0.10)),
    ("macd hist flips positive => long, flips negative => flat, trailing stop 6 pct", lambda m: m.trade(m.up(m.macd()[2], 0.0), m.down(m.macd()[2], 0.0), trail=0.06)),
    ("Buy when the 14-day RSI has been under 30 in the last five days and is now above 30 again, exit at 60.", lambda m: m.trade(m.some(m.rsi() < 30, 5) & (m.rsi() > 30), m.rsi() > 60)),
    ("Enter on 20d high, sell half at +5%, rest at 10d low", "clarify"),
    ("When SPY is 3% or more below its 20-day average and still above the 200-day, buy. Out when back at the 20-day.", lambda m: m.trade((m.c <= 0.97 * m.sma(20)) & (m.c > m.sma(200)), m.c > m.sma(20))),
    ("if the cci(20) goes below -150 buy, once it is back above zero sell. 1.5 x ATR stop", lambda m: m.trade(m.cci(20) < -150, m.cci(20) > 0, atr=(1.5, 14))),
    ("hold spy nov thru april only", lambda m: m.trade(m.months(11, 12, 1, 2, 3, 4), m.months(5, 6, 7, 8, 9, 10))),
    ("Buy on the open after an inside day if the market is above its 50 day. Hold three days.", lambda m: m.trade((m.h < m.ago(m.h)) & (m.l > m.ago(m.l)) & (m.c > m.sma(50)), hold=3)),
    ("dual MA 30/90 on nasdaq, ema, 10% trailing", lambda m: m.trade(m.up(m.ema(30), m.ema(90)), m.down(m.ema(30), m.ema(90)), trail=0.1), NASDAQ),
    ("Our rule would be: get in when today's low undercuts the lowest low of the past 10 days but the close is above the open; get out at the first close above the 10-day average.", lambda m: m.trade((m.l < m.ll(10)) & (m.c > m.o), m.c > m.sma(10))),
    ("nasdaq: williams %R(14) under -90 in, over -20 out, max 15 days", lambda m: m.trade(m.willr() < -90, m.willr() > -20, hold=15), NASDAQ),
    ("Sell everything when SPY drops 8% from its 52-week high and buy back when it makes a new 3-month high", lambda m: m.trade(m.c > m.hh(63), m.c < 0.92 * m.hh(252))),
    ("buy spy if it's down more than 2 ATRs from its 10-day high, and get rid of it when RSI(3) tops 80", lambda m: m.trade(m.c < m.hh(10) - 2 * m.atr(), m.rsi(3) > 80)),
    ("Long if close in the bottom quarter of its daily range and 3 lower closes running. Exit next up close.", lambda m: m.trade((m.c - m.l < 0.25 * (m.h - m.l)) & m.fell(3), m.c > m.ago(m.c))),
    ("MFI oversold buy / overbought sell, standard settings", lambda m: m.trade(m.mfi() < 20, m.mfi() > 80)),
    ("Let's try buying whenever volatility spikes", "clarify"),
    ("I want in when the fifty day crosses the two hundred day to the upside and out when it crosses to the downside, stop of eight percent please", lambda m: m.trade(m.up(m.sma(50), m.sma(200)), m.down(m.sma(50), m.sma(200)), stop=0.08)),
    ("LONG WHEN C>HHV(H,55)[1] EXIT WHEN C<LLV(L,20)[1]", lambda m: m.trade(m.c > m.hh(55), m.c < m.ll(20))),
    ("buy the second close in a row above the upper keltner? nah make it simple, close above 50 day high & exit 3 atr trailing stop", lambda m: m.trade(m.c > m.hh(50), atr_trail=(3, 14))),
    ("Purchase the S&P 500 on the last trading day of each month and dispose of it on the fourth trading day of the following month.", lambda m: m.trade(m.left == 0, m.nth == 4)),
    ("Mondays only: if Friday closed down, buy Monday's close, sell on Wednesday", "clarify"),
    ("when roc(10) crosses above 0 go long; when roc(10) crosses below 0 get flat. stop 5", lambda m: m.trade(m.up(m.ret(10), 0.0), m.down(m.ret(10), 0.0), stop=0.05)),
    ("If the S&P rises five days in a row, short it for two days with a 3 per cent stop", lambda m: m.trade(m.rose(5), side=-1, hold=2, stop=0.03)),
    ("My thinking: stay long so long as the 50-day slope is up (today's value above that of 10 days ago). Otherwise cash.", lambda m: m.trade(m.sma(50) > m.ago(m.sma(50), 10), m.sma(50) <= m.ago(m.sma(50), 10))),
    ("aroon up above 70 and aroon down below 30 -> buy. aroon down above aroon up -> sell", lambda m: m.trade((_aroon(m)[1] > 70) & (_aroon(m)[0] < 30), _aroon(m)[0] > _aroon(m)[1])),
    ("buy dips of 5% from the 20d high in an uptrend (close>200sma), take profit 6%, stop 4%", lambda m: m.trade((m.c < 0.95 * m.hh(20)) & (m.c > m.sma(200)), target=0.06, stop=0.04)),
    ("Purchase when a hammer appears and RSI is below 40; sell after 8 sessions", lambda m: m.trade((_hammer(m) > 0) & (m.rsi() < 40), hold=8)),
    ("We'd want to be long where the 3-month return beats 5 per cent and out where it turns negative", lambda m: m.trade(m.ret(63) > 0.05, m.ret(63) < 0)),
    ("gap-down fade: open 1% below prior close, buy, exit when close > yesterday's close or after 2 days", lambda m: m.trade(m.o < 0.99 * m.ago(m.c), m.c > m.ago(m.c), hold=2)),
    ("RSI(14) < 30 for two days straight, then long. Flat at RSI(14) > 50. Risk 1% per trade w/ 3 % SL", lambda m: m.trade(m.each(m.rsi() < 30, 2), m.rsi() > 50, stop=0.03)),
    ("Take a position when price closes above the highest close in the past 100 sessions. Bail out after 3 straight closes below the 50-day MA.", lambda m: m.trade(m.c > m.hh(100, m.c), m.each(m.c < m.sma(50), 3))),
    ("trade the sp500, 15 day ema over 60 day ema long, other way short", lambda m: m.both(m.ema(15) > m.ema(60), m.ema(15) < m.ema(60))),
    ("When the market's lower than it was a month ago but higher than it was a year ago, buy; sell when it's higher than it was a month ago.", lambda m: m.trade((m.c < m.ago(m.c, 21)) & (m.c > m.ago(m.c, 252)), m.c > m.ago(m.c, 21))),
    ("atr(14) < 1.5% of close and close > sma 50 -> long; close < sma 50 -> exit", lambda m: m.trade((m.atr() < 0.015 * m.c) & (m.c > m.sma(50)), m.c < m.sma(50))),
    ("Kindly set me up with something that buys strength: new yearly high, thirty-day holding period, seven percent stop.", lambda m: m.trade(m.c > m.hh(252), hold=30, stop=0.07)),
    ("volume twice the 20 day norm + red candle = buy, sell 5 bars later", lambda m: m.trade((m.v > 2 * m.sma(20, m.v)) & (m.c < m.o), hold=5)),
    ("triple ma: long when 10 > 30 > 90 sma, exit when 10 < 30", lambda m: m.trade((m.sma(10) > m.sma(30)) & (m.sma(30) > m.sma(90)), m.sma(10) < m.sma(30))),
    ("buy bullish engulfing below the 20-day average; sell above the 20-day average or 10 days at the latest", lambda m: m.trade((_engulfing(m) > 0) & (m.c < m.sma(20)), m.c > m.sma(20), hold=10)),
    ("Enter after RSI(14) fell below 25; leave at 55; and don't hold past 20 days", lambda m: m.trade(m.rsi() < 25, m.rsi() > 55, hold=20)),
    ("price back inside lower bollinger after closing outside it = buy; upper band = sell", lambda m: m.trade(m.up(m.c, m.bands()[2]), m.c > m.bands()[0])),
    ("What about buying SPY when the Nasdaq has outperformed it over the last month?", "clarify"),
    ("Buy when the 20 day average's above the 50 day average and both are rising; sell when the 20 drops under the 50", lambda m: m.trade((m.sma(20) > m.sma(50)) & m.rose(1, m.sma(20)) & m.rose(1, m.sma(50)), m.sma(20) < m.sma(50))),
    ("pls backtest: spy, long above 10 month sma, cash below, 5bps fees, since 2003", lambda m: m.trade(m.c > m.sma(210), m.c < m.sma(210), start="2003-01-01")),
)  # fmt: skip

VOICES_READ = _VOICES[::2]
VOICES_KEPT = _VOICES[1::2]
