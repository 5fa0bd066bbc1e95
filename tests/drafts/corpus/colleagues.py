"""Requests in more voices: a sell-side desk, a podcast listener, an engineer, a chart teacher, a retired pilot."""

import talib

from tests.drafts.corpus.reference import cases

NASDAQ = "^IXIC"

COLLEAGUES = cases(
    (
        "morning. pls run: SPX, long if 3m momentum > 0 and vol (20d ATR as % of price) under 1.5%, flat once 3m mom goes negative. ta",
        lambda m: m.trade((m.ret(63) > 0) & (m.atr(20) / m.c < 0.015), m.ret(63) < 0),
    ),
    (
        "I heard a guy on a podcast say you should only own stocks in an uptrend, which he defined as the S&P closing above its 40 week moving average. Whenever that is the case I want to be invested; whenever it isn't, I want to be out.",
        lambda m: m.trade(m.c > m.sma(200), m.c <= m.sma(200)),
    ),
    (
        "Strategy spec\n-------------\nInstrument: SPY\nBuy trigger: RSI(2) closes under 10 with the close above SMA(100)\nSell trigger: RSI(2) closes over 75\nProtective stop: 5%\nMax holding: 15 bars",
        lambda m: m.trade((m.rsi(2) < 10) & (m.c > m.sma(100)), m.rsi(2) > 75, stop=0.05, hold=15),
    ),
    (
        "Could you please set up the following for the Nasdaq Composite? We would buy on any day on which the index closes at least 3 % lower than the day before, and we would sell ten trading days later. No other exit.",
        lambda m: m.trade(m.ret() <= -0.03, hold=10),
        NASDAQ,
    ),
    (
        "def enter(bar): return ema(9) > ema(21) and adx(14) > 20\ndef leave(bar): return ema(9) < ema(21)\n# on SPY please",
        lambda m: m.trade((m.ema(9) > m.ema(21)) & (m.adx() > 20), m.ema(9) < m.ema(21)),
    ),
    (
        "Today in class: the simplest trend system. Price crosses up through the 50-day simple moving average: we buy. Price crosses down through it: we sell. Let's see it on the S&P.",
        lambda m: m.trade(m.up(m.c, m.sma(50)), m.down(m.c, m.sma(50))),
    ),
    (
        "retired airline pilot here, I like checklists. 1) SPY above its 200 day average 2) 14 day RSI back above 40 after being below it the day before. Both true, I buy. I sell when RSI reaches 65, or if I am down 7%.",
        lambda m: m.trade((m.c > m.sma(200)) & m.up(m.rsi(), 40.0), m.rsi() >= 65, stop=0.07),
    ),
    (
        "short spy, rsi(3) > 90 & close < 200dma. cover rsi(3) < 40",
        lambda m: m.trade((m.rsi(3) > 90) & (m.c < m.sma(200)), m.rsi(3) < 40, side=-1),
    ),
    (
        "Buy the S&P at a new 100-day closing high. Get out at a new 50-day closing low.",
        lambda m: m.trade(m.c > m.hh(100, m.c), m.c < m.ll(50, m.c)),
    ),
    (
        "MACD 12/26/9 on SPY - I want in when the histogram turns positive and out when it turns negative again.",
        lambda m: m.trade(m.up(m.macd()[2], 0.0), m.down(m.macd()[2], 0.0)),
    ),
    (
        "what if we bought spy every time the %R(14) drops beneath -90 and unloaded it once %R(14) pops above -10",
        lambda m: m.trade(m.willr() < -90, m.willr() > -10),
    ),
    (
        "Long when SPY closes over yesterday's high, three days in a row of that I mean. Out when it closes under yesterday's low.",
        lambda m: m.trade(m.each(m.c > m.ago(m.h), 3), m.c < m.ago(m.l)),
    ),
    (
        "nasdaq, always in: long over the 100 day exponential, short under it",
        lambda m: m.both(m.c > m.ema(100), m.c < m.ema(100)),
        NASDAQ,
    ),
    (
        "Please test for us a rule of buying SPY once its one-month return drops below minus five per cent and selling once its one-month return is back above zero.",
        lambda m: m.trade(m.ret(21) < -0.05, m.ret(21) > 0),
    ),
    (
        "SPY; enter long @ close < lower BB(20,2); exit @ close > upper BB(20,2); SL 8%; TP none",
        lambda m: m.trade(m.c < m.bands()[2], m.c > m.bands()[0], stop=0.08),
    ),
    (
        "I'm after something that waits for calm: when ATR(14) has been falling for five days and the S&P is above its 50 day line, go long; leave when the close slips under the 50 day line.",
        lambda m: m.trade(m.fell(5, m.atr()) & (m.c > m.sma(50)), m.c < m.sma(50)),
    ),
    (
        "CCI(20) rises through 100 -> buy SPY; CCI(20) falls through 0 -> sell",
        lambda m: m.trade(m.up(m.cci(20), 100.0), m.down(m.cci(20), 0.0)),
    ),
    (
        "Hi team, hope everyone had a good weekend. A client asked whether buying the S&P after five straight losing days would have worked, holding for two weeks each time. Can we draft that? Many thanks, Fiona",
        lambda m: m.trade(m.fell(5), hold=10),
    ),
    (
        "go long the qs index (nasdaq composite) if mfi(14) dives below 15, bail above 60, and never risk more than 6% per trade from entry",
        lambda m: m.trade(m.mfi() < 15, m.mfi() > 60, stop=0.06),
        NASDAQ,
    ),
    (
        "Golden cross variant, SPY: 30-day SMA above 120-day SMA means long, the reverse means cash. Trail it with an 11% stop.",
        lambda m: m.trade(m.sma(30) > m.sma(120), m.sma(30) < m.sma(120), trail=0.11),
    ),
    (
        "sell in may, buy in november. that's it, on the s&p, I know it's silly",
        lambda m: m.trade(m.months(11, 12, 1, 2, 3, 4), m.months(5, 6, 7, 8, 9, 10)),
    ),
    (
        "The engulfing thing: buy SPY on a bullish engulfing candle if RSI(14) is below 45; sell after 7 bars.",
        lambda m: m.trade((talib.CDLENGULFING(m.o, m.h, m.l, m.c) > 0) & (m.rsi() < 45), hold=7),
    ),
    (
        "plus DI crossing over minus DI with ADX above 25 = long SPY, minus DI crossing over plus DI = out",
        lambda m: m.trade(m.up(m.plus_di(), m.minus_di()) & (m.adx() > 25), m.up(m.minus_di(), m.plus_di())),
    ),
    (
        "We'd want to be long the S&P 500 only while both its 6-month and its 12-month returns are positive.",
        lambda m: m.trade((m.ret(126) > 0) & (m.ret(252) > 0), ~((m.ret(126) > 0) & (m.ret(252) > 0))),
    ),
    (
        "if SPY is more than 3% above its 10 day MA, short it, and buy it back at the 10 day MA or after 5 days whichever comes first",
        lambda m: m.trade(m.c > 1.03 * m.sma(10), m.c <= m.sma(10), side=-1, hold=5),
    ),
    (
        "Volume spike reversal: volume more than double its 50-day average on a down day -> buy SPY, exit on the first close above the 10-day MA",
        lambda m: m.trade((m.v > 2 * m.sma(50, m.v)) & m.fell(1), m.c > m.sma(10)),
    ),
    (
        "long spy when 5dma>20dma>60dma, exit when 5dma<20dma",
        lambda m: m.trade((m.sma(5) > m.sma(20)) & (m.sma(20) > m.sma(60)), m.sma(5) < m.sma(20)),
    ),
    (
        "Every Friday, provided that the index closed up on the day, purchase SPY; dispose of it at the following Tuesday's decision.",
        lambda m: m.trade((m.weekday == 5) & m.rose(1), m.weekday == 2),
    ),
    (
        "please dont overthink it: stochastics %K under 20 buy, over 80 sell, S&P",
        lambda m: m.trade(m.stoch()[0] < 20, m.stoch()[0] > 80),
    ),
    (
        "Enter when price makes a 20 day high while the 14 day RSI stays below 70. Exit with a 3 ATR(20) trailing stop, nothing else. SPY.",
        lambda m: m.trade((m.c > m.hh(20)) & (m.rsi() < 70), atr_trail=(3, 20)),
    ),
    (
        "For my thesis I need: long position in the S&P 500 if the close exceeds the close of 250 trading days ago, else no position.",
        lambda m: m.trade(m.c > m.ago(m.c, 250), m.c <= m.ago(m.c, 250)),
    ),
    (
        "buy when it closes in the bottom quarter of its 50-day range... I mean stochastic-like, close within the lowest 25 % between the 50-day high and 50-day low. sell when it's in the top quarter. nasdaq",
        "clarify",
    ),
    (
        "get me long SPY if we gap down more than 1% at the open but close above the open; out two days later",
        lambda m: m.trade((m.o < 0.99 * m.ago(m.c)) & (m.c > m.o), hold=2),
    ),
    (
        "rsi14 < 35 and rsi14 > yesterday's rsi14 -> in. rsi14 > 60 -> out. 9% hard stop, 18% target. spy",
        lambda m: m.trade((m.rsi() < 35) & (m.rsi() > m.ago(m.rsi())), m.rsi() > 60, stop=0.09, target=0.18),
    ),
    (
        "Stay long unless the 50-day SMA is under the 200-day SMA, S&P please",
        lambda m: m.trade(m.sma(50) >= m.sma(200), m.sma(50) < m.sma(200)),
    ),
    (
        "Either RSI(2) below 5 or four lower closes in succession gets us into SPY, and a close over the 5-day average gets us out.",
        lambda m: m.trade((m.rsi(2) < 5) | m.fell(4), m.c > m.sma(5)),
    ),
    (
        "Long Nasdaq when its 20 day EMA is rising for 10 days; flat when it has been falling for 3 days.",
        lambda m: m.trade(m.rose(10, m.ema(20)), m.fell(3, m.ema(20))),
        NASDAQ,
    ),
    (
        "so like, buy the dip: SPY 10% below its 52-week high but still above where it was two years ago. sell when it makes a new 52-week high.",
        lambda m: m.trade((m.c < 0.9 * m.hh(252)) & (m.c > m.ago(m.c, 504)), m.c > m.hh(252)),
    ),
    (
        "Aroon Up(25) above 70 and Aroon Down(25) below 30: buy the S&P. Aroon Down above Aroon Up: sell.",
        lambda m: m.trade(
            (talib.AROON(m.h, m.l, 25)[1] > 70) & (talib.AROON(m.h, m.l, 25)[0] < 30),
            talib.AROON(m.h, m.l, 25)[0] > talib.AROON(m.h, m.l, 25)[1],
        ),
    ),
    (
        "Work out a short-only version on SPY: sell short on a close below the prior 20 days' low, buy to cover on a close above the prior 10 days' high, with a 4 percent stop.",
        lambda m: m.trade(m.c < m.ll(20), m.c > m.hh(10), side=-1, stop=0.04),
    ),
    ("just buy something when it looks oversold", "clarify"),
    ("SPY with a 2% stop and a 6% target please", "clarify"),
    ("momentum, but good", "clarify"),
    ("long when the trend is strong, out when it weakens", "clarify"),
    ("Buy SPY when RSI(14) is over 75 and under 25, hold a week.", "refused"),
    ("buy the S&P the evening before big up days", "refused"),
    ("Place an order for 500 SPY at market right now.", "refused"),
    ("Buy SPY below the 50-day, with a stop 180 % under the entry and sell at the 50-day.", "refused"),
)
