"""Symbols as people say them: tickers, and the names of indices and commodities."""

import re

NAMES: dict[str, str] = {
    "s&p": "SPY",
    "s & p": "SPY",
    "s&p 500": "SPY",
    "s&p500": "SPY",
    "s & p 500": "SPY",
    "s and p": "SPY",
    "s and p 500": "SPY",
    "sp500": "SPY",
    "sp 500": "SPY",
    "spx": "^GSPC",
    "standard and poor's": "SPY",
    "the spoos": "SPY",
    "nasdaq": "^IXIC",
    "nasdaq composite": "^IXIC",
    "nasdaq comp": "^IXIC",
    "nasdaq 100": "QQQ",
    "nasdaq100": "QQQ",
    "ndx": "QQQ",
    "dow": "DIA",
    "dow jones": "DIA",
    "djia": "DIA",
    "russell": "IWM",
    "russell 2000": "IWM",
    "ftse": "^FTSE",
    "ftse 100": "^FTSE",
    "dax": "^GDAXI",
    "nikkei": "^N225",
    "vix": "^VIX",
    "gold": "GLD",
    "silver": "SLV",
    "oil": "USO",
    "crude": "USO",
    "treasuries": "TLT",
    "bitcoin": "BTC-USD",
    "btc": "BTC-USD",
    "ethereum": "ETH-USD",
    "apple": "AAPL",
    "microsoft": "MSFT",
    "tesla": "TSLA",
    "nvidia": "NVDA",
    "amazon": "AMZN",
}
"""What people say (lower case) to the symbol it names. `SPY` and `^GSPC` are one series on the embedded desk."""

_TICKERS = frozenset(
    """spy qqq iwm dia gld slv tlt ief eem efa voo vti ivv vxx uso agg lqd hyg xle xlf xlk xlv xly xlp xlu xli smh
    aapl msft tsla nvda amzn goog googl meta nflx jpm ixic gspc ndaq btc-usd eth-usd btcusd ethusd eurusd""".split()
)
_NOT_TICKERS = frozenset(
    """A I AN AND OR NOT ALL ANY AM PM AT BY DO GO HI IC ID IF IN IS IT ME MY NO OF OK ON OUR SO TO UP US WE YOU THE
    FOR WHY HOW WHO WHAT WHEN NEW OLD TOP BUY SELL LONG SHORT STOP HELP HOLD FLAT ENTRY EXIT RSI SMA EMA WMA DMA HMA
    MACD ATR ADX CCI MFI OBV ROC VWAP BB MA DI PSAR TRIX KAMA AROON STOCH API DB DAG DAGS ETL CPU RAM TLS SSL SQL CSV
    JSON PDF HTML ZIP LLM GPT AI KPI KPIS CAGR PSR VAR CVAR DD PNL ROI MTTR DAU MAU YTD MTD QTD EOD ETA TL DR TLDR
    FYI ASAP LGTM WTF LOL NVM BRB BTW IMO THX TY PLS PLZ P1 P2 SEV USD EUR GBP JPY CHF UTC GMT EST ET CET BST UK EU
    NY LDN ADMIN VIP BOT DM CC RE PR QA UAT PROD DEV HR IT CEO CIO COO CRO TP SL OOS IS WFO Q1 Q2 Q3 Q4 H1 H2 JAN FEB
    MAR APR MAY JUN JUL AUG SEP SEPT OCT NOV DEC MON TUE WED THU FRI SAT SUN COVID GFC FOMC FED IBAN DAN ENV DROP
    TABLE USERS SELECT FROM WHERE DELETE NULL NA SLACK TOKEN BOLD NOW YES""".split()
)
_TICKER = re.compile(r"(?<![\w#@-])(?:\$([A-Za-z]{1,5})\b|(\^[A-Z0-9]{2,6})|([A-Z]{2,5}(?:-USD)?)(?![\w-]|'[a-z]))")
_LONGEST_NAME = max(len(name.split()) for name in NAMES)


def is_symbol(phrase: str) -> bool:
    """Whether a phrase in lower case names a symbol."""
    return phrase in NAMES or phrase.removeprefix("^").removeprefix("$") in _TICKERS


def symbols_in(text: str) -> list[str]:
    """The symbols named in a text, in the order they are named, each once."""
    found: list[tuple[int, str]] = []
    shouted = text.isupper() and len(text.split()) > 2
    for match in _TICKER.finditer(text):
        symbol = next(filter(None, match.groups())).upper()
        known = symbol.lower().removeprefix("^") in _TICKERS
        if known or (symbol not in _NOT_TICKERS and not shouted and symbol.lower() not in NAMES):
            found.append((match.start(), symbol))
    lower = text.lower()
    for match in _NAME.finditer(lower):
        said = match[0]
        found.append((match.start(), NAMES.get(said) or _ticker(said)))
    return list(dict.fromkeys(symbol for _, symbol in sorted(found)))


def _ticker(said: str) -> str:
    symbol = said.removeprefix("$").upper()
    return "^" + symbol if symbol in ("IXIC", "GSPC") else symbol


_NAME = re.compile(
    r"(?<![\w^$&-])(?:"
    + "|".join(sorted(map(re.escape, [*NAMES, *_TICKERS]), key=len, reverse=True))
    + r")(?![\w&]|-\d|\.\w)"
)
