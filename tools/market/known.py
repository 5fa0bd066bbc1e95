"""Instruments people name that a desk may have no prices of: what is a symbol, and which symbol a name stands for.

Nothing here says that there are prices: the store does. It tells a symbol that exists from a slip or an invention.
"""

import re
from typing import Final

TICKERS: Final = frozenset(
    """
    AA AAL AAPL ABBV ABNB ABT ACGL ACN ADBE ADI ADM ADP ADSK AEE AEP AES AFL AFRM AIG AIZ AJG AKAM ALB ALGN ALL ALLE AMAT AMC AMCR AMD
    AME AMGN AMP AMT AMZN ANET ANSS AON AOS APA APD APH APO APP APTV ARE ARM ASML ATO AVB AVGO AVY AWK AXON AXP AZN AZO BA BABA BAC BALL BAX
    BBWI BBY BDX BEN BHP BIDU BIIB BK BKNG BKR BLDR BLK BMY BP BR BRK-A BRK-B BRK.A BRK.B BRKA BRKB BRO BSX BUD BWA BX BXP CAG CAH CARR CAT CB CBOE
    CBRE CCI CCL CDNS CDW CE CEG CF CFG CHD CHRW CHTR CI CINF CL CLX CMCSA CME CMG CMI CMS CNC CNP COF COIN COO COP COR COST CPAY CPB CPRT
    CPT CRL CRM CRWD CSCO CSGP CSX CTAS CTRA CTSH CTVA CVNA CVS CVX CZR DAL DASH DAY DD DDOG DE DECK DELL DFS DG DGX DHI DHR DIS DKNG DLR DLTR
    DOC DOV DOW DPZ DRI DTE DUK DVA DVN DXCM EA EBAY ECL ED EFX EG EIX EL ELV EMN EMR ENPH EOG EPAM EQIX EQR EQT ERIE ES ESS ETN ETR ETSY
    EVRG EW EXC EXPD EXPE EXR FANG FAST FCX FDS FDX FE FFIV FICO FIS FITB FMC FOX FOXA FRT FSLR FTNT FTV GD GDDY GE GEHC GEN GEV GILD GIS
    GL GLW GM GME GNRC GOOG GOOGL GPC GPN GRMN GS GSK GWW HAL HAS HBAN HCA HD HES HIG HII HLT HOLX HON HOOD HPE HPQ HRL HSBC HSIC HST HSY
    HUBB HUM HWM IBM ICE IDXX IEX IFF INCY INFY INTC INTU INVH IP IPG IQV IR IRM ISRG IT ITW IVZ JBHT JBL JCI JD JKHY JNJ JNPR JPM KDP KEY
    KEYS KHC KIM KKR KLAC KMB KMI KMX KO KR KVUE LCID LDOS LEN LH LHX LII LIN LKQ LLY LMT LNT LOW LRCX LULU LUV LVS LW LYB LYFT LYV MA MAA MAR
    MARA MAS MCD MCHP MCK MCO MDLZ MDT MELI MET META MGM MHK MKC MKTX MLM MMC MMM MNST MO MOH MOS MPC MPWR MRK MRNA MRVL MS MSCI MSFT MSI
    MSTR MTB MTCH MTD MU NCLH NDAQ NDSN NEE NEM NET NFLX NI NIO NKE NOC NOK NOW NRG NSC NTAP NTRS NUE NVDA NVO NVR NVS NWS NWSA NXPI ODFL
    OKE OMC ON ORCL ORLY OTIS OXY PANW PARA PATH PAYC PAYX PBR PCAR PCG PDD PEG PEP PFE PFG PG PGR PH PHM PINS PKG PLD PLTR PM PNC PNR PNW
    PODD POOL PPG PPL PRU PSA PSX PTC PTON PWR PYPL QCOM QRVO RACE RBLX RCL REG REGN RF RIOT RIVN RJF RL RMD ROK ROKU ROL ROP ROST RSG RTX
    RVTY SAP SBAC SBUX SCHW SE SHEL SHOP SHW SJM SLB SMCI SNA SNAP SNOW SNPS SO SOFI SOLV SONY SPG SPGI SPOT SQ SRE STE STLD STT STX STZ SWK SWKS
    SYF SYK SYY TAP TDG TDY TEAM TECH TEL TER TFC TGT TJX TM TMO TMUS TPL TPR TRGP TRMB TROW TRV TSCO TSLA TSM TSN TT TTD TTE TTWO TWLO TXN TXT
    TYL UAL UBER UBS UDR UHS UL ULTA UNH UNP UPS UPST URI USB VALE VICI VLO VLTO VMC VOD VRSK VRSN VRTX VST VTR VTRS VZ WAB WAT WBA WBD WDC
    WDAY WEC WELL WFC WM WMB WMT WRB WST WTW WY WYNN XEL XOM XYL XYZ YUM ZBH ZBRA ZM ZS ZTS
    AGG ARKG ARKK ARKW BIL BITO BND BNDX BOTZ CPER DBA DBC DIA DVY EEM EFA EMB EWA EWC EWG EWJ EWT EWU EWW EWY EWZ EZU FEZ FXA FXB FXE FXI FXY
    GBTC GDX GDXJ GLD GOVT GSG HYG IAU IBB IBIT IEF IEFA IEI IEMG IGV IJH IJR INDA ITA ITB ITOT IVE IVV IVW IWB IWD IWF IWM IWN IWO IWR IYR IYT JETS
    JNK KBE KRE KWEB LABU LIT LQD MBB MCHI MDY MOAT MTUM MUB NUGT OIH ONEQ PDBC PFF QLD QQQ QQQM QUAL REM RSP RSX SCHB SCHD SCHX SDS SDY SH
    SHV SHY SLV SLY SMH SOXL SOXS SOXX SPDN SPHB SPLG SPLV SPXL SPXS SPXU SPY SQQQ SSO SVXY TAN TBT TIP TLT TMF TNA TQQQ TZA UCO UDN UNG UPRO URA URTH
    USFR USMV USO UUP UVXY VB VCIT VCSH VEA VEU VGK VGT VIG VIXY VLUE VNQ VO VOO VPL VT VTI VTV VUG VWO VXUS VXX VYM XBI XHB XLB XLC XLE XLF XLI
    XLK XLP XLRE XLU XLV XLY XME XOP XRT
    DAX FTSE NDX NDQ DJI DJIA RUT VIX VVIX MID HSI NKY SX5E CAC TSX ASX
    ES NQ YM RTY MES MNQ CL MCL NG GC SI HG ZB ZN ZF ZT ZC ZS ZW
    BTC ETH SOL XRP ADA DOGE BNB LTC DOT AVAX LINK BCH XLM TRX UNI ATOM
    DXY XAU XAG XAUUSD XAGUSD WTI
    """.split()
)
"""Large listed companies, funds, indices, futures and coins by the symbols people write."""

NAMES: Final = {
    "apple": "AAPL", "microsoft": "MSFT", "amazon": "AMZN", "google": "GOOGL", "alphabet": "GOOGL", "tesla": "TSLA", "nvidia": "NVDA",
    "meta": "META", "meta platforms": "META", "facebook": "META", "netflix": "NFLX", "berkshire": "BRK-B", "berkshire hathaway": "BRK-B",
    "jpmorgan": "JPM", "jp morgan": "JPM", "goldman sachs": "GS", "morgan stanley": "MS", "bank of america": "BAC", "citigroup": "C",
    "exxon": "XOM", "exxon mobil": "XOM", "chevron": "CVX", "walmart": "WMT", "disney": "DIS", "boeing": "BA", "intel": "INTC",
    "coca cola": "KO", "pepsi": "PEP", "pepsico": "PEP", "mcdonalds": "MCD", "mcdonald's": "MCD", "nike": "NKE", "starbucks": "SBUX",
    "oracle": "ORCL", "salesforce": "CRM", "adobe": "ADBE", "broadcom": "AVGO", "palantir": "PLTR", "coinbase": "COIN", "microstrategy": "MSTR",
    "paypal": "PYPL", "uber": "UBER", "airbnb": "ABNB", "pfizer": "PFE", "johnson & johnson": "JNJ", "eli lilly": "LLY", "caterpillar": "CAT",
    "general electric": "GE", "general motors": "GM", "mastercard": "MA", "visa": "V", "at&t": "T", "verizon": "VZ", "alibaba": "BABA",
    "qualcomm": "QCOM", "cisco": "CSCO", "micron": "MU", "gamestop": "GME", "ibm": "IBM", "amd": "AMD", "costco": "COST", "home depot": "HD",
    "bitcoin": "BTC", "bitcoins": "BTC", "ethereum": "ETH", "ether": "ETH", "solana": "SOL", "ripple": "XRP", "dogecoin": "DOGE",
    "litecoin": "LTC", "cardano": "ADA",
    "gold": "GLD", "silver": "SLV", "crude": "USO", "crude oil": "USO", "oil": "USO", "wti": "USO", "brent": "BNO", "brent crude": "BNO",
    "natural gas": "UNG", "nat gas": "UNG", "natgas": "UNG", "copper": "CPER",
    "nasdaq 100": "QQQ", "nasdaq100": "QQQ", "ndx": "QQQ", "the qs": "QQQ", "dow": "DIA", "dow jones": "DIA", "dow jones industrial average": "DIA",
    "djia": "DIA", "russell": "IWM", "russell 2000": "IWM", "small caps": "IWM", "mid caps": "MDY", "emerging markets": "EEM",
    "dax": "^GDAXI", "ftse": "^FTSE", "ftse 100": "^FTSE", "nikkei": "^N225", "nikkei 225": "^N225", "euro stoxx": "^STOXX50E",
    "euro stoxx 50": "^STOXX50E", "eurostoxx 50": "^STOXX50E", "eurostoxx": "^STOXX50E", "cac 40": "^FCHI", "hang seng": "^HSI", "vix": "^VIX",
    "treasury bonds": "TLT", "treasuries": "TLT", "long bonds": "TLT", "long treasuries": "TLT", "bonds": "TLT", "high yield": "HYG",
    "junk bonds": "HYG", "semiconductors": "SMH", "dollar index": "DXY",
}  # fmt: skip
"""What people say, to the symbol it is taken for; for a commodity or an index, the fund that is traded for it."""

_CURRENCIES = "USD|EUR|GBP|JPY|CHF|AUD|NZD|CAD|SEK|NOK|DKK|PLN|CZK|HUF|MXN|BRL|ZAR|TRY|CNY|CNH|HKD|SGD|INR|KRW"
_COINS = "BTC|ETH|SOL|XRP|ADA|DOGE|BNB|LTC|DOT|AVAX|LINK|BCH"
_FORMS: Final = re.compile(
    rf"""\^[A-Z0-9]{{2,10}}                                         # an index
    | [A-Z0-9]{{1,6}}=[FX]                                          # a future or a rate of exchange
    | (?:{_CURRENCIES}|XAU|XAG)[-/]?(?:{_CURRENCIES})               # a pair of currencies
    | (?:{_COINS})[-/]?(?:USDT?|USDC|EUR|GBP|BTC)                   # a coin in a currency
    | [A-Z0-9]{{1,6}}\.(?:L|T|HK|DE|F|PA|AS|TO|V|SW|MI|MC|ST|OL|CO|HE|BR|AX|NZ|NS|BO|KS|SS|SZ|SI|SA|MX)  # with its exchange""",
    re.VERBOSE,
)


def is_symbol(written: str) -> bool:
    """Whether `written`, in capitals, is a symbol that is known or has a form that only symbols have."""
    return written in TICKERS or _FORMS.fullmatch(written) is not None
