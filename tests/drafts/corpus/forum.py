"""Requests as a trading forum's members would put them: retail, many not native speakers, phones, dictation, typos."""

import talib

from tests.drafts.corpus.reference import cases

NASDAQ = "^IXIC"


def _slow_k(m):
    return talib.STOCH(m.h, m.l, m.c, 14, 3, 0, 3, 0)[0]


def _obv(m):
    return talib.OBV(m.c, m.v)


def _aroon(m, n):
    down, up = talib.AROON(m.h, m.l, n)
    return up, down


def _width(m):
    upper, middle, lower = m.bands()
    return (upper - lower) / middle


FORUM = cases(
    # specified
    (
        "hey guys first post here. want to test something dumb on SPY: buy when the 14 day RSI gets under 28, sell when it's back over 58. no stop. thx",
        lambda m: m.trade(m.rsi(14) < 28, m.rsi(14) > 58),
    ),
    (
        "SPY. Entry: close above the 100 day SMA for 3 days straight. Exit: close below the 100 day SMA. Stop: 6%.",
        lambda m: m.trade(m.each(m.c > m.sma(100), 3), m.c < m.sma(100), stop=0.06),
    ),
    (
        "been lurking for years lol. can someone code up the thing where you go long SPY when the MACD line crosses over its signal line, but only if MACD is still negative, and you bail when it crosses back under the signal",
        lambda m: m.trade(m.up(m.macd()[0], m.macd()[1]) & (m.macd()[0] < 0), m.down(m.macd()[0], m.macd()[1])),
    ),
    (
        "okay so um buy the S and P 500 when it closes below the lower bollinger band and then uh sell it when it closes above the middle one",
        lambda m: m.trade(m.c < m.bands()[2], m.c > m.bands()[1]),
    ),
    (
        "I want make strategy for Nasdaq. If price is 5 percent or more under the average of 50 days I buy. When price come back above this average I sell.",
        lambda m: m.trade(m.c <= 0.95 * m.sma(50), m.c > m.sma(50)),
        NASDAQ,
    ),
    (
        "rsi2 < 5 & close > 200sma -> long. close > 5sma -> flat. thats it. SPY obv",
        lambda m: m.trade((m.rsi(2) < 5) & (m.c > m.sma(200)), m.c > m.sma(5)),
    ),
    (
        "If SPY finishes lower four days in a row, get long. Dump it after the first up close.",
        lambda m: m.trade(m.fell(4), m.rose(1)),
    ),
    (
        "Go long the Nasdaq on a close above the highest high of the last 55 days and get out on a close below the lowest low of the last 20. Initial stop 2 ATRs under entry, ATR over 20 days.",
        lambda m: m.trade(m.c > m.hh(55), m.c < m.ll(20), atr=(2, 20)),
        NASDAQ,
    ),
    (
        "short SPY when RSI(14) > 75, cover under 50, 4% stop",
        lambda m: m.trade(m.rsi(14) > 75, m.rsi(14) < 50, side=-1, stop=0.04),
    ),
    (
        "turn of month test: buy on the last trading day of the month and sell on the 4th trading day of the next one, S&P 500 please",
        lambda m: m.trade(m.left == 0, m.nth == 4),
    ),
    (
        "does anybody have stats on this? SPY: buy on Thursdays if that day closed down at least half a percent, sell on Mondays",
        lambda m: m.trade((m.weekday == 4) & (m.ret() <= -0.005), m.weekday == 1),
    ),
    (
        "flip strategy: long SPY whenever the 20 ema is over the 50 ema, short whenever it's under",
        lambda m: m.both(m.ema(20) > m.ema(50), m.ema(20) < m.ema(50)),
    ),
    (
        "buy teh SPY whne RSI crosses abvoe 30 and sel when it croses below 70",
        lambda m: m.trade(m.up(m.rsi(14), 30), m.down(m.rsi(14), 70)),
    ),
    (
        "Looking for a trend filter thing - long SPY when ADX(14) is above 25 and higher than it was 5 days ago and +DI is above -DI. Close it once -DI is above +DI",
        lambda m: m.trade(
            (m.adx() > 25) & (m.adx() > m.ago(m.adx(), 5)) & (m.plus_di() > m.minus_di()), m.minus_di() > m.plus_di()
        ),
    ),
    (
        "Buy SPY when it closes above its 52 week high. Only exit is an 8% trailing stop.",
        lambda m: m.trade(m.c > m.hh(252), trail=0.08),
    ),
    (
        "I like heavy volume up days. Enter if SPY closes up more than 1% on volume at least 1.5x the 20 day average volume, and hold 5 days.",
        lambda m: m.trade((m.ret() > 0.01) & (m.v >= 1.5 * m.sma(20, m.v)), hold=5),
    ),
    (
        "SYMBOL = ^IXIC\nIF close > SMA(50) AND SMA(50) > SMA(200) THEN BUY\nIF close < SMA(50) THEN SELL",
        lambda m: m.trade((m.c > m.sma(50)) & (m.sma(50) > m.sma(200)), m.c < m.sma(50)),
        NASDAQ,
    ),
    (
        "when slow stochastic %K (14,3,3) crosses up through 20 buy SPY, when %K gets over 80 sell, max loss 3 %",
        lambda m: m.trade(m.up(_slow_k(m), 20), _slow_k(m) > 80, stop=0.03),
    ),
    (
        "cci(20) crosses above -100 -> in, crosses below 100 -> out. spy daily",
        lambda m: m.trade(m.up(m.cci(20), -100), m.down(m.cci(20), 100)),
    ),
    (
        "Aroon up (25) crosses above Aroon down = buy, opposite = sell. Nasdaq Comp.",
        lambda m: m.trade(m.up(*_aroon(m, 25)), m.down(*_aroon(m, 25))),
        NASDAQ,
    ),
    (
        "Williams %R 10 period under -95 gets me in, over -20 gets me out, but only take it if SPY is above the 150 day moving average",
        lambda m: m.trade((m.willr(10) < -95) & (m.c > m.sma(150)), m.willr(10) > -20),
    ),
    (
        "Money Flow Index over 14 days below 15 → buy SPY; above 75 → sell; also sell after 30 days no matter what",
        lambda m: m.trade(m.mfi(14) < 15, m.mfi(14) > 75, hold=30),
    ),
    (
        "Long SPY when OBV is above its own 30-day average and price is above its 30-day average too. Out when either one is no longer true.",
        lambda m: m.trade(
            (_obv(m) > m.sma(30, _obv(m))) & (m.c > m.sma(30)), (_obv(m) <= m.sma(30, _obv(m))) | (m.c <= m.sma(30))
        ),
    ),
    (
        "buy SPY on a bullish engulfing candle when RSI is below 40, hold for 10 days, stop 3%",
        lambda m: m.trade((talib.CDLENGULFING(m.o, m.h, m.l, m.c) > 0) & (m.rsi(14) < 40), hold=10, stop=0.03),
    ),
    (
        "candle noob question. if there is a hammer and SPY closes below the 20 day MA, buy, then sell when price closes over the 20 day MA. how would that have done?",
        lambda m: m.trade((talib.CDLHAMMER(m.o, m.h, m.l, m.c) > 0) & (m.c < m.sma(20)), m.c > m.sma(20)),
    ),
    (
        "10 day rate of change above 3% go long SPY, goes negative get out",
        lambda m: m.trade(m.ret(10) > 0.03, m.ret(10) < 0),
    ),
    (
        "Hold SPY only November through April, cash the rest of the year.",
        lambda m: m.trade(m.months(11, 12, 1, 2, 3, 4), m.months(5, 6, 7, 8, 9, 10)),
    ),
    (
        "So my brother in law swears by his newsletter guy and I'm tired of hearing about it at dinner. I've had a brokerage account since 2011 and lost about what you'd expect.\n\nAnyway what I want tested: SPY, buy once the close has been under the 20 day average for 5 days in a row, sell when it closes back over that average. I'd put a 7 percent stop below my entry because I can't stomach more than that. The dog needs walking so I'll check back later.",
        lambda m: m.trade(m.each(m.c < m.sma(20), 5), m.c > m.sma(20), stop=0.07),
    ),
    (
        "S&P: if RSI 14 is above 50 and MACD is above its signal line, buy. Sell only when RSI is below 50 and MACD is below its signal line, both of them.",
        lambda m: m.trade(
            (m.rsi(14) > 50) & (m.macd()[0] > m.macd()[1]), (m.rsi(14) < 50) & (m.macd()[0] < m.macd()[1])
        ),
    ),
    (
        "dont want to be in SPY when its under the 200 day. above it, buy when 3-day RSI is below 20, sell when 3-day RSI is above 70 or when price closes under the 200 day",
        lambda m: m.trade((m.c > m.sma(200)) & (m.rsi(3) < 20), (m.rsi(3) > 70) | (m.c < m.sma(200))),
    ),
    (
        "always in the market: long when it closes over the 40 day high, reverse to short when it closes under the 40 day low. Nasdaq.",
        lambda m: m.both(m.c > m.hh(40), m.c < m.ll(40)),
        NASDAQ,
    ),
    (
        "Enter long SPY if the close is above yesterday's high. 2% target, 1% stop.",
        lambda m: m.trade(m.c > m.ago(m.h), target=0.02, stop=0.01),
    ),
    (
        "homemade keltner: buy SPY when the close pokes above the 20 EMA plus 2 times ATR(10), sell when it closes back under the 20 EMA",
        lambda m: m.trade(m.c > m.ema(20) + 2 * m.atr(10), m.c < m.ema(20)),
    ),
    (
        "50/200 golden cross on SPY but instead of waiting for the death cross just use a 3 ATR trailing stop (14 day ATR)",
        lambda m: m.trade(m.up(m.sma(50), m.sma(200)), atr_trail=(3, 14)),
    ),
    (
        "if SPY gaps up, i.e. opens above yesterdays high, and also closes above its open, buy, then sell 3 days later",
        lambda m: m.trade((m.o > m.ago(m.h)) & (m.c > m.o), hold=3),
    ),
    (
        "Buy SPY when the close is in the lowest 10% of the day's range, sell when it closes above the prior day's high. Nothing else.",
        lambda m: m.trade(m.c < m.l + 0.1 * (m.h - m.l), m.c > m.ago(m.h)),
    ),
    (
        "buy SPY when RSI(5) is under 25 but not in September, exit RSI(5) over 60",
        lambda m: m.trade((m.rsi(5) < 25) & (m.month != 9), m.rsi(5) > 60),
    ),
    (
        "go long SPY when the 10 day moving average crosses over the 30 day unless ADX is below 15. close when the 10 day crosses back below the 30 day.",
        lambda m: m.trade(m.up(m.sma(10), m.sma(30)) & (m.adx() >= 15), m.down(m.sma(10), m.sma(30))),
    ),
    (
        "SPY: 20-day average is higher than it was 10 days ago and the 100-day average is higher than it was 10 days ago too => long. 20-day average lower than 10 days ago => out.",
        lambda m: m.trade(
            (m.sma(20) > m.ago(m.sma(20), 10)) & (m.sma(100) > m.ago(m.sma(100), 10)),
            m.sma(20) < m.ago(m.sma(20), 10),
        ),
    ),
    (
        "if the S&P drops 150 bps or more in one session, buy it, and hold for a week",
        lambda m: m.trade(m.ret() <= -0.015, hold=5),
    ),
    (
        "when the S&P 500 has fallen at least ten percent over the last three months, go long and stay long for six months. stop out at a fifteen percent loss.",
        lambda m: m.trade(m.ret(63) <= -0.10, hold=126, stop=0.15),
    ),
    (
        "Meb Faber style but checked daily: long SPY when it's above the 10 month moving average, cash when it's under",
        lambda m: m.trade(m.c > m.sma(210), m.c < m.sma(210)),
    ),
    (
        "buy SPY if RSI 14 crosses above its own 10 day moving average while RSI is still under 50, sell if RSI crosses below that average",
        lambda m: m.trade(
            m.up(m.rsi(14), m.sma(10, m.rsi(14))) & (m.rsi(14) < 50), m.down(m.rsi(14), m.sma(10, m.rsi(14)))
        ),
    ),
    (
        "poor mans turtle on SPY: buy if it closes above the 4-week high, sell if it closes below the 2-week low",
        lambda m: m.trade(m.c > m.hh(20), m.c < m.ll(10)),
    ),
    (
        "Use Bollinger bands with 10 periods and 1.5 deviations on SPY. Long when we close below the bottom band, exit when we close above the top band. Stop 5 percent, target 10 percent.",
        lambda m: m.trade(m.c < m.bands(10, 1.5)[2], m.c > m.bands(10, 1.5)[0], stop=0.05, target=0.10),
    ),
    (
        "BB squeeze (20,2) on SPY: width = (upper - lower)/middle. If width has been under 4% on each of the last 5 days and price closes above the upper band, buy. Exit when it closes under the middle band.",
        lambda m: m.trade(m.each(_width(m) < 0.04, 5) & (m.c > m.bands()[0]), m.c < m.bands()[1]),
    ),
    (
        "at least 4 of the last 5 closes on SPY were down closes -> buy. sell when RSI(2) is above 80",
        lambda m: m.trade(talib.SUM((m.c < m.ago(m.c)).astype(float), 5) > 3.5, m.rsi(2) > 80),
    ),
    (
        "parabolic SAR with the default 0.02 / 0.2 settings, SPY. long when the close crosses above the SAR, get out when the close crosses below it",
        lambda m: m.trade(m.up(m.c, talib.SAR(m.h, m.l, 0.02, 0.2)), m.down(m.c, talib.SAR(m.h, m.l, 0.02, 0.2))),
    ),
    (
        "Turnaround Tuesday!! if it's Monday and SPY closed lower than the day before, buy. Sell on Tuesday.",
        lambda m: m.trade((m.weekday == 1) & m.fell(1), m.weekday == 2),
    ),
    (
        "bear market only: below the 200 day SMA, short SPY every time RSI(2) is above 90. cover when RSI(2) is under 30 or it closes over the 200 day",
        lambda m: m.trade((m.c < m.sma(200)) & (m.rsi(2) > 90), (m.rsi(2) < 30) | (m.c > m.sma(200)), side=-1),
    ),
    (
        "Long side: buy SPY when RSI crosses up over 30, exit the long when RSI is above 55.\nShort side: sell short when RSI crosses down under 70, exit the short when RSI is below 45.",
        lambda m: m.both(m.up(m.rsi(14), 30), m.down(m.rsi(14), 70), m.rsi(14) > 55, m.rsi(14) < 45),
    ),
    (
        "anyone tried DEMA? 20 period DEMA crosses above 50 period DEMA -> buy SPY, crosses below -> sell",
        lambda m: m.trade(
            m.up(talib.DEMA(m.c, 20), talib.DEMA(m.c, 50)), m.down(talib.DEMA(m.c, 20), talib.DEMA(m.c, 50))
        ),
    ),
    (
        "macd histogram below zero and rising 3 days in a row = buy SPY. histogram falling 3 days in a row = sell. standard 12 26 9",
        lambda m: m.trade(m.rose(3, m.macd()[2]) & (m.macd()[2] < 0), m.fell(3, m.macd()[2])),
    ),
    (
        "Three higher lows in a row (each day's low above the low of the day before), then I buy SPY. As soon as a day's low is under the previous day's low I'm out.",
        lambda m: m.trade(m.rose(3, m.l), m.l < m.ago(m.l)),
    ),
    (
        "classic RSI, buy below 30 sell above 70, but for the Nasdaq, only 2003 through 2009, plus a 10% trailing stop",
        lambda m: m.trade(m.rsi(14) < 30, m.rsi(14) > 70, trail=0.10, start="2003-01-01", end="2009-12-31"),
        NASDAQ,
    ),
    (
        "My idea is simple. I look on moving average of 30 days of S&P 500. When the close is above it more than 2 percent, I take long. I close when it goes again below it.",
        lambda m: m.trade(m.c > 1.02 * m.sma(30), m.c < m.sma(30)),
    ),
    (
        "get in SPY on a close above the 20-day high only if ATR(14) is lower than its own 50-day average; get out on a close below the 10-day low",
        lambda m: m.trade((m.c > m.hh(20)) & (m.atr(14) < m.sma(50, m.atr(14))), m.c < m.ll(10)),
    ),
    (
        "i just wanna see plain buy n hold on SPY as a baseline",
        lambda m: m.trade(m.always()),
    ),
    (
        "santa rally, SPY: in on the 15th trading day of December, out on the 2nd trading day of January. Ho ho ho",
        lambda m: m.trade((m.month == 12) & (m.nth == 15), (m.month == 1) & (m.nth == 2)),
    ),
    (
        "buy nasdaq when five day average crosses over twenty day average sell when five day average crosses under twenty day average stop loss four percent take profit twelve percent",
        lambda m: m.trade(m.up(m.sma(5), m.sma(20)), m.down(m.sma(5), m.sma(20)), stop=0.04, target=0.12),
        NASDAQ,
    ),
    (
        "Uptrend = 50 SMA above 200 SMA. In an uptrend, buy SPY when the close is lower than all of the previous 7 closes. Sell when the close is higher than all of the previous 7 closes.",
        lambda m: m.trade((m.sma(50) > m.sma(200)) & (m.c < m.ll(7, m.c)), m.c > m.hh(7, m.c)),
    ),
    (
        "pullback setup for SPY\n- 8 EMA above 21 EMA\n- low of the day at or below the 21 EMA\n- close above the 21 EMA\ntake profit 4%, stop loss 2%",
        lambda m: m.trade((m.ema(8) > m.ema(21)) & (m.l <= m.ema(21)) & (m.c > m.ema(21)), target=0.04, stop=0.02),
    ),
    (
        "wait til RSI has been over 50 for 10 days then buy SPY; sell when RSI has been under 50 for 3 days",
        lambda m: m.trade(m.each(m.rsi(14) > 50, 10), m.each(m.rsi(14) < 50, 3)),
    ),
    (
        "If RSI was under 30 at any time in the last 5 days and now MACD crosses above its signal, I am buying SPY. I will sell it when RSI is above 65. Thank you very much for help my friends",
        lambda m: m.trade(m.some(m.rsi(14) < 30, 5) & m.up(m.macd()[0], m.macd()[1]), m.rsi(14) > 65),
    ),
    (
        "Chande Momentum Oscillator, 14 period, on SPY. under -50 buy, over 50 sell",
        lambda m: m.trade(talib.CMO(m.c, 14) < -50, talib.CMO(m.c, 14) > 50),
    ),
    (
        "ultimate oscillator (7,14,28) below 30 buy spy, above 65 sell it",
        lambda m: m.trade(talib.ULTOSC(m.h, m.l, m.c, 7, 14, 28) < 30, talib.ULTOSC(m.h, m.l, m.c, 7, 14, 28) > 65),
    ),
    (
        "NR7 idea: SPY's range today (high minus low) is smaller than the range of each of the 6 days before it, and the close is above the 50 day SMA. Buy, get out 3 days later, stop 2%.",
        lambda m: m.trade((m.h - m.l < m.ll(6, m.h - m.l)) & (m.c > m.sma(50)), hold=3, stop=0.02),
    ),
    (
        "Morning star pattern on SPY, I buy. I keep it 8 bars and a 4% stop loss protects me.",
        lambda m: m.trade(talib.CDLMORNINGSTAR(m.o, m.h, m.l, m.c) > 0, hold=8, stop=0.04),
    ),
    # to be asked back
    ("buy SPY when it's cheap and sell when it gets expensive", "clarify"),
    ("ok so exit when RSI goes over 70 and keep a stop loss of 5 percent. SPY. can u run that", "clarify"),
    ("Go long the Nasdaq after 3 red days in a row.", "clarify", NASDAQ),
    (
        "SPY, buy when it's above the 50-day moving average, I mean the average of the last 80 days, that's the 50-day one, and sell when it's below it",
        "clarify",
    ),
    ("get me into the S&P when momentum looks good and out again when it starts to fade", "clarify"),
    ("i buy SPY after a really big drop and then i hold it a week", "clarify"),
    # to be refused
    ("buy SPY when RSI(14) is below 20 and above 80 at the same time, sell after 5 days", "refused"),
    (
        "buy SPY at today's close if tomorrow is going to close higher, sell at tomorrow's close. should print money lol",
        "refused",
    ),
    ("SPY RSI under 30 in, over 70 out, with a stop loss of 250%", "refused"),
    (
        "I need strategy on Nasdaq with guaranteed 10% each month and no losing trade, please make it for me",
        "refused",
        NASDAQ,
    ),
    (
        "my cousin works in investor relations and tells me the earnings before they are published. build me a bot that buys on his tips and sells after the announcement",
        "refused",
    ),
    ("buy me 50 shares of SPY right now at market, send the order", "refused"),
)
