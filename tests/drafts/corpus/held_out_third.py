"""A third set held out, written after the second was read; measured once at first sight."""

from tests.drafts.corpus.reference import cases

NASDAQ = "^IXIC"

HELD_OUT_THIRD = cases(
    ("Go long SPY if the RSI(14) moves under 32 while the price stays above its 150-day moving average, and close the trade as soon as the RSI(14) moves over 58.", lambda m: m.trade((m.rsi(14) < 32) & (m.c > m.sma(150)), m.rsi(14) > 58)),
    ("Buy signal: 15 EMA crosses over 45 EMA. Sell signal: 15 EMA crosses under 45 EMA.", lambda m: m.trade(m.up(m.ema(15), m.ema(45)), m.down(m.ema(15), m.ema(45)))),
    ("We enter when SPY prints its highest close in 30 days and we leave when it prints its lowest close in 15 days.", lambda m: m.trade(m.c > m.hh(30, m.c), m.c < m.ll(15, m.c))),
    ("spy, buy rsi2<5, sell rsi2>80, only if close>sma150, 7% stop", lambda m: m.trade((m.rsi(2) < 5) & (m.c > m.sma(150)), m.rsi(2) > 80, stop=0.07)),
    ("After two down days in a row, get long; get out after the next up day.", lambda m: m.trade(m.fell(2), m.c > m.ago(m.c))),
    ("Please write up: short the Nasdaq when it closes above its upper Bollinger band (20, 2) and cover when it closes below its 20-day moving average", lambda m: m.trade(m.c > m.bands()[0], m.c < m.sma(20), side=-1), NASDAQ),
    ("Buy the S&P if its 9-month return is greater than 8%; sell if its 9-month return is less than 0%.", lambda m: m.trade(m.ret(189) > 0.08, m.ret(189) < 0)),
    ("I'd like to own the market whenever the 20 week moving average is rising and get out whenever it is falling", lambda m: m.trade(m.rose(1, m.sma(100)), m.fell(1, m.sma(100)))),
    ("Enter long when the close drops more than 5% beneath the 10-day high; exit after 12 trading days or a 4% gain", lambda m: m.trade(m.c < 0.95 * m.hh(10), hold=12, target=0.04)),
    ("buy SPY when ADX(10) > 30 and close > close 20 days ago, exit when ADX(10) < 15", lambda m: m.trade((m.adx(10) > 30) & (m.c > m.ago(m.c, 20)), m.adx(10) < 15)),
    ("When the S&P gaps down by over 1.5%, buy it and keep it for four days.", lambda m: m.trade(m.o < 0.985 * m.ago(m.c), hold=4)),
    ("Buy on Thursdays when the close is below the 5-day average; sell on Mondays", lambda m: m.trade((m.weekday == 4) & (m.c < m.sma(5)), m.weekday == 1)),
    ("long if sma(30) > sma(120) else short", lambda m: m.both(m.sma(30) > m.sma(120), m.sma(30) <= m.sma(120))),
    ("Buy when MFI is under 15 or RSI(14) is under 25. Sell when RSI(14) is over 55. Use a 3 ATR stop.", lambda m: m.trade((m.mfi() < 15) | (m.rsi(14) < 25), m.rsi(14) > 55, atr=(3, 14))),
    ("Could you set up a system that's long when the close has been above the 100-day average for at least 10 days and exits when it has been below it for 5 days?", lambda m: m.trade(m.each(m.c > m.sma(100), 10), m.each(m.c < m.sma(100), 5))),
    ("Buy SPY on heavy volume (more than 2 times the 50-day average) when it closes down on the day, sell in 7 days", lambda m: m.trade((m.v > 2 * m.sma(50, m.v)) & (m.c < m.ago(m.c)), hold=7)),
    ("Donchian channel breakout, 40 day entry and 20 day exit, on the nasdaq with an 8% trailing stop", lambda m: m.trade(m.c > m.hh(40), m.c < m.ll(20), trail=0.08), NASDAQ),
    ("The rule: buy if today's high is the highest in 60 days, sell if today's low is the lowest in 30 days", lambda m: m.trade(m.h > m.hh(60), m.l < m.ll(30))),
    ("buy when williams %r(10) < -95, exit when williams %r(10) > -40", lambda m: m.trade(m.willr(10) < -95, m.willr(10) > -40)),
    ("Hold SPY unless it closes more than 4% below its 200-day moving average.", lambda m: m.trade(m.c >= 0.96 * m.sma(200), m.c < 0.96 * m.sma(200))),
    ("If SPY falls at least 1% on each of two straight days, buy and hold for five sessions.", lambda m: m.trade(m.each(m.ret() <= -0.01, 2), hold=5)),
    ("Buy SPY when it is both above its 50-day average and below its 10-day average; sell when it closes above the 10-day average.", lambda m: m.trade((m.c > m.sma(50)) & (m.c < m.sma(10)), m.c > m.sma(10))),
    ("buy when the price looks oversold to you", "clarify"),
    ("make me a strategy that never has a losing year", "refused"),
)  # fmt: skip
