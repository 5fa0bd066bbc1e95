"""The words people use for figures, whose figures they are, and how they move and compare.

Every phrase is lower case, words separated by one space (hyphens become spaces when a text is read). A phrase of
several words wins over a shorter one that begins at the same word.
"""

from dataclasses import dataclass

METRICS: dict[str, str] = {
    "total_return": "total return|cumulative return|overall return|total gain|overall gain|total profit|net profit|total growth|cumulative gain|in total|in all|overall|altogether|over the whole period|over the whole test|over the full period|over the period|from start to finish|all told|total loss|return over the period|return on the whole",
    "cagr": "compounded at|compounding at|compounds at|compound at|cagr|compound annual growth rate|compound annual growth|compound annual return|annual return|annualised return|annualized return|annual growth|annualised growth|annual rate of return|compounded annual return|return a year|returns a year|compound growth|growth a year|annualised gain|annual gain|yearly return|compounding annual return|compound return|return per year|annual performance|compound rate|compounded",
    "return": "ret|rets|perf|return|returns|performance|result|gain|gains|profit|loss|losses|growth|payoff",
    "volatility": "sigma|stdev|std dev|sd|standard dev|volatility|volatile|more volatile|less volatile|riskier|annualised volatility|annual volatility|standard deviation|annual standard deviation|vol|annualised vol|annual vol|annualized volatility|annualised standard deviation",
    "sharpe": "sr|sharpe ratio|sharpe|sharpe ratios|risk adjusted return|risk adjusted returns|risk adjusted performance|return per unit of risk|risk adjusted basis",
    "sortino": "sortino ratio|sortino|sortino ratios",
    "calmar": "calmar ratio|calmar|calmar ratios",
    "max_drawdown": "maximum drawdown|max drawdown|max dd|maxdd|mdd|worst drawdown|deepest drawdown|largest drawdown|biggest drawdown|deepest fall|worst fall|largest fall|biggest fall|deepest loss|worst loss from a high|peak to trough|peak to trough loss|peak to trough decline|peak to trough fall|worst peak to trough|maximum peak to trough|maximum loss|at its worst|at worst|at the worst|at its low|at the low|at the bottom|worst decline|largest decline|deepest decline|worst point|top to bottom|from peak to trough|from its high|from its peak|from the peak|from a high|worst slump|deepest slump|largest peak to trough|largest loss|biggest loss|worst setback",
    "drawdown": "drawdown|drawdowns|dd|decline from|fall from a high|slump|setback",
    "var": "value at risk|var|daily var|one day value at risk|one day var|historical var|day in twenty|days in twenty|daily value at risk",
    "cvar": "es|average of the worst twentieth of days|worst twentieth of days|worst twentieth|mean of the worst twentieth|worst five percent of days|average of the worst twentieth|expected shortfall|cvar|conditional value at risk|conditional var|expected tail loss|tail loss|average of the worst|mean of the worst",
    "skew": "skewness|skew",
    "kurtosis": "kurt|ex kurt|kurtosis|excess kurtosis",
    "best_day": "best day|best single day|best session|largest one day gain|biggest one day gain|biggest daily gain|largest daily gain|best one day|strongest day",
    "worst_day": "worst day|worst single day|worst session|largest one day loss|biggest one day loss|biggest daily loss|largest daily loss|worst one day|single day loss|one day loss|weakest day",
    "best_month": "best month|strongest month|best calendar month|best single month",
    "worst_month": "worst month|weakest month|worst calendar month|worst single month",
    "best_year": "best year|strongest year|best calendar year|best full year|best single year|top year",
    "worst_year": "worst year|weakest year|worst calendar year|worst full year|worst single year",
    "positive_days": "of days|of the days|of all days|of trading days|positive days|up days|winning days|share of positive days|days were positive|days with a gain|days were up|days ended higher|of days were positive|profitable days|days in the black|of days positive",
    "beta": "beta|market beta|betas",
    "alpha": "alpha",
    "correlation": "rho|corr|correl|correlation|correlated|correlation coefficient",
    "tracking_error": "te|tracking error|active risk",
    "information_ratio": "information ratio|ir",
    "up_capture": "capture ratios|capture ratio|capture|upside capture|up capture|of the upside|of the benchmark 's gains|of its gains|of the market 's gains|upside|of the rises|captured",
    "down_capture": "downside captured|capture ratios|capture ratio|capture|downside capture|down capture|of the downside|of the benchmark 's losses|of its losses|of the market 's losses|downside|of the falls",
    "rolling_sharpe": "rolling sharpe|rolling sharpe ratio|rolling one year sharpe ratio|rolling one year sharpe|one year sharpe ratio|one year sharpe|twelve month sharpe|trailing sharpe|trailing one year sharpe|trailing sharpe ratio|rolling 1 year sharpe|rolling 1 year sharpe ratio|1 year rolling sharpe|one year rolling sharpe|one year rolling sharpe ratio",
    "rolling_beta": "rolling beta|rolling one year beta|one year beta|trailing beta|trailing one year beta|rolling 1 year beta|1 year rolling beta|one year rolling beta",
    "trades": "traded|trades|trade|closed trades|closed trade|round trips|round trip|positions were closed|transactions|positions closed|number of trades|completed trades|completed trade|trades in total|trade count|deals|positions taken",
    "won": "with profit|winning|won|were positive|winning trades|winners|winning trade|trades won|were winners|profitable trades|were profitable|made money|trades were profitable|trades made money|ended in profit|closed in profit|closed at a profit|ended with a profit|paid off",
    "lost": "ended up in the red|ended in the red|in the red|losers|with loss|losing trades|losers|losing trade|trades lost|were losers|lost money|unprofitable trades|were unprofitable|trades lost money|ended in a loss|closed at a loss",
    "open": "open trades|open trade|still open|stayed open|trades open|open positions|left open|remain open|remained open|trade stayed open|trades stayed open",
    "win_rate": "wr|batting average|batting avg|win rate|hit rate|winning percentage|success rate|share of winners|win ratio|hit ratio|share of winning trades|percentage of winners|of trades won|of trades were winners|of trades were profitable|of its trades|of the trades|of trades|of all trades|trades won|percent profitable|strike rate|trades that won|of closed trades",
    "profit_factor": "each dollar lost|every dollar lost|per dollar lost|pf|gross profits|gross profits to gross losses|gross gains|gross winnings|exceeded losses by a factor|by a factor|times its losses|times the losses|profit factor|gains over losses|gain to loss ratio|for every dollar lost",
    "average_trade": "average trade|mean trade|average return per trade|average trade return|mean return per trade|per trade|average profit per trade|mean profit per trade|typical trade|expectancy",
    "best_trade": "best trade|best single trade|largest win|biggest win|largest winner|biggest winner|top trade|most profitable trade",
    "worst_trade": "losing trade|lone losing trade|only losing trade|only loser|worst trade|worst single trade|largest loser|biggest loser|largest losing trade|worst loser",
    "average_win": "average winner|average win|average winning trade|mean winner|typical winner|winning trade on average",
    "average_loss": "average loser|average loss|average losing trade|mean loser|typical loser|losing trade on average",
    "loss_rate": "loss rate|losing percentage|share of losers|share of losing trades",
    "holding": "positions lasted|position lasted|trade lasted|each trade lasted|every trade lasted|holding period|average holding period|average hold|held for|held|mean holding period|holding time|average trade lasted|average duration|positions were held|was held|kept for|trade duration|average trade length|holding periods|trades lasted",
    "exposure": "capital employed|capital deployed|capital at work|invested capital|time in the market|exposure|in the market|invested|of the time|average exposure|market exposure|in a position|time in market|time invested|days invested",
    "turnover": "turned over|turns over|turning over|turnover|annual turnover|turnover a year",
    "costs": "frictions|trading frictions|friction|dealing costs|execution costs|trading expenses|trading costs|costs|transaction costs|fees and slippage|commissions|commission|total costs|total fees|costs of trading|trading fees|fees",
    "fee": "fee|fee per side|commission rate|fee rate",
    "slippage": "slippage|slippage per side",
    "cost_drag": "costs|trading costs|transaction costs|frictions|trading frictions|friction|dealing costs|execution costs|trading expenses|cost drag|drag of costs|cost drag a year|drag from costs|drag",
    "double_costs": "costs twice as high|costs were twice as high|costs two times as high|doubling them|doubling these|double costs|doubled costs|twice the costs|costs doubled|double the costs|costs were doubled|costs twice as high|costs double|doubling costs|if costs doubled|doubling the costs",
    "triple_costs": "costs three times as high|costs were three times as high|costs three times higher|costs three times as large|costs thrice as high|tripling them|triple costs|tripled costs|three times the costs|costs tripled|triple the costs|costs were tripled|tripling costs|treble costs",
    "psr": "confidence|statistical confidence|before deflation|probability that the true sharpe ratio is above zero|probabilistic sharpe ratio|psr|probability that the sharpe ratio is above zero|probability that the true sharpe is above zero|probability of a positive sharpe|probability that the sharpe is real|probability of skill|probability that the true sharpe ratio is positive|probability that the sharpe ratio is positive|probability that its true sharpe ratio is above zero|likelihood that the true sharpe|probability|chance that the true sharpe ratio is above zero|chance that the true sharpe|chance that the sharpe|probability that the sharpe|likelihood|statistical confidence",
    "dsr": "deflated|deflated measure|deflated figure|probability|likelihood|deflated sharpe ratio|deflated sharpe|dsr|deflated sharpe probability|after deflation|after allowing for the trials|after correcting for the trials|allowing for multiple testing|corrected for multiple testing",
    "min_track_record": "would need|we need|we would need|it would take|minimum track record|minimum track record length|track record needed|track record required|minimum length of track record|mintrl|track record",
    "trials": "n|trials|recorded trials|trial|recorded trial|variants|variants tried|configurations tried|attempts|tries|variations|parameter combinations",
    "observations": "n|obs|daily obs|observed returns|returns|observations|data points|daily returns|returns in the sample|points|periods of returns|daily observations|daily data points",
    "length": "length of the test|test length|history|of data|of history|of daily data|of daily prices|length of the run|test covers|the test has|test covers|test spans|backtest covers|sample covers|backtest spans|test runs for|run covers|covers|spans|of testing|of prices|whole test",
    "periods": "annualised figures use|annualised figures|to annualise|annualised with|annualises with|annualised on|annualise with|periods|periods a year|periods per year|trading days a year",
    "initial": "stake|nest egg|starting capital|initial capital|start capital|initial investment|turned|turning|opening capital|starting with|started with|beginning with|starting from|initial value|starting value|invested at the start|stake of|put in|initial equity|start equity",
    "final": "had become|have become|had grown to|had shrunk to|final value|ending value|end value|into|ended at|finished at|ended with|finished with|grew to|ending equity|final equity|end equity|grown to|ending at|final balance|growing to|worth|became|ending capital|shrank to|fell to",
    "share": "the days|days were|all days|of days were|of the sample|made up|make up|makes up|accounted for|account for|of days|share of days|of the days|of all days|of trading days|days in",
    "length_dd": "after the high|to recover|under water|underwater|from high to recovery|lasted|length|from the high|from peak to recovery|to get back|to regain|below its high|below the high|below its peak|drawdown lasted|duration|to make up|recovery took|to reach a new high|to claw back|peak to recovery|between highs",
    "recovery_days": "recovery took|recovery|recovering took|time to recovery|recovery time|to recover|from trough to recovery|from the trough|from the low|after the low|after the trough|to climb back|from low to recovery|from trough|from the bottom|after the bottom",
    "fall_days": "to reach the bottom|to reach the low|to reach the trough|from high to trough|to the low|to the trough|from high to low|the fall took|fall lasted|the fall lasted|to the bottom|to bottom out|on the way down|days of falling",
    "positive_years": "finished ahead|ended ahead|closed ahead|ended with a gain|closed with a gain|finished with a gain|ended in profit|ended higher|were up|finished higher|showed a gain|had gains|were gains|saw gains|closed higher|made money|positive years|years were positive|up years|winning years|profitable years|years ended higher|positive calendar years|calendar years were positive|years were profitable|years with a gain|years had a positive return|years with a positive return|had a positive return|years made money|ended in the black|years in the black|in the black|were positive|were profitable years|ended up|years up",
    "whole_years": "whole years|whole calendar years|full years|full calendar years|complete years|calendar years|whole year|whole calendar year|years|complete calendar years",
    "positive_months": "finished ahead|ended ahead|closed ahead|posted gains|ended with a gain|closed with a gain|finished with a gain|ended in profit|ended higher|were up|finished higher|showed a gain|had gains|were gains|saw gains|closed higher|made money|positive months|months were positive|up months|winning months|profitable months|months ended higher|months were profitable|months with a gain|months had a positive return|whole months had a positive return|months with a positive return|had a positive return|months made money|months up|were positive|months in the black|in the black",
    "whole_months": "whole months|full months|calendar months|months|whole month|complete months|full calendar months",
    "gaps": "gaps|gap|gaps in the dates|gaps in the data|breaks in the data",
    "longest_gap": "gap|gaps|longest gap|largest gap|biggest gap",
    "jumps": "jumps|jump|jumps in the equity curve|outliers",
    "stale": "stale stretches|stale prices|stale stretches of the benchmark|stale",
    "rule": "we accept|we allow|we tolerate|we permit|is allowed|are allowed|allowed|permitted|asks for|asked for|rule asks for|rules ask for|hurdle rate|target|we require|requires|require|mandate|asked for|required|floor|limit|threshold|hurdle|minimum accepted|accepted|bar|demanded|cut off|cutoff|requirement|needed|tolerance|ceiling|minimum|confidence",
}
"""Canonical figure to the nouns (and set phrases) that stand for it."""

IDIOMS = frozenset(("batting average", "batting avg"))
"""Of these, phrases whose single words say nothing about the figure."""

GAIN_VERBS = "bounced back|bounced|rebounded|recovered to gain|returned|gained|made|earned|rose|grew|climbed|added|advanced|rallied|increased|returning|gaining|making|earning|up|grow|gain|delivered|produced|generated|yielded|achieved|posted|brought|brought in|delivering|producing|generating|yielding|compounded at|compounding at|put on|jumped|surged|soared|rise|growing|rising|climbing|managed|brings|returns|gains|makes|delivers|earns|rises|grows|climbs|appreciated|was up|finished up|ended up|profited|netted|went up|improved|scored|recorded|registered|turned in|clocked"  # fmt: skip
NEUTRAL_VERBS = frozenset("returned|returning|delivered|produced|generated|yielded|achieved|posted|brought|delivering|producing|generating|yielding|compounded at|compounding at|managed|brings|returns|delivers|recorded|registered|turned in|made|scored|clocked|brought in".split("|"))  # fmt: skip
LOSS_VERBS = "lost|fell|declined|dropped|losing|falling|down|slid|sank|slumped|shed|plunged|tumbled|decreased|gave up|gave back|lose|loses|falls|drops|was down|finished down|ended down|crashed|retreated|collapsed|dropping|declining|drop|fall|decline|slipped|went down|shrank|contracted|surrendered|forfeited|suffered|cost|dipped|fallen|drew down|drawn down|draw down|given up|given back|bled|a hit of|was off|eased"  # fmt: skip

LOSS_WORDS = "a loss of|a fall of|a decline of|a drop of|a hit of|loss of|losses of|a loss|negative|minus|below zero|in the red|in the hole|underwater|under water|decline of|fall of|drop of|loss|losses|decline|hit"  # fmt: skip
GAIN_WORDS = (
    "a gain of|a profit of|a rise of|gain of|gains of|a gain|profit of|plus|rise of|increase of|positive return of"
)

SUBJECTS: dict[str, str] = {
    "strategy": "strategy|the system|portfolio|the backtest|this backtest|the run|this run|the model|strategies|the approach|trading system|the rule|the fund|the programme|the program|the algorithm|the bot|our strategy|the book",
    "benchmark": "a passive holding|passive holding|holding it passively|the passive holding|simply owning the index|owning the index|the benchmark index|bench|b and h|bh|benchmark|buy and hold|buying and holding|bought and held|holding the index|the index|the market|passive|passive holding|the underlying|index|the passive alternative|simply holding|the comparator|buy & hold|b&h",
    "stated": "own summary|its summary|own statistics|its statistics|engine figures|engine|engine 's figure|the engine 's figure|states|stated|as stated|reports|reported|reported by|stated by|according to the engine|the file|quotes|quoted|claims|claimed|the platform|the engine 's own|prints|shows in its own summary|engine 's own|headline figure|says the engine|own report",
    "recomputed": "recomputed|recalculated|recomputing|our figure|our own figure|our calculation|ours|we compute|we get|from the curve|from its own curve|from its equity curve|from the equity curve|on recomputation|recomputation|we find|computed here|by our reckoning|our reckoning|we calculate|our own calculation|we arrive at|we make it|our|the equity curve in its file|the equity curve|equity curve|its own curve|its own equity curve",
}

HEDGES: dict[str, str] = {
    "about": "about|around|roughly|approximately|approx|approx.|some|circa|c.|ca.|~|near|in the region of|in the order of|or so|more or less|on the order of|≈|close to|not far from|give or take",
    "nearly": "nearly|almost|just under|just below|just shy of|a little under|a little less than|slightly under|slightly less than|slightly below|shy of|not quite|a shade under|a touch under|a bit less than|a bit under|fractionally under|a hair under|approaching",
    "just_over": "just over|just above|a little over|a little more than|slightly over|slightly more than|slightly above|a shade over|a touch over|a bit over|a bit more than|fractionally over|a hair over|barely over|marginally over|only just over",
    "over": "over|more than|above|exceeding|exceeds|exceeded|in excess of|north of|upwards of|greater than|higher than|larger than|better than|beyond|topped|deeper than|longer than|well over|comfortably over|well above",
    "at_least": "at least|no less than|not less than|no fewer than|at or over|at or above|a minimum of|not fewer than",
    "no_less": "or more|or better|or higher|or worse|or greater|upward|upwards",
    "no_more": "or less|or fewer|or lower|or shorter",
    "under": "under|less than|below|fewer than|south of|lower than|smaller than|shorter than|short of|worse than|shallower than|well under|well below|short",
    "at_most": "at most|no more than|not more than|up to|within|at or under|at or below|a maximum of|not exceeding|capped at",
}
"""Words before (or after) a quantity that say how the true figure lies to it."""

BEATS = "beat|beats|outperformed|outperforms|outperforming|beating|outpaced|outpaces|outdid|topped|ahead of|surpassed|exceeded|bettered|did better than|fared better than|led|leads|outstripped|came out ahead of|outran|better than|superior to|out earned|finished ahead of|trounced"  # fmt: skip
LAGS = "falls short of|fall short of|falling short of|lagged|lags|lagging|trailed|trails|trailing|underperformed|underperforms|underperforming|behind|fell short of|did worse than|fared worse than|lagged behind|fell behind|worse than|inferior to|came in behind|lost out to|finished behind|failed to beat|failed to match|did not beat|didn't beat|does not beat|could not beat|no match for"  # fmt: skip
HIGHER = "breaks|broke|violates|violated|exceeding|outside|clears|cleared|clear of|passes|surpasses|breaches|breached|tops|more risky than|higher than|above|greater than|larger than|bigger than|more than|exceeds|exceeded|longer than|over|higher|greater|larger|bigger|more volatile than|riskier than|steeper than|more than that of|in excess of|stronger than|wider than"  # fmt: skip
LOWER = "respects|respected|respecting|inside|stays inside|stay inside|stayed inside|stays within|stay within|stayed within|misses|missed|falls short|stays under|stays below|is under|stayed below|less risky than|lower than|below|less than|smaller than|shorter than|under|lower|smaller|less volatile than|fewer than|weaker than|short of|narrower than|no higher than|not higher than|no greater than"  # fmt: skip
DEEPER = "deeper than|deeper|harsher than|more severe than|worse drawdown than|deeper drawdown than|heavier than"
SHALLOWER = "less risky than|shallower than|shallower|milder than|less severe than|smaller drawdown than|gentler than|lighter than"
LEVEL = "level with|in line with|on a par with|equal to|the same as|matched|matches|identical to|as high as|on par with|matching|no different from"  # fmt: skip

YEARS_BESIDE = {"the year after": 1, "the following year": 1, "the next year": 1, "a year later": 1, "one year later": 1, "the year before": -1, "the previous year": -1, "a year earlier": -1, "the prior year": -1}  # fmt: skip
"""Years said by the one named before."""

CAUSES = "because|because of|due to|owing to|thanks to|driven by|caused by|caused|causing|as a result of|resulted from|resulting from|result of|led to|leading to|on the back of|attributable to|attributed to|explained by|explains|stemmed from|stems from|stemming from|helped by|hurt by|boosted by|fuelled by|fueled by|reflecting|reflects|owes to|owed to|courtesy of|as investors|on account of|for this reason|therefore|consequently|hence|in response to|triggered by|prompted by|sparked by|supported by|lifted by|weighed down by|dragged down by|on fears of|amid|in the wake of|following the|which is why|so that it|since the fed|as the fed|propelled by|aided by|benefited from|benefiting from|benefitted from|profited from|suffered from|underpinned by|powered by|due|product of|consequence of|stem from|came from|comes from|arose from|owing|responsible for|blamed on|credited to|derives from|derived from|driver of|drove|drives|driving|hit by|undermined by"  # fmt: skip
METHOD_WORDS = frozenset(
    """a all an and annualise annualised annualises annualising annualize annualized are as at be before bars benchmark
    but by calendar confidence conservative convention conventions count cover covers curve data days definition
    definitions deserve differ different differs does drawn each engine enough equity evidence few fewer figure figures
    file for from given geometric has have history holds in instead is it its length level little long many mean means
    methods missing stop stops stopped begin begins began start starts end ends ended sparse limited incomplete recent no not number of on one only or ought out over part per period periods prices quarter rate ratio
    record recorded return returns rounded rounding rule rules run runs sample sampling short so small statistics stated
    statistical test tests than that the their there these they thin this to too trade trades trading treats trial
    trials under use used uses using value variants was weekend weekends were where while with year years caution care
    single compound growth divides risk free rf its uncertainty estimate estimates estimated few-trades calculation
    calculations we our own""".split()
)
"""A cause made of these words alone is about how figures are made, not about markets."""

SUPERLATIVES: dict[str, int] = {
    "best": 1, "highest": 1, "largest": 2, "biggest": 2, "greatest": 2, "strongest": 1, "most": 1, "longest": 2, "top": 1, "most profitable": 1,
    "worst": -1, "lowest": -1, "smallest": -2, "weakest": -1, "least": -1, "shortest": -2, "deepest": 2, "shallowest": -2, "mildest": -2,
    "record high": 1, "record low": -1, "record loss": 2, "record gain": 2, "all time high": 1, "calmest": -2, "steepest": 2, "least profitable": -1, "heaviest": 2, "least volatile": -2, "most volatile": 2,
}  # fmt: skip
"""1 and -1: by value; 2 and -2: by size, whatever the sign."""

UNIVERSAL = "always|never|every year|every month|each year|each month|all years|all months|every single year|every single month|in all years|no losing year|no losing years|no losing month|not one losing|without a losing|without exception|every trade|all trades|each of its trades|every one of|none of|every calendar year|no negative year|no negative years|every regime|every crisis|in every|consistently"  # fmt: skip

ANNUAL = "ann|annl|annlzd|a year|per year|per annum|p.a.|pa|annually|annualised|annualized|annual|yearly|each year|every year on average|/year|/yr|a yr|per yr|on an annual basis|year on year"  # fmt: skip
DAILY = "daily|a day|per day|weekly|a week|per week|monthly|a month|per month"
GROSS = "gross|before costs|before fees|pre cost|excluding costs|before trading costs|before transaction costs|gross of fees|gross of costs|ignoring costs|without costs"  # fmt: skip
NET = (
    "net|after costs|after fees|net of costs|net of fees|after trading costs|including costs|after transaction costs"
)

LINKS = "none of this|none of it|none of that|is|was|were|are|be|been|being|stands|stood|came in|comes in|came to|comes to|came|equals|equal|totals|totalled|totaled|reached|reaches|reaching|amounts to|amounted to|sits|sat|has|had|have|having|runs|ran|a|an|the|its|their|only|just|still|itself|now|that|which|measured|works out|worked out|even|merely|so far|there|this|on average|barely|hardly|fully|full|exactly|precisely|standing|running|would be|will be|would|comes out|came out|remained|remains|averaged|averages|'s|it|own|true|each|put|puts|s|kept|keeps|closed|strategy's own|also|both|annualises to|taking|took|takes|to be|we|do|one|beyond it|beyond that|added up to|adds up to|add up to|on record"  # fmt: skip
PREPOSITIONS = "not until|of|at|with|to|as|for|by|in|from|on|during|under|across|through|throughout|since|until|till|between|after|over|per|out of|off|of every|out of every|per|when|where|before|starting|ending|beginning|as of|once|up until|from around|over the same|over that|over this|over these|over those|over its|over all"
BREAKS = "but|while|whereas|although|though|however|yet|whilst|even though|and yet"
COMPARING = "versus|vs|vs.|against|compared with|compared to|than|as against|relative to|as opposed to|next to|in contrast to|in comparison with|set against|rather than|instead of"  # fmt: skip
NEGATIONS = "not|no|never|n't|without|isn't|wasn't|didn't|doesn't|hasn't|hadn't|haven't|weren't|nor|neither|cannot|fails to|failed to|did not|does not|is not|was not|has not|had not|yet to"  # fmt: skip

KNOWN_NAMES = "covid-19|s&p 500|s & p 500|sp 500|nasdaq 100|russell 2000|russell 1000|russell 3000|ftse 100|ftse 250|dow 30|dow jones 30|cac 40|dax 40|nikkei 225|euro stoxx 50|stoxx 600|euro stoxx 600|asx 200|hang seng 50|nifty 50|msci eafe|covid 19|ibex 35|tsx 60|csi 300|smi 20|kospi 200|topix 100|sp500|s&p 100|s&p 400|s&p 600|60/40"  # fmt: skip

CRISES: dict[str, str] = {
    "dot_com": "dot com crash|dotcom crash|dot com bust|dotcom bust|dot com bubble|tech crash|dot com",
    "financial_crisis": "global financial crisis|financial crisis|gfc|2008 crisis|2008 financial crisis|credit crisis|great financial crisis|2008 crash",
    "euro_crisis": "euro crisis|eurozone crisis|euro area crisis|sovereign debt crisis|euro debt crisis",
    "china_selloff": "china and oil sell off|china sell off|oil sell off",
    "rate_selloff": "late 2018 sell off|sell off of late 2018|fourth quarter sell off|q4 2018 sell off|late 2018",
    "covid": "covid 19 crash|covid crash|covid|pandemic|covid 19|pandemic crash|coronavirus crash",
    "inflation": "inflation bear market|2022 bear market|bear market of 2022|inflation shock",
}
REGIMES: dict[str, str] = {
    "calm": "calm ones|the calm regime|quiet ones|calm markets|calm market|calm periods|calm regime|calm days|quiet markets|low volatility|low volatility markets|quiet market|calm conditions|calm|quiet periods",
    "normal": "normal|normal ones|ordinary ones|the normal regime|normal markets|normal market|normal periods|normal regime|normal days|normal conditions|medium volatility|ordinary markets|normal volatility",
    "turbulent": "turbulent ones|the turbulent regime|turbulence|stormy ones|turbulent markets|turbulent market|turbulent periods|turbulent regime|turbulent days|high volatility|high volatility markets|stormy markets|turbulent conditions|volatile markets|turbulent|rough markets",
}

RESEARCH_WORDS: dict[str, str] = {
    "proceed": "proceed|go ahead|approve|deploy|move forward|take it forward|go live",
    "optimise": "optimise|optimize|refine|improve it|tune",
    "research": "research|investigate further|study further|further study|more research|further research|investigate",
    "reject": "reject|drop it|abandon|discard|turn it down|do not proceed|not proceed|decline it",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase stands for: `kind` is the one-letter code of an item, `key` its meaning, `also` a second one:
    "above" hedges the quantity that follows it and otherwise compares.
    """

    kind: str
    key: str
    also: str = ""


_NOUNS = frozenset("ratio return drawdown loss gain day month year trade fall decline fee cost dd shortfall rate holding period winner loser".split())  # fmt: skip


_SHORT = (("average ", "avg "), ("maximum ", "max "), ("annualised ", "ann "), ("annual ", "ann "))


def _with_plurals(phrases: list[str]) -> list[str]:
    """Each phrase, its plural where it ends in a noun, and both as a desk shortens them."""
    phrases = [*phrases, *(p.replace(long, short) for p in phrases for long, short in _SHORT if p.startswith(long))]
    plurals = [
        phrase + ("es" if phrase.endswith("s") else "s") for phrase in phrases if phrase.rpartition(" ")[2] in _NOUNS
    ]
    return [*phrases, *(plural for plural in plurals if plural not in phrases)]


def static_phrases() -> dict[str, Entry]:
    """Every phrase that does not depend on the facts. Later groups win where one phrase is in two."""
    table: dict[str, Entry] = {}
    for kind, key, phrases in _PLAIN_GROUPS:
        table.update(dict.fromkeys(phrases.split("|"), Entry(kind, key)))
    table.update({word: Entry("T", word) for word in PREPOSITIONS.split("|")})
    table.update({word: Entry("X", word) for word in SUPERLATIVES})
    table.update({phrase: Entry("O", "year") for phrase in YEARS_BESIDE})
    for key, phrases in SUBJECTS.items():
        table.update(dict.fromkeys(phrases.split("|"), Entry("S", key)))
    for key, phrases in METRICS.items():
        extreme = key.startswith(("best_", "worst_"))
        for phrase in phrases.split("|") if extreme else _with_plurals(phrases.split("|")):
            old = table.get(phrase)
            table[phrase] = Entry("M", f"{old.key},{key}" if old is not None and old.kind == "M" else key)
    for key, phrases in _COMPARATORS.items():
        table.update(dict.fromkeys(phrases.split("|"), Entry("C", key)))
    for key, phrases in HEDGES.items():
        for phrase in phrases.split("|"):
            old = table.get(phrase)
            table[phrase] = Entry("H", key, old.key if old is not None and old.kind == "C" else "")
    return table


_PLAIN_GROUPS = (
    ("L", "link", LINKS),
    ("J", "and", "and|or|nor|plus|as well as|then"),
    ("B", "break", BREAKS),
    ("R", "versus", COMPARING),
    ("N", "not", NEGATIONS),
    ("A", "annual", ANNUAL),
    ("Y", "daily", DAILY),
    ("E", "gross", GROSS),
    ("E", "net", NET),
    ("U", "loss", LOSS_WORDS),
    ("W", "gain", GAIN_WORDS),
    ("V", "gain", GAIN_VERBS),
    ("V", "neutral", "|".join(NEUTRAL_VERBS)),
    ("V", "loss", LOSS_VERBS),
    ("K", "cause", CAUSES),
    ("Z", "universal", UNIVERSAL),
)
_COMPARATORS = {
    "beats": BEATS,
    "lags": LAGS,
    "higher": HIGHER,
    "lower": LOWER,
    "deeper": DEEPER,
    "shallower": SHALLOWER,
    "level": LEVEL,
}
