"""Turns of phrase that speak for an intent, in a small notation; how much each counts is fitted on the corpus.

One cue a line: words, TAGS of the lexicon, `a|b` for either, `?` after what may be absent, `...` for up to six words,
`^` and `$` for the ends. A line that begins with `!` starts from a high weight before fitting, with `!!` from one that
outweighs most of what else is said with `!!!` most of that and with `!!!!` all, with `~` from a low one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import get_args

from bot.protocols import Intent

_GAP = 6
_WEIGHTS = {"!!!!": 12.0, "!!!": 9.0, "!!": 6.0, "!": 2.0, "~": 0.5}
_USUAL_WEIGHT = 1.25

_CUES: dict[Intent, str] = {
    "narrate": """
        !! published|public REPORT|reports|narratives|ones|one|version|material
        !! LIST|list|which|what|what's|whats|anything|any|everything|all ... published
        !! is|are there? ... published $
        !! printable|printed|print|paper|pdf|html version|copy|file|form
        !! can|could|may i|we|you print|download|export|save this|it|that|the|RUN|REPORT
        !! which|what|biggest|costliest|single trade|trades|position|positions|day|month cost|hurt|lost|helped|made ...
        !! how|how'd|hows|how's did|has|is|was|does ... strategy|backtest|run|sim|overlay|basket|factor|effect|premium|drift|spread ... do|done|go|get|perform|work|fare|hold|holding|look|looking|going|doing|return|this|last|overnight|in|since
        ! results|numbers|stats|figures|performance for|of|from|on ... STRANGE
        !! why'd|whyd|how come|reason for?|of? ... it|the|we ... bleed|bled|tank|tanked|lose|lost|flat|bad|loss|drawdown|hit|poor|fall
        !! which|what month|year|day|week|quarter|trade|trades|drawdown was|is|were|had|lost|made ...
        !! here|here's is? ... FILE|output|results|export|results
        !! do|did|have|got ... we|you|there have|got|any|on|run ... RUN ... for|on|with|of|?
        !! what do|have|did we have|got|run|store|keep on|for|stored ...
        ! re-narrate|narrate|narrated|narration
        !! how|how'd|hows|how's ... STRATEGY|RUN|INDICATOR|ID ... do|doing|perform|performing|performed|go|going|fare|fared|get|hold
        ! how|how'd did|does|has|is|was? STRANGE do|doing|perform|performed|go|going|fare|look
        !! what|what's|whats|why ... behind|explains|drove|caused|drives|causing ... METRIC|performance
        !! understand|explain|describe ... performance|METRIC|results|returns ... STRATEGY|RUN|INDICATOR|ID|$
        !! how many|much|often ... trades ... did|does|has|were|in ... STRATEGY|RUN|INDICATOR|it|there
        !! show|tell ... how ... STRATEGY|RUN|INDICATOR ... did|does|performed|behaved|worked
        ! colour|color|insight|detail|thoughts ... on ... RUN|STRATEGY|ID
        !! breakdown ... for|of|by|in ... PERIOD|year|month|regime|STRATEGY
        search|find ... RUN|STRATEGY ... for|with|on
        ! SUMMARY|headline|story|colour|color|version|numbers|figures|results|stats|explanation|lines|bullets ... on|of|for|about|from ... RUN|STRATEGY|INDICATOR|ID|FILE|one
        ! STRATEGY|INDICATOR|RUN ... any|good|bad|worth|hold|robust ...
        ! what|anything went|happened|goes|odd|strange|unusual|interesting wrong? ... with|to|in|about ... STRATEGY|RUN|INDICATOR|results|it
        ! can|could you|i|we see|show|get ... RUN|STRATEGY|METRIC|numbers|results|report
        !! FILE ... i|just|have|dropped|attached|uploaded|shared|here|this
        ! we|i ran|tested ... yesterday|last|earlier|today|morning
        ! METRIC|trades|month|year|years ... please $
        ! one-pager|pager|memo|writeup|write-up|commentary|summary|report ... on|of|for ... STRATEGY|RUN|INDICATOR|ID
        ! who|how computed|calculated
        ! pdf|html|tearsheet
        !! best|worst ... year|month|day|trade|week|quarter ... of|for|in|on
        ! this|the|that|latest|last RUN
        ! did|does|has|was|is ... STRATEGY|INDICATOR|RUN ... PERIOD
        ! STRATEGY|INDICATOR ... PERIOD ?
        ! analyse|analyze|interpret|dissect|review ... this|attached|FILE|RUN|results
        ! REPORT ... RUN|STRATEGY|INDICATOR|FILE|ID|it|that|one
        ! REPORT ... SYMBOL
        ! how did|has|have|was|were|is|are|does|do ... STRATEGY|RUN|INDICATOR ... do|done|did|perform|performed|performing|go|went|gone|behave|behaved|fare|fared|hold|look|looking|work|worked|doing|going
        how'd|hows|how's|how ... STRATEGY|RUN|INDICATOR|SYMBOL ... do|perform|go|fare|doing|going|looking|look|performing
        how did|has it|that|this|they|we ... do|done|perform|go|fare|behave
        ! METRIC ... of|for|on|from|in ... STRATEGY|RUN|INDICATOR|ID
        ! STRATEGY|RUN|ID ... METRIC
        ^ METRIC|STRATEGY|ID|RUN $
        ! where|source|origin ... NUMBER|PERCENT|number|figure ... from|come|came|of|calculated|computed
        ! where|source|origin|how ... from|of|calculated|computed|derived|arrive|get ... NUMBER|PERCENT|number|figure
        ! how is|was|are|were ... METRIC|NUMBER|PERCENT|number|figure ... calculated|computed|derived|measured|defined
        ! why did|was|is|does|has ... it|STRATEGY|RUN|METRIC|we|this|that ... lose|lost|losing|underperform|drop|fall|fell|low|high|METRIC|bad|suffer|struggle|tank
        ! what drove|explains|explain|caused|hurt|helped|happened ... METRIC|RUN|STRATEGY|PERIOD|performance
        ! LATEST ... RUN
        ! top|best|worst|first|second|third ... RUN|STRATEGY|one $
        ! LIST ... RUN
        ! which|what|any|all ... RUN ... have|stored|there|got|available|exist|saved
        ^ what|which|any RUN
        ! LIST|plot|chart|graph|draw ... METRIC
        ! plot|chart|graph|visualise|visualize ... STRATEGY|RUN|ID
        ! FILE ... REPORT|say|says|read|look|mean|means
        ! REPORT|analyse|analyze|read|review|look|interpret|parse ... FILE
        analyse|analyze|interpret|describe|unpack|elaborate ... RUN|STRATEGY|ID|METRIC|performance
        ! performance|results|stats|numbers ... of|for ... STRATEGY|RUN|INDICATOR|ID
        STRATEGY ... performance|results|result|numbers|stats
        ! did|does|has|have|was|is|would ... STRATEGY|RUN|INDICATOR|it ... work|worked|make|made|lose|lost|survive|profitable|money|good|any
        ! tell ... about ... STRATEGY|RUN|METRIC|ID|INDICATOR|one
        ! brief|short|detailed|standard|full|quick|concise|detail|longer|shorter ... RUN|STRATEGY|REPORT|ID|INDICATOR
        STRATEGY|RUN|ID|REPORT ... brief|short|detailed|standard|detail|depth|length|please
        ! more|less|further detail|details|depth
        regime|regimes ... STRATEGY|RUN|METRIC|it
        STRATEGY|RUN|it|performance|perform|behave ... regime|regimes|crisis|crash|bust|selloff|bear
        ! significant|significance|overfit|overfitting|overfitted|robust|snooping|anomalies|recommendation ... RUN|STRATEGY|result|results|it|METRIC
        is|are ... METRIC ... significant|robust|real|annualised|annualized|net|gross|any
        ! open|export|download|send ... REPORT|RUN ... pdf|html|word
        ! pdf|html ... REPORT|RUN|STRATEGY
        proceed|recommendation|recommend|verdict
        ! worst|best|longest|biggest|largest|average|deepest ... month|year|day|drawdown|trade|METRIC|holding
        how many|much trades|METRIC
        how long|deep|bad|risky|sensitive|significant|volatile|big|steep ... STRATEGY|RUN|METRIC|it|this
        and|what about|how in|during|since|for|over PERIOD
        how much ... lose|lost|make|made|earn|earned|return|grow|grown
        would ... have returned|made|earned|grown
    """,
    "compare": """
        !! is|was|are ... STRATEGY|INDICATOR|RUN|version|one ... improvement|upgrade on|over
        !! improve|improves|improved on|over
        !! did|does|do|has ... STRATEGY|INDICATOR|RUN|ID ... against|versus|vs|relative ...
        !!! ID or|vs|versus|and|to|with|against ID
        !! are ... STRATEGY|INDICATOR|RUN ... and|or STRATEGY|INDICATOR|RUN ... similar|comparable|alike|different|correlated|better|worse
        !! did|do|does ... STRATEGY|RUN ... relative to
        !! which|what of|out of? the|these|those|my|our? RUN|STRATEGY|them ... had|has|have|was|is|did|lost|made|gave|got
        !! line|stack|lined|sorted|arranged|arrange ... up|order by|against|next|together
        !! whichever|runner
        !! how would|might|could i|we|it|they have done|fared|performed|made ... holding|index|SYMBOL|cash|passive|benchmark
        ! which is it|best|better|the
        ! first or second
        !! both|other two ?
        !!! overlay|tabulate|superimpose
        !!! table|matrix ... STRATEGY|INDICATOR|RUN|all
        !! one|same|single chart|plot|graph|table
        !!! STRATEGY|INDICATOR|ID|RUN|SYMBOL version? versus|vs|vs.|v STRATEGY|INDICATOR|ID|RUN|SYMBOL|our|the|my|buy
        !! how|what about ... against|versus|vs|relative
        !! how|does|do ... compare|compares|stack ... to|with|against|up|?
        !! h2h|head-to-head|cmp
        !! least|most risky|consistent|profitable|volatile|stable ... of|in|among
        ! what separates|distinguishes
        ! cost|gain|gained ... versus|vs ... staying|holding|invested|index
        !! put|show|see|have ... STRATEGY|ID|RUN|INDICATOR|SYMBOL ... in|on|side one|same|a|by table|chart|plot|side|graph
        ! most|least|best|worst|smoothest|steadiest|safest|riskiest consistent|profitable|risky|reliable|stable|robust|volatile|ride|run|strategy ...
        ! most|least consistent|profitable|risky|reliable|stable|robust|volatile|successful ... STRATEGY|RUN|one|of|$
        ! what separates|distinguishes|sets
        ! ^ winner|ranking|best|worst|ranked $
        ! order|sort|ranked|rank by METRIC
        ! throw|add|include|put ... in|into|to mix|comparison|table|list|chart|it
        ! relative performance
        !! who|who's|whos ... best|top|ahead|winning|leading|worst|better ... on|by|METRIC|STRATEGY|INDICATOR|pile
        ! STRATEGY|INDICATOR|ID against|vs|versus|v STRATEGY|INDICATOR|ID|SYMBOL
        ! invested|holding|staying|index|benchmark|passive ... versus|vs|or|instead|better
        !! differ|differs
        ! changed|changes between|since|from
        !! STRATEGY|INDICATOR|ID|RUN or STRATEGY|INDICATOR|ID|RUN
        !! compare|comparing|comparison|cmp ... STRATEGY|RUN|ID|INDICATOR|SYMBOL|them|those|these|two|all
        ! METRIC|table|KPIS ... all|every|each ... STRATEGY|RUN
        ! RANK METRIC STRATEGY|RUN
        !! correlated|correlation ... STRATEGY|INDICATOR|RUN ... and|with|to ... STRATEGY|INDICATOR|RUN|each
        ! beat|beats|outperform|outperformed|underperform|underperformed ... market|index|benchmark|SYMBOL|STRATEGY
        ! how far|much ... behind|ahead|better|worse|more|less|over|above ... STRATEGY|RUN|SYMBOL|index|benchmark|market
        ! compare|compares|comparing|comparison|contrast|h2h ... STRATEGY|RUN|ID|it|them|those|all|SYMBOL|INDICATOR|FILE|everything|top|these|two|three
        ! STRATEGY|RUN|ID|INDICATOR|SYMBOL|REPORT ... versus|vs|vs.|v|against|or ... STRATEGY|RUN|ID|INDICATOR|SYMBOL|benchmark|index|market
        ! ^ and? versus|vs|vs.|v|against
        ! which|what|who|whose ... STRATEGY|RUN|one|ones|two|three|INDICATOR|those|these|them ... RANK|better|COMPARE|higher|lower|faster|less|more
        ! which|what|who ... RANK|better|higher|lower|highest|lowest ... METRIC|STRATEGY|RUN
        which|who ... RANK|COMPARE
        ! which ... STRATEGY|RUN|ones|one ... did|had|has|performed|lost|made|held|survived|beat|recovered|worked
        ! RANK ... STRATEGY|RUN|them|those|these|all|METRIC ... by|on|after
        ! ^ POLITE? rank|sort|order ... RUN|STRATEGY|them|those|all|top|our|my|the
        ! leaderboard|rankings|ranking|league
        ! side by side
        ! head to head
        ! next to each|other
        ! difference|differences|diff|differ|different ... RUN|STRATEGY|ID|INDICATOR|SYMBOL|two
        ! better|worse|riskier|safer|higher|lower|shallower|smoother|faster|stronger|weaker ... than ... STRATEGY|RUN|SYMBOL|INDICATOR|ID|index|benchmark|holding|version|others|last
        ! is|was|does|did|do ... STRATEGY|INDICATOR|RUN|it ... better|worse|beat|outperform|riskier|safer ... STRATEGY|RUN|INDICATOR|ID
        ! stack|stacks|stacked|measure|line|match|fare up|against
        ! beat|beats|outperform|outperforms|outperformed|underperform|trail ... STRATEGY|RUN|INDICATOR
        ! relative to
        ! STRATEGY|RUN|ID|INDICATOR|SYMBOL and STRATEGY|RUN|ID|INDICATOR|SYMBOL ... together|compared|chart|differ
        ! overlay|superimpose ... STRATEGY|INDICATOR|RUN|curves|them
        !! best|worst|highest|lowest|top|strongest|weakest|biggest|smallest METRIC|performing|performer ... across|among|amongst|of|our|all|any|between ... RUN|STRATEGY|all
        !! which|what ... RUN|STRATEGY|one|INDICATOR ... lost|gained|made|suffered|recovered|did|returned|performed|traded|is|has|was|had ... most|least|best|worst|better|more|faster|fastest|highest|lowest|RANK
        ! benchmark STRATEGY|RUN|ID|it|this ... against|to
        correlation|correlated ... between|and|with
        ! add|include ... to|in comparison|ranking|table|chart
        ! table|matrix|tabulate ... STRATEGY|RUN|METRIC|KPIS ... all|STRATEGY|RUN|INDICATOR
        comparable|compared|comparison|comparisons
        between STRATEGY|RUN|ID|INDICATOR|these|the ... and
        pick|choose|winner|wins|won|ahead ... STRATEGY|INDICATOR|RUN
        STRATEGY|INDICATOR ... winner|wins|won|ahead
        out of ... STRATEGY|INDICATOR|RUN
        what|anything|anyone|any ... beat|beats|outperformed
        RANK STRATEGY|RUN|METRIC ... across|among|amongst|of all|our|every
        compare compare|them|those|all|these|two|top|NUMBER
    """,
    "draft": """
        !! explain|describe|define|what|whats|what's|tell|teach|meaning|how ... do|does|is|are|me|about|of|the|an|a? INDICATOR ... do|does|work|measure|mean|for|$
        !! ^ POLITE? draft|strat|strategy|spec|rule smth|sth|something|:|- ...
        !! way|something|anything|how to measure|detect|capture|spot|filter ...
        !! what|what's|whats|anything|something ... available|got|there ... for volatility|volume|momentum|trend|breadth|INDICATOR ...
        !! hold|keep|holding ... position|positions|trade|trades|it|each ... for|max|at|until|no ... days|bars|weeks|NUMBER|$
        !! make|switch|change|turn it|this|that weekly|daily|monthly|hourly|long|short|slower|faster|tighter|looser|wider $
        !! why did|have|do you use|used|choose|chose|pick|picked|set ...
        !! what if i|we|it|you ... TRADE|took|only|used|add|added|exit|exited|wait|waited|skip|required|RULE
        !! let's|lets|let us|me see|try|test ... INDICATOR|STRATEGY|RULE|NUMBER
        !! ^ POLITE? backtest|simulate ... INDICATOR|STRATEGY|TRADE|NUMBER
        !! take profit|profits ... PERCENT|NUMBER
        !! how|what about a|an|adding|using|trying ... filter|stop|INDICATOR|target|exit|entry|rule
        ! both directions|sides|ways
        ! longer|shorter|slower|faster|different lookback|period|window|average|filter
        ! require|requiring|requires ... INDICATOR|RULE|close|closes|volume|average
        ! start|begin|open a|another|new|fresh draft|strategy
        !! idea|ideas|suggestion|suggestions ... for ... STRATEGY|system
        !! STRATEGY config|spec|configuration|specification
        !! INDICATOR|candlestick|patterns ... available|supported
        !! can|do|does you ... do|support|have|know|offer|use ... candlestick|patterns|indicators|oscillators|INDICATOR
        ! want|need|something that|which ... profits|benefits|gains|earns|makes
        !! MAKE ... STRATEGY ... that|which|with|for|where|from|on|:
        !! backtest|simulate|test ... STRATEGY|TRADE|INDICATOR|RULE ... with|where|that|on|from|if|since|when
        !! formalise|formalize|codify|encode
        ! ideas|idea|suggestion|suggestions for ... STRATEGY|system
        ! something|anything|want|need ... that|which profits|makes|TRADE|earns|gains|benefits|survives
        ! anything|something that measures|spots|detects|captures
        ! INDICATOR|indicators|oscillators for ...
        ! is INDICATOR available|supported|there|included
        !!! what|which|anything|something|stuff|things ... have|got|offer|there|know|? for|on|about volatility|volume|momentum|trend|trends|breakouts|channels|seasonality|candles|candlesticks|patterns|oscillators|averages|cycles|overbought|oversold
        ! STRATEGY ... but only? in|when|if|with|above|below|after
        ! CHANGE|out|bump|slow|speed ... filter|shorts|longs|target|stop|stops|rsi|hold|holding
        ! go ahead and? backtest|test|run|draft|build|simulate
        ! if ... TRADE it?
        ! rather than|instead NUMBER|the|of
        !! would ... STRATEGY|RULE|TRADE|INDICATOR ... have worked|made|been|done|helped
        ! how|what would ... TRADE|STRATEGY that|which|every|when|if
        ! test|see|check whether|if ... TRADE
        ! MAKE this|it|a|an|that|me
        ! in|out of? the? market|cash ... otherwise|else|when|if|only|from|until|unless
        !! weekly|daily|hourly|monthly bars|candles|timeframe
        !! TRADE|long|short|enter|exit|flat when|if|whenever|once|unless|after|every
        !! stop|sl|target|tp|trailing ... PERCENT|NUMBER ... instead|please|$
        !! make|set|change|move|put|tighten|widen|raise|lower|bump|reduce|increase ... stop|target|threshold|period|lookback|rsi|trailing|exit|entry|profit|slippage|fee|window ... to? PERCENT|NUMBER|a
        ! TRADE ... SYMBOL|it|INDICATOR|index|dip|dips|market|when|if|whenever|after|once ... when|if|whenever|after|once|on|at|RULE|INDICATOR
        ! when|if|whenever|once|after ... INDICATOR|RULE|price|close|closes|SYMBOL|volume ... TRADE|long|short|enter|exit|flat
        ! TRADE|long|short|enter|exit ... when|if|whenever|once|unless|until ... INDICATOR|RULE|above|below|over|under|falls|drops|NUMBER
        ! entry|enter|exit|exits|long|buy|sell|stop|target : ...
        ! go|going|stay|get|be long|short|flat
        ! MAKE ... STRATEGY|RULE|INDICATOR
        ! MAKE ... that|which ... TRADE|long|short|enter
        !! run|do|make|perform|launch|start|execute ... a|another|new|fresh|quick new|quick|fresh? RUN
        !! run|execute a|the|this? ... STRATEGY ... on|from|with|over|using ... SYMBOL|PERIOD|NUMBER|RULE
        ! backtest|simulate|test|try|preview ... STRATEGY|INDICATOR|RULE|TRADE|SYMBOL|this|a|an|whether|buying
        ! ^ GREET? POLITE? backtest|simulate|test|try|preview|draft
        ! new|another|create STRATEGY|draft|idea
        ! STRATEGY|strat idea|ideas|builder|spec|config|specification
        ! here's|here|got|have ... idea|rule|rules
        ! CHANGE ... RULE|INDICATOR|stop|target|threshold|parameter|NUMBER
        ! CHANGE ... PERCENT|NUMBER
        ! make it|the|that|this ... RULE|PERCENT|long|short|weekly|daily|slower|faster|tighter|wider|looser
        ! use|using ... INDICATOR|RULE ... instead|not
        ! instead of ... NUMBER|INDICATOR|RULE
        ! only|just above|below|over|under|if|when|long
        ! NUMBER|PERCENT stop|target|trailing|take
        ! stop|target|trailing|sl|tp|loss|profit|slippage|threshold ... PERCENT|NUMBER|ATR
        ! what if|would ... TRADE|bought|sold|RULE|stop|entry
        ! what would|happens|happen ... if ... TRADE|bought|sold|RULE
        !! how would ... STRATEGY|it ... that|which|TRADE ... TRADE|work|do|RULE
        ! INDICATOR ... < | > ...
        ! INDICATOR ... under|below|over|above|< |> |crosses|rising|falling|crossing ... NUMBER|INDICATOR
        ! price|close|closes|closing ... above|below|over|under|crosses ... INDICATOR|RULE|NUMBER|average|high|low
        ! crosses|cross|crossing|crossed above|below|over|under|back|its|the|up|down|through
        !! what|which ... indicator|indicators|patterns|oscillators|template|templates ... do|have|available|support|know|offer|is|are|can|measures|for|exist|got
        !! is|are|any there? ... indicator|indicators|pattern|patterns|oscillator
        ! can|do|does you ... do|support|have|know|offer|use ... INDICATOR|candlestick|patterns
        ! what|which|anything|something|any ... have|got|like|for ... volatility|trend|volume|momentum|strength|overbought|INDICATOR
        ! is|do|does|can|have ... you|there|it ... support|have|know|do|an|a|use ... INDICATOR
        ! template|templates
        ! LIST|which|what ... INDICATOR|template|templates|patterns
        ! ^ STRATEGY|sma_crossover|rsi_mean_reversion NUMBER
        ! same ... but|with ... RULE|INDICATOR|NUMBER|PERCENT|SYMBOL
        ! rerun|re-run|run ... with|using|from|without ... RULE|PERCENT|INDICATOR|NUMBER|stop
        ! revise|modify|tweak|adapt|edit|change|adjust|update ... STRATEGY|draft|INDICATOR|RULE|it
        ! i|we|i'd|we'd want|need|like|thinking ... STRATEGY ... that|which|TRADE|RULE|hold|holds
        ! let's|lets|let us|me try|test|do|see|build ... INDICATOR|STRATEGY|RULE
        ! suggest|recommend|propose|invent|devise|formulate ... STRATEGY|INDICATOR|RULE
        hold|holds for|until|it|max NUMBER|days|weeks|bars|a
        ! turn|convert|translate ... into|to ... STRATEGY|spec|config|rules
        ! risk|size|sizing ... PERCENT|volatility|position|trade
        long|short|buy|sell ... INDICATOR|RULE ... exit|sell|cover|stop|out
        seasonal|seasonality|mondays|fridays|november|month ... TRADE|out|STRATEGY
        TRADE ... mondays|fridays|november|month|day
        ! fade|scalp|pyramid|rotate
        ! without|with|no ... filter|shorting|stop|slippage|costs|trailing $
        ! allow|forbid|permit|ban shorts|shorting|short|longs
        rename|preview ... it|this|draft
    """,
    "diagnose": """
        !! has|have|did|is|are|when ... price|prices|data|quotes|ingestion|load ... update|refresh|job|load|import|feed ... run|ran|finish|finished|done|complete|completed|start|started|today|yet
        !! mark ... it|this|incident? resolved|fixed|solved|closed
        !! get|call|wake|need|find someone|somebody|ops ... from|on|to ops|trading-ops|it|this|operations
        !! trading-ops|on-call|oncall
        !! everything|all green|good|ok|okay|normal|fine ?
        ! anything|something i|we should know|worry ... systems|data|side
        !! piling|pegged|spiking|thrashing|swapping|sync|lagging
        ! in sync|step
        ! nothing|no new ... ingested|loaded|arrived|since
        !! ingested|ingestion|ingest
        !! tail ... errors|logs|log
        !! RUN ... stuck|queued|hanging|pending ... in|for|still|hour|hours|$
        !! help ... find|figure|work out|why ... why|broke|broken|FAULT|down
        !! looks|look like|a bad|wrong|weird tick|ticks|price|print
        !! SYSTEM ... resets|errors|timeouts|refused|failures|exceptions
        !! how big|large ... table|database|index|SYSTEM
        !! bad|wild|fat tick|ticks|print|prints
        ! slowness|sluggish|laggy|crawling|unresponsive
        ! our|their|vendor's side|end
        ! SYSTEM|feed|quotes|prices ... FAULT|late|crawling|slow|red|dead|didn't|hasn't|haven't|won't|isn't|never
        ! do|have|did we have|got|get ... bars|prices|data|closes|ticks|load ... yet|in|for|?
        ! is|can|are ... safe|trust|trustworthy|reliable|good ... data|prices|quotes|numbers
        ! which|what symbols|tables|feeds|jobs|services ... behind|stale|missing|late|failed|failing|down
        ! SYSTEM|etl status|ok|okay|good|healthy|up|alive|? ?
        ! bad|dirty|weird|wrong|suspicious|odd tick|ticks|print|prints|price|prices|bar|bars|data
        ! holes|gaps ... in
        ! kick|bounce|restart|rerun|trigger ... SYSTEM|service|job|the
        ! my|our|the RUN|runs ... never|won't|don't|not start|finish|run|complete|queued
        ! how long ... been|has FAULT|down
        ! how big|large|many ... table|database|index|store|disk|rows
        ! RUN is|are|was|has|been taking|stuck|hanging|slow|queued
        !! hand|handing ... over|to ... ops|operations|on-call|oncall|support
        !! can't|cannot|unable|couldn't|can to? not? connect|reach|login|access ... to|the|DATA|SYSTEM
        !! who|who's|whos is? on|on-call|oncall call|duty|today|now|$
        !! who|who's|whos is? on call
        ! monitor|monitoring|monitored|watching ... $
        ! missing ... days|bars|data|rows|dates|prices
        !! row|rows count|counts
        ! stale|freshness|outdated|frozen|stuck|unreachable|outage
        ! DATA|SYSTEM|SYMBOL|store ... FAULT
        ! FAULT ... DATA|SYSTEM|job
        ! is|are|was|were|did|do|does|has|have ... DATA|SYSTEM ... HEALTH
        ! how ... fresh|old|stale|full|slow|healthy|current|deep|big|recent|late|far ... DATA|SYSTEM|SYMBOL|our|the
        ! how's|hows|how is|are ... SYSTEM
        ! when was|is|did|does|were|will|do|are ... SYMBOL|DATA|SYSTEM ... HEALTH|in|land|arrive|finish|run|come|expire|refresh|next|updated
        ! why is|are|does|has|hasn't|did|won't|isn't|aren't|didn't|haven't|was|can't ... SYSTEM|DATA|it|things|everything ... FAULT|HEALTH|so
        ! what|anything|something|whats|what's ... FAULT|failed|broke|broken
        ! alert|alerts|alarm|alarms|firing
        ! OPS ... SYSTEM|DATA|load|key|query|namespace|it|this
        ! escalate|escalation ... this|it|to|now|please $
        ! ^ POLITE? escalate|page
        ! page|call|wake|ping|alert|notify ... on|oncall|ops|on-call ... call|ops|oncall|team
        ! hand ... over|to ... ops|operations|on-call|oncall
        ! runbook|runbooks|playbook|playbooks
        ! runbook|runbooks ... for|covers|when|about
        ! troubleshoot|diagnose|diagnostic|diagnostics|investigate|debug|triage|root|rca|outage|incident|sev1|sev2|p1
        ! last|latest|newest|most ... date|bar|day|update|ingestion|load|timestamp ... SYMBOL|DATA|have|finish
        ! no|missing|without|any|where ... DATA ... since|for|today|yesterday|yet|in|from|PERIOD
        ! status|health|state|check|checks ... of|on|all|SYSTEM|DATA
        ! SYSTEM|DATA ... status|health|check|ok|okay|healthy|up|down|latency|usage|good|alive
        ! ^ status|health|healthcheck|checks|diagnostics $
        ! run|do|perform ... diagnostic|diagnostics|health|check|checks
        ! is|are ... everything|all|things|systems|anything ... ok|okay|fine|good|up|go|running|working|healthy|well
        everything|all|systems ... ok|okay|go|good|green
        ! sanity|pre-open|pre-market|morning|opening|preflight|health check|checks
        ! check|verify|inspect|look ... DATA|SYSTEM|into
        ! disk|disks|cpu|ram|memory|evictions|replication|quota|certificate|cert|tls|latency|uptime|p99|backlog|vacuum|bloat
        ! RUN ... stuck|queued|pending|queue|not|forever|hanging|hung ... running|hour|hours|in|still|forever
        ! why is|are|hasn't|isn't|aren't|still ... RUN ... stuck|queued|pending|running|started|finished|queue
        ! did|has|have|is|are ... we|you|DATA|prices|today's|yesterday's|eod ... get|in|come|landed|arrived|arrive|loaded
        ! eod|overnight|nightly ... load|batch|job|run|data|prices|ingestion|in|done|landed
        ! SYMBOL ... DATA ... HEALTH|FAULT|missing|fresh|old
        ! gap|gaps|anomaly|anomalies|duplicate|duplicates|quality|row|rows ... DATA|SYSTEM|SYMBOL
        ! DATA|SYMBOL ... quality|gaps|anomalies|row|rows|count
        ! can't|cannot|can|unable ... see|connect|reach|load|find|query ... DATA|SYSTEM|to
        ! getting|seeing|throwing|returning ... FAULT
        ! are|is deskhand|you|bot|model|llm|endpoint ... healthy|HEALTH|down|slow|ok
        ! model|llm ... health|down|up|reachable|endpoint
        ! something|somethings ... off|wrong|broken|up|weird|amiss ... with|SYSTEM|DATA
        ! what|who caused|happened|wrong|broke|up|going|on-call|on ... SYSTEM|outage|down|call
        lag|slow|frozen|stale|stuck|locked
        ! list|which|what connections|systems|services|jobs|dags ... monitor|running|connected|watch|you
        ! restart|retry|rerun|re-run|flush|kill|terminate|invalidate|purge|pause|resume|backfill|reload|clear SYSTEM|DATA|the|blocked|that|last|failed ...
        ! how many ... symbols|rows|connections|5xx|errors|queries|jobs|FAULT ... ingested|loaded|open|blocked|DATA|SYSTEM|last|PERIOD
        solved|fixed|resolved|helped
        ! did|has|have ... SYSTEM ... finish|finished|run|complete|completed|work|fail|failed|go|ok
    """,
    "digest": """
        !! what's|whats|what is|was? in ... daily|weekly|monthly|morning|digest|SUMMARY ?
        !! ^ POLITE? news ?
        !! what|what's|whats ... have|has|had|did|'ve? i|we|happened missed|miss|since ...
        !! what's|whats|what has|have? happened|changed|new ... since|overnight|today|while
        !! anything|something new|interesting|important|happen|exciting|notable|happened ... overnight|today|PERIOD|while|since|?
        !! catch-up|catchup|heads-up
        !! digest|digests can|could|should|to|is|be|so|for|now|please|paused|settings
        !! what happened ... desk|overnight|here|channel
        !! fill|catch|bring me|us in|up
        ! SUMMARY|note|monday|friday|daily|weekly ... to include|cover|contain
        !! add|include|put|drop|remove ... line|section|block ... to|from|in|about ... daily|weekly|SUMMARY|note
        !! like|want ... note|digest|SUMMARY|daily|weekly to include|cover|have|contain
        !! SUMMARY ... CADENCE
        !! CADENCE ... SUMMARY|digest|report
        !! CADENCE SUMMARY|report|standup|note|message|email
        ! PERIOD|overnight|morning|friday|monday|tomorrow's|today's|yesterday's SUMMARY|digest|note|brief
        ! SUMMARY ... of|for|on|from ... PERIOD|desk|overnight|week|day
        !! ^ POLITE? SUMMARY POLITE? $
        ! any|what|what's|whats SUMMARY|new|news ... desk|today|overnight|PERIOD|here
        ! what happened|changed|moved|was ... on|at ... desk|overnight|here ... PERIOD
        ! what happened PERIOD|overnight
        ! fill|bring|catch|keep ... me|us ... in|up|posted ...
        ! shift|move|change|push|bring|delay ... SUMMARY|digest|it|daily|weekly|note ... to|by|after|before|forward|earlier|later
        ! add|include|drop|put ... to|in|into ... daily|weekly|note|summary|update|monday|briefing|morning
        ! SUMMARY|note|report|daily|weekly ... to include|contain|cover|have|show
        ! don't|stop|no|cancel|drop|kill|enough ... need|want|more|send|post|the|my ... daily|weekly|SUMMARY|morning|digest
        ! twice|once|three times? a|per week|day|month
        ! CADENCE ... bell|open|close|lunch|breakfast
        ! on|what's|what the schedule|scheduled
        ! every ... of the month|quarter|week
        !! add|include|drop|remove|put|take|want ... to|in|from|of|into|out ... digest|digests|briefing|brief|summary|roundup
        ! daily|weekly|morning|monthly|nightly thing|one|message|mail|ping
        !! new|changed|happening on|in|at the? desk|channel
        ! DIGEST
        !! digest|digests
        !! post|send|deliver|schedule|subscribe|remind|notify|report|give|share|drop|ping ... CADENCE
        ! CADENCE ... SCHEDULE|DIGEST|at|give|summary|overview|update|report|here
        ! DIGEST|summary|update|overview|report ... CADENCE
        !! CADENCE ... at|by|around NUMBER|noon|lunchtime|midday|close|open
        ! CADENCE ... NUMBER|noon|am|pm|london|morning|evening
        ! CADENCE summary|report|update|email|overview|email|message|post|numbers
        ! what|anything|whats|what's new|changed|happening ... today|this|since|on|in|desk|overnight $
        ^ what's|whats|anything|what new
        ! what ... i|we miss|missed
        ! catch|bring|fill|get ... me|us up|in|speed
        ! summary|recap|roundup|overview|rundown|wrap|summarise|summarize ... of|the|for|yesterday|today ... day|week|today|yesterday|morning|month
        ! subscribe|unsubscribe|subscriptions|subscription|mute|unmute
        ! pause|stop|resume|delete|move|cancel|reschedule|list|send|preview|edit|remove|disable|enable|turn|start ... DIGEST|daily|weekly|summary|subscription
        ! SCHEDULE ... DIGEST|summary|report|update|overview
        ! remind ... me|us|approvers|team|everyone ... CADENCE
        ! set|setup up? ... DIGEST|daily|weekly|summary|CADENCE
        ! post|send|give|share|drop ... me|us|here|channel ... CADENCE
        move|make|change it|that ... NUMBER|weekdays|mondays|fridays|earlier|later|daily|weekly
        brief me|us|the
        SCHEDULE ... channel|here|#0
    """,
    "approvals": """
        !! which|what|show|list|any|our|all|how ... strategies ... approved|registered
        !! approved|registered strategies
        !! strategy|strategies registry
        !! what|what's|anything|show|list ... in|of the|our|your registry
        !! need|needs|want|wants|like|get|have|could|should|can ... REPORT|it|this|one published|reviewed|public|out
        !! second|another|fresh pair|set|look of? eyes? ...
        !! share|post|put|release|circulate ... REPORT|it|this|one ... once|after|when|to|in ... cleared|approved|reviewed|signed
        !! what|how|why did|has|have ... committee|board|approvers|reviewers|they|pm|pms ... decide|decided|say|said|think ...
        !! anything|something|everything pending|waiting|outstanding|open|left ...
        !! hold off|back on? approving|approval|signing
        !! how|why did|was|were we|they|it ... decide|decided ... on|about
        !! return|send|hand|give ... report|narrative|draft|it ... to ... author|its|him|her|them|requester|owner
        !! why did ... turn|reject|refuse|decline|veto ...
        !! not|don't approve
        !! rejected|approved|approve|reject ... both|all|and ... draft|drafts|ID|NUMBER
        !! my|our|the|review|approval|reviewers'? queue ?
        !! stuck|held|waiting|sitting in|on approval|approvals|review
        !! send|sent back
        !! return it|this|that|to
        !! hard? no|not on|go|approved to?
        ! ok|okay|go|right|good,? ship|approve|publish
        !! drafts|draft ... have|i|we ... open|pending|waiting
        !! is|are|was|were|has|have|did ... STRATEGY|draft|report|narrative|it|ID|compliance|anyone|they ... signed|approved|rejected|reviewed|decided|through|cleared|vetoed
        ! stuck|sitting|blocked|held ... approval|approvals|review|queue
        !! approval|approvals queue|backlog|pending|outstanding|stuck
        ! owe ... decision|approval|review|sign-off|answer
        ! let|push|wave ... through
        ! kill|bin|drop|scrap draft|ID|it|proposal|request
        ! hard|it's|a|that's no on|to|from|for
        ! fine|good|ok|okay|great|happy|approved by|with|from me|us|my|it|this
        ! not happy|convinced|comfortable|good|approving|signing
        ! return|redo|redone|rework ... it|narrative|report|draft
        ! who ... sign|approve|review|decide|signed|next
        ! good|ready to go|publish|release|ship
        !! publish|release ... narrative|report|it|this|to
        ! how long|when ... draft|request|approval|it ... expire|expires|lapse|lapses|left
        ! pull|withdraw|retract my|the|our request|draft|submission|proposal
        ! get ... to look|review|approve|sign ... at|my|the|this draft|request|proposal|$
        ! like|want|need ... this|it|draft|STRATEGY reviewed|approved|signed|looked
        ! what have|did|has|had i|we|they ... approved|signed|rejected|submitted|decided
        ! second|other|another signature|approver|pair|reviewer
        ! score|rate ... narrative|report|this|that
        ! what|which|any|list|show drafts|draft|approvals ... have|open|pending|mine|my|are|is|need|await|awaiting
        !! anything|something|stuff|things|what ... need|needs|have|want|should ... look|sign|review|approve|decide|decision|approval|approving
        !! my|our drafts|approvals|submissions|proposals
        ! APPROVE ... draft|drafts|it|this|that|STRATEGY|proposal|ID|NUMBER|one|RUN|all|everything|them
        ! what|anything|which|who|stuff|things|something|list|show|any|how ... needs|need|needing|waiting|awaiting|pending|outstanding|require|requires|requiring ... my|me|approval|sign|sign-off|signoff|review|decision|approve
        ! waiting|pending|awaiting|outstanding|open|due ... on|for|my|me|approval|approvals|sign|decision|drafts|requests|review
        ! pending|open|outstanding|awaiting ... drafts|approvals|approval|requests|decisions|reviews|strategies|narratives|sign-offs|stuff|items
        !! who approved|rejected|signed|reviewed|approves|decided|published|vetoed|okayed
        ! was|is|has|did|were|are ... draft|it|STRATEGY|proposal|narrative|anyone|they ... approved|rejected|signed|sign|expired|expire|published
        ! status|state|where|progress ... draft|drafts|approval|sign-off|proposal|submission
        ! my|our|open drafts|draft|approvals|submissions|queue|proposals|proposal
        ! approval|approvals|approver|approvers|decision|decisions|review|reviewers ... queue|history|log|status|requests|list|pending|since|request|PERIOD
        ! ^ approve|approved|reject|rejected|accept|decline|veto|deny|lgtm|greenlight|approvals|publish
        ! sign off|it|on
        !! send ... it|that|this|narrative|report|draft|STRATEGY ... back
        !! send back
        !! how many drafts|approvals|narratives|strategies|requests|decisions|STRATEGY ... pending|open|waiting|need|needs|outstanding|left|awaiting|still
        !! what|anything|something|stuff|which ... have|need|want|should|must i|we|me to? ... review|sign|approve|decide|look
        !! reviewers|review|approval|reviewers' queue
        ! publish|release|discard ... narrative|report|it|to|this|STRATEGY
        ! submit|request|withdraw|revoke|extend|nudge|chase ... approval|sign-off|it|draft|STRATEGY|approvers|deadline|this|approver
        ! put|up|go ... for approval|sign-off|review
        ! looks|look good|fine ... APPROVE|ship|go
        ! yes|ok|okay|yep|sure|happy ... approve|approved|draft|ID|go
        ! give ... green|go|thumbs|blessing|ok|sign-off
        ! my queue|plate|desk|inbox ... approve|review|approval|sign
        on my plate|queue
        in my queue
        ! review|look|sign|decide|approve ... today|before|this|now $
        ! rejected|approved|decided|declined ... PERIOD|draft|drafts|strategies|last|this|PERIOD
        ! why was|is|were ... rejected|declined|refused|denied
        ! when did|does|was|do|will ... expire|approved|signed|rejected
        ! no|not|reject|turn go|down|approving|this
        ! rate|rating|score ... narrative|report|this|it ... NUMBER
        ! narratives|narrative|reports|report|drafts|draft ... awaiting|pending|waiting|review|reviewer|sign-off
        ! LIST ... approved|rejected|pending|drafts|approvals|submitted
        ! drafts|submitted i|we|by|did|have
    """,
    "usage": """
        !!! what|which percentage|percent|share|proportion|fraction|ratio|part of ... drafts|narratives|reports|answers|requests|users|people|approvals
        !!! how much|many does|do|did each|a|one|every report|narrative|answer|draft|request|question|digest cost|costs|take
        !! what|who did|do|have|has people|they|users|team|we|everyone|analysts ask|asked|request|requested ... you|deskhand|bot
        !! has|have|is|was|are deskhand|bot|you|this ... used|busy|popular|useful|helpful ... much|lot|PERIOD|week|month
        !! how well|good|badly are|is|do|did|have you|deskhand|bot|we doing|do|done|perform|performing
        !!! how many|often times|requests|people|users ... deskhand|bot|you asked|used|called|invoked|mentioned|ask|use
        !!! how often ... drafts|reports|narratives|answers|you|bot|model|people|users|approvals ... revised|blocked|refused|used|rejected|approved|wrong|rated|fail|failed
        !!! approval|acceptance|rejection|conversion|success|block|refusal|fallback rate
        !!! how satisfied|happy|pleased|content ... people|users|team|analysts|pms|desk|everyone|they
        !! how quickly|fast|long|soon ... incidents|issues|escalations|approvals|drafts|narratives|reports|answers ... resolved|closed|done|approved|published|take|fixed|get|answered
        !! which|what|who analysts|analyst|people|users|teams|desk|channel|channels|pms ... use|uses|used|using|ask|asks
        !! saving|saved us|me|time|the ...
        !! kpi|kpis|metrics|usage dashboard|report|figures|numbers|board
        !! kpis|kpi
        !!! number|count|total of narratives|reports|drafts|users|people|requests|questions|digests|backtests|answers|approvals|messages|calls|escalations
        !!! prompt|prompts approvals|version|versions|history|changes|in|list|library|are|wrote
        !! conversion
        !! anyone|anybody|people|somebody|everybody|everyone|team|folks using|use|uses|used|finding
        !! intents|intent ... popular|common|used|most|which|breakdown
        !! how much ... model|bot|llm|gpt|openai|you|deskhand|this|ai ... cost|costs|costing|charge|run|spend
        !! hours|time|days ... saved|save|saving ... with|by|using|you|us|we|?
        !! split|breakdown between|by|of ... intent|narrate|draft|user|channel|team|usage
        ! how many|much ... hours|time|users|people|reports|narratives|answers|requests|questions|messages ... you|we|on|PERIOD|saved|churn|write|wrote|produce|produced|answer|answered
        !! who|who's|which ... asking|asks|asked|using|uses|used ... you|bot|deskhand|most|stuff|it
        ! are|do|is|did ... folks|people|users|team|everyone|anyone|analysts|traders ... finding|like|liking|use|using|happy|useful|asking
        ! share|proportion|percentage|ratio|fraction of ... narratives|answers|reports|drafts|requests|users|them
        ! bot|deskhand|you ... worth|value|paying|useful|roi
        ! how quickly|fast|long|slow ... approvals|answers|reports|narratives|incidents|drafts ... usually|typically|average|done|take|get|resolved|published
        ! thumbs ... ratio|rate|count|many|answers|PERIOD
        ! usually|typically|average|avg|median|p50|p95|p99 ... answer|answers|response|reply|approval|turnaround|time
        ! spend|cost|spent ... so far|PERIOD|this|last|on
        ! fact checker|checker
        ! unique|distinct|returning|new|daily|weekly|monthly users|people|actives
        ! audit entries|rows|events|records|log|trail|chain
        ! most|top asked|common|frequent|popular question|questions|request|requests|command|commands|topic|topics
        !! how many|often|much drafts|approvals|narratives|reports|digests|backtests|diagnostics|strategies|escalations|incidents|requests|questions|people|tokens ... were|got|did|was|been|have|has|do ... approved|rejected|created|drafted|written|sent|generated|narrated|run|made|published|asked|opened|handled|answered|resolved|solved|used|blocked|refused|PERIOD
        !! busiest|slowest|quietest|heaviest|noisiest
        !! time|hours|days|effort ... saved|saving|save
        !! how useful|helpful|valuable|effective ... you|bot|deskhand|been|this
        ! prompts
        ! prompt version|versions|approvals|changes|history|library
        !! activity
        ! which|what channel|channels|team|desk|person|user|analyst ... most|least|uses|used|top
        !! how many people|users|persons|analysts|traders|colleagues|folks|ppl|humans|teams ... use|used|using|uses|ask|asked|are|were|have|talk|interact|on|active
        ! how many|often|much ... people|users|persons|analysts|traders|colleagues|folks|ppl|requests|questions|messages|queries|reports|narratives|drafts|digests|escalations|tokens|calls|diagnostics|approvals|backtests|times|conversations ... use|used|using|asked|ask|were|was|did|have|has|are|got|sent|handled|PERIOD|last|this|today|yesterday|we|you|handle|answer
        ! number|count|share|percentage|proportion of people|users|requests|questions|reports|narratives|drafts|digests|escalations|answers|calls|diagnostics|approvals|backtests
        ! usage|adoption|dau|mau|mttr|roi|engagement|uptake
        ! usage|bot|your|deskhand|activity|quality|monthly|weekly|user stats|statistics|metrics|numbers|figures|kpis|report|dashboard|analytics
        ! active users|people|members|analysts|user
        ! who|which uses|used|use|using|asks|asked|is|are ... you|bot|most|this|deskhand|team|channel|what|it
        ! top|heaviest|busiest|power users|user|channel|channels|askers
        ! anyone|anybody|people|everyone|team|somebody|ppl ... use|using|used|uses ... you|u|bot|this|it|deskhand|thing
        ! token|tokens|llm|openai|model|ai|gpt ... usage|spend|cost|costs|bill|budget|burn|spent|calls|consumption|latency|rate|spending
        ! spend|spent|cost|costs|bill|budget|burn|spending|price|charge ... model|tokens|llm|openai|you|bot|us|ai|narrative|query|gpt|this
        ! how are|did|is|have|has|do we|deskhand|bot|you|things|the ... doing|done|do|performing ... month|week|quarter|year|lately|adoption|far|PERIOD
        !! audit|governance
        ! audit|governance|compliance ... log|trail|report|export|chain|records|wants|history|month|PERIOD|entries|events
        ! export|verify|show|download ... audit|governance|compliance
        ! prompt|prompts ... version|versions|force|approvals|list|used|approved|changed|live|wrote
        ! list|show|which prompts|prompt
        ! fact ... checker|check|checks|checking|findings
        ! accuracy|accurate|satisfaction|feedback|rating|ratings|turnaround|conversion|reliability|reliable
        ! feedback|ratings|rating|complaints|complain|complaints|nps
        !! how accurate|useful|fast|reliable|busy|popular|helpful|quick|quickly|successful ... you|bot|deskhand|answers|reports|been|we
        ! hours|time|effort|money saved|saving|save
        ! time ... resolution|resolve|publish|response|answer|approve
        ! response|answer|reply|turnaround time|times|latency|speed
        ! escalations|escalation ... rate|avoided|have|had|there|month|were
        ! role|roles|permission changes|changed ... PERIOD|month|week|last|this|who
        ! role changes
        ! which|what action|actions|tools|intents|commands|questions|features ... run|used|popular|most|common|asked
        ! most|least popular|common|used|frequent|asked|active
        ! breakdown|split|usage|trend ... by|of|between ... intent|user|team|person|channel|role|day|narrate|usage
        ! how many|often ... rate|denied|refused|failed|unable|limited|blocked|declined|fallback|errors ... limited|requests|checker|model|answers|you
        ! refused|denied|blocked|failed outputs|requests|answers|reports
        ! who asked|ran|did|requested|triggered
        ! activity ... of|last|report|log|this|by|PERIOD
        ! how long|much|many|fast|quickly ... on average
        ! average|median|mean|avg ... revision|rating|time|cost|turnaround|latency|cycles
        value|worth ... deliver|delivered|bot|you
        ! numbers|figures|stats|report|card|kpis|metrics ... bot|you|your|deskhand|yourself|steering|committee|management
        ! error|fallback|failure|success rate ... bot|model|you|deskhand|your
        ! is|did usage|adoption
    """,
    "help": """
        !! ^ wat|wut|what|who|whos r|are|is? u|you|dis|this $
        !! ^ u|you|anyone|anybody|r|are u|you? there|around|here ? $
        !!! how|where|when|why do|does|would you|u|deskhand|bot narrate|compare|draft|diagnose|approve|calculate|compute|decide|know|check|read|work|rank|choose|handle
        !!! how does|do|did|is|are ... work|works|function|functioning here|$
        !!! what|what's|whats is|are a|an draft|narrative|digest|runbook|approval|backtest|approver|operator|analyst|viewer|template|fact
        !!! what does|do|would a|an|the draft|narrative|digest|runbook|report|approver|operator|analyst|viewer|role|admin ... contain|mean|include|do|let|allow|consist
        !!! what happens|next when|if|after|once
        !!! who|which can|may|could|is are? allowed? to? approve|draft|run|narrate|decide|publish|escalate|schedule|see|use|access|sign
        !!! may|can|could i|we|analysts|guests|viewers|anyone|operators|approvers approve|decide|reject|publish|escalate|use|access ... my|own|drafts|it|them|$
        !!! do|does|have|has|why i|we|analysts|guests ... have|got|need|lack|get access|permission|permissions|rights|role
        !!! which|what ... engines|engine|engines'|formats|file|files|types ... can|do|does you|it|bot|deskhand|i
        !!! list|show|name|explain ... everything|all|what|things you|deskhand|that ... support|can|do|offer|know
        ! what|what's|whats is? possible|available|here here|?
        !! what roles|role|permissions
        !! what|which roles|groups ... are|exist|there
        !!! am i|we allowed|able|permitted|authorised|authorized|supposed|cleared ... to
        !! am i an?|in? ... analyst|approver|operator|admin|viewer|guest|group|role
        !! ^ GREET? can|may|could i|we run|approve|draft|use|narrate|see|access|schedule|do|ask|make|get|upload DIGEST|diagnostics|drafts|narratives|reports|drafting|approvals|files|things|FILE|backtests $
        !! can|do|does you|it|bot|deskhand understand|speak|read|know ... english|german|french|spanish|typos|slang|me
        !! forgot|forgotten|remember|remind how|what|me how ... works|work|use|to
        ! nice|pleased|good to meet|see you
        ! explain|introduce yourself
        !!! what|which permissions|permission|role|roles|access|rights ... i|do|need|have|are|to
        !!! what|which kind|kinds|type|types|sort|sorts of FILE|formats|engines|requests|questions|things|strategies
        !! what can|could|may ... do|ask|run|see ... here|with|you|as
        !!! can't|cannot|couldn't approve|draft|run|narrate|see|access|use ... why|?
        !! how does this|it|that|deskhand|everything|all work|works
        !! i'm|im|i am? lost|confused|new|stuck
        !! tell me about yourself|you|deskhand
        ! what|what's|whats ... this|that|the|your thing|bot|app|purpose|job do|for|does|about|$
        !! explain|describe|tell ... how ... work|works|working|use
        ! i|we can't|cannot|couldn't|can ... approve|draft|run|see|use|access|ask|open ... why|anything|?
        ! why ... denied|refused|blocked|rejected|allowed|forbidden ... i|me|we|$
        ! why was|am|were i|we
        ! joiner|newcomer|newbie|onboarding|first|new time|day|week|here|joiner|user
        !! new here|joiner|user|to|starter
        ! what|where should|do|can i|we know|start|find|first|read|see
        ! give|lend ... me|us ... hand|help|pointers|tips|tour
        ! what happens when|if|after
        ! show|open|get|display help|menu|commands|examples
        ! cleared|entitled|permitted|allowed for|to|here|$
        ! do|does you|it|deskhand|bot keep|store|save|remember|log|learn|share|calculate ...
        ! what words|phrases|questions|language|commands do|can|should
        ! sup|halp|wassup|heyo
        !! need|want ... help|hand|assistance $
        !! tell|explain ... what|how you|this|it ... for|do|can|are|works|work
        !! what|which|who am|may|can|could|should|do i|we ... do|run|ask|type|say|allowed|permitted|able|try|write|see|access|use|request
        ! ^ GREET? POLITE? help me|us|please|pls|plz $
        ! ^ help $
        ! ^ help ... $
        !! ^ help with|on|about|for|narrate|compare|draft|drafts|drafting|diagnose|approvals|digest|digests|usage
        !! usage|deskhand|narrate|draft help
        !! ^ GREET $
        ! ^ GREET there|all|everyone|team|bot|deskhand|folks|mate|again|buddy|friend|you|guys|people|everybody $
        ^ GREET ... $
        ! what|wat|whta|which can|could|do|does|will|would|are you|u|yo|deskhand|this|bot ... do|help|able|offer|know|for|answer|handle|capable
        ! what|what's|who|who's are|r|is|you|your|u you|u|this|deskhand|bot|job|purpose ... $
        ! what|what's ... the|this|that bot|thing|deskhand ... for|do|does
        ! what|which|who am|may|can|could|should|are i|we ... do|run|ask|type|say|allowed|permitted|able|try|write|see|access|use|request|have
        !!! how|where do|can|could|should|would|does|must i|we|one|people|someone|somebody|anyone|guests|u
        ! how do|can you
        !!! how to
        !! help|guide|walk|talk ... me ... with|through|how ... drafting|approving|approvals|drafts|syntax|set-up|setup|using|you
        !! what's|whats|what is? the process|procedure|steps|flow|best|right way? for|to
        ! how does|do|did ... it|this|that|bot|deskhand|approval|approvals|process|thing|drafting|you ... work|works|operate
        ! show|explain|teach|tell ... me|us ... how|what|examples|commands ... to|you|work|can
        ! examples|example|commands|manual|docs|documentation|tutorial|guide|faq|menu|cheatsheet|capabilities|features|syntax
        ! role|roles|permission|permissions|access|rights|privileges ... my|i|have|me|do|get|drafting|need
        ! my|what|which|our role|roles|permission|permissions|rights|access
        !! why can't|cannot|can|am|aren't|isn't|won't|couldn't|may i|we|it|you ... not|run|approve|see|draft|use|allowed|access|let|do
        ! who|whom ... access|permission|permissions|rights|allowed|ask|admin
        ! don't|no|need|without|lack|get|give ... access|permission|permissions|rights
        ! i'm|im|i|we|am|we're new|lost|stuck|confused|unsure
        ! don't|not know|sure|certain ... how|what|where
        ! get|getting|where ... started|start|begin
        !! what|which ... formats|format|engines|engine|file|files|types|languages ... support|accept|read|take|understand|work|supported|handle|can|do
        !! can|do|does|could|are you|deskhand|bot|it able? to? read|support|parse|import|accept|understand|handle|open|take ... FILE|results|exports|python|engines
        ! do|can|does|will|are you|u|it|this|guests|i|we ... work|support|read|understand|accept|handle|speak|use|need|mention|tag ... FILE|you|in|with|results|dms|channels|dm|private|thread
        ! do|must|should i|we need|have|mention|tag|@
        ! are|r you|u|there ... bot|there|real|human|awake|alive|online|person|around
        ! ^ you|anyone|anybody|u there|home|around|awake
        ! tell ... about you|yourself|deskhand|this|the ... bot|$
        ! introduce yourself|you
        ! need|want|some|little|bit help|hand|assistance|guidance|pointers
        ! can|could|would|will you|someone|u|anyone help ... me|us|out|$
        ! what|what's does|do|is ... mean|stand|definition|meaning
        ! define|definition|meaning|glossary
        !! ^ what|what's|whats is|are? a|an? METRIC|INDICATOR|STRATEGY $
        ! what else|other
        ! options|instructions|onboarding|hints|tips|tour|demo|walkthrough
        ! four eyes ... mean|work|is
        ~ new here
        able|allowed|permitted|eligible to|run|use|do
    """,
    "unknown": """
        !! is|are|looks|isn't ... overvalued|undervalued|overpriced|expensive|cheap|bubble
        ! jk|kidding|joking
        !! short|buy|sell|long NUMBER STRANGE|ID|NUMBER|INDICATOR|SYMBOL|contracts|lots ... at|market|now|limit|$
        !!! is|are|when|will the? nyse|exchange|market|markets|stock ... open|close|opens|closes|closed
        !! my|our computer|laptop|keyboard|screen|mouse|headset|chair|internet|wifi|printer|email|outlook|excel
        !!! how do|can|to i|we|you file|fix|make|build|cook|bake|learn|find|get|clean|say|tie|play my|a|an|the|some? STRANGE|FOREIGN
        !! close|open|shut|lock the door|window|windows|gate|blinds
        !! should|shall|would i|we|you|it ... long|short|buy|sell|own|invest|trade here|now|today|this|SYMBOL|be
        !!! should|shall i|we|you go|be|get long|short|flat|into|out|in
        !! config|configuration|settings file|files ... with|and keys|secrets|token|tokens|credentials|passwords
        !!! api|your|slack|auth|access token|key|keys|secret $
        !!! select|insert|delete|update ... from|into|where users|table|STRANGE
        !! ^ SMALL POLITE $
        !! ^ POLITE $
        !! congrats|congratulations|happy|merry|welcome ...
        !! what|what's|whats is? the time|date|day|score|weather|news ?
        !! the news
        !! time is it|now
        ! yes|no|ok please|thanks|thank $
        !! POLITE? approve|reject|review|draft|compare|explain|report|publish|summarise|summarize|analyse|analyze|order|recommend|suggest|book|find ... my|a|an|the|this|our|some|me STRANGE $
        !! ^ POLITE? approve|reject|review|draft|compare|explain|recommend|order|find|play|translate|define|describe STRANGE
        !! difference|differences between a? STRANGE and
        !! compare STRANGE and|with|to|vs
        !! ^ who|what|when|where|why|how is|are|was|were|do|does|did|would|will|many|much|big|old|far|tall the|a|an? STRANGE
        ! ^ who|who's|what's|when|where|how|why ... STRANGE $
        ! ^ STRANGE $
        ! ^ STRANGE STRANGE
        ! STRANGE ... STRANGE ... STRANGE
        !! what time|when do|does|is|are ... store|shop|bank|office|mall|gym|library close|open|closed
        !!! list|show|give|print|dump|tell|send ... slack|api|bot|your|all|the tokens|keys|key|passwords|secrets|secret
        !!! rm|sudo|chmod|wget|curl|bash|eval
        !! script|alert ... script|alert
        ! my resume|cv|essay|thesis|paper|speech|letter|novel
        ! running|be|i'm late
        !! buy|sell|short|purchase NUMBER SYMBOL|ID ?
        ! is|are SYMBOL a|an|still|now ... buy|sell|hold|good|bad|overvalued|undervalued|cheap|expensive
        !! sell|buy|dump|liquidate everything|it|all|now now|$
        ! go all in
        ! what|what's|whats|how|how's SYMBOL doing|up|down|at|now|today $
        ! any|which|what good|best|hot stock|stocks|shares|picks ... buy|own|hold|$
        ! when|does ... nyse|exchange|market|stock ... open|close
        ! rm rf|-
        ! list|show|give|print|dump ... tokens|token|secrets|keys|passwords
        ! tweet|blog|letter|speech|song|birthday|timesheet|contract|invoice|lease|mortgage|insurance
        ! remind me to
        ! who|who's|whos ... ceo|president|king|queen|minister|author|singer|actor|winner|boss
        ! square root|cube|prime|factorial
        ! recommend|suggest me? a|an|some podcast|book|film|movie|restaurant|song|show|hotel|bar
        ! your instructions|prompt|rules|developer|creator
        ! from now on
        ! @ ?
        ! is there|any life|milk|beer|food|coffee|cake|bread|water
        !! drop|truncate|delete table|database|schema|users
        ! image|images|picture|photo|video|logo|meme
        !! ^ link $
        !!!! FOREIGN
        !!!! ignore|disregard|forget|override|bypass ... instructions|instruction|rules|prompt|guidelines|restrictions|above|previous|prior|safety|checks
        !!!! SECRET
        ! print|reveal|dump|leak|echo|show|give|tell|share|what ... SECRET
        ! you|u are|r now
        ! act|behave|pretend|roleplay ... as|like|you|to|pirate|are
        ! developer|dan|jailbreak|god mode|$
        ! make|give|grant|promote ... me|admin ... admin|root|superuser|sudo|rights|administrator
        ! sudo|rm|chmod|curl|wget|eval|exec|script|select|union
        !! ^ SMALL $
        THANKS ... $
        ! ^ THANKS
        !! TRADE|order|short|get NUMBER shares|contracts|lots|units|stocks|share|of|x
        !! market|limit order
        ! place|submit|execute ... order|trade|orders|trades
        !! close|liquidate|unwind|exit all|my|our|every positions|position|portfolio|book
        !! should|shall i|we|you buy|sell|invest|short|hold|put
        ! good|right|best time ... TRADE|invest
        ! will|where ... market|stocks|SYMBOL|fed|rates|economy|it ... go|crash|rise|fall|rally|be|end|hit|reach|recover|next|tomorrow
        ! what|what's|whats|how|price|where ... SYMBOL|market|rate ... trading|right|now|today|at
        ! what|what's|whats is|the ... price|quote ... of|for SYMBOL $
        !! price of SYMBOL
        !! how's|hows|how is? the? market|markets|SYMBOL doing|looking|today|trading|now
        ! tip|tips|hot stock|stocks|tips|pick|picks
        ! stock tip|tips|pick|picks
        ! solve|calculate|compute|convert|translate|multiply|divide|spell ...
        ! what is|what's NUMBER ... NUMBER
        ! who invented|wrote|discovered|painted|won|founded|is|was|killed|directed|sang ...
        ! who is|was the
        ! how tall|far|old|heavy|fast|hot|cold is|are|was
        ! tell|sing|write|draw|compose|paint ... me|a|us ... joke|song|poem|story|picture|haiku|essay|limerick|rap
        ! write|code|generate|fix ... python|javascript|java|code|function|script|sql|bug|regex|unit|class|essay|email|letter|image|picture|logo|cv
        ! how are|r you|u|things|ya $
        ! how's|hows|how ... it|life|things|day|weekend going|treating|hanging|been|was
        ! are|do|can|have you|u ... sentient|dream|alive|feelings|conscious|love|human|happy|married|drive|cook
        ! i love|hate|like you
        ! you suck|rock|rule
        ! good|bad|nice|stupid|dumb bot|job|work|one|boy
        ! see|talk|speak|catch you|u|ya later|tomorrow|soon|monday
        ! good night
        ! wrong channel|chat|thread|window
        ! happy birthday|new|christmas|friday|easter|diwali
        ! congrats|congratulations|welcome ... to|$
        ! weather|forecast|temperature|rain|sunny
        ! book|order|reserve|buy|get|bring me|a|an|us|lunch|dinner|food|pizza|coffee ...
        ! send ... money|dollars|email|sms|text|flowers|bitcoin|btc
        ! transfer ... money|dollars|NUMBER|funds
        ! set|start ... alarm|timer|reminder ... $
        ! who should|do|will i|we|you vote|date|marry
        ! i'm|im|i|am|be|running|back|out|wfh out|late|sick|back|in|ooo|remote|sorry|minutes
    """,
}


@dataclass(frozen=True, slots=True)
class Cue:
    """One line above. `steps` are alternatives to find in turn; an empty set is a gap."""

    line: str
    intent: Intent
    weight: float
    steps: tuple[tuple[frozenset[str], bool], ...]

    def found_in(self, said: Sequence[frozenset[str]], all_said: frozenset[str]) -> bool:
        """Whether the cue occurs in the words, each given as the set of the word and its tags."""
        for wanted, optional in self.steps:
            if wanted and not optional and wanted.isdisjoint(all_said):
                return False
        return any(_matches(self.steps, 0, said, at) for at in range(len(said)))


def _matches(
    steps: tuple[tuple[frozenset[str], bool], ...], step: int, said: Sequence[frozenset[str]], at: int
) -> bool:
    if step == len(steps):
        return True
    wanted, optional = steps[step]
    if not wanted:
        return any(_matches(steps, step + 1, said, after) for after in range(at, min(at + _GAP, len(said)) + 1))
    if optional and _matches(steps, step + 1, said, at):
        return True
    while at < len(said) and not wanted.isdisjoint(said[at]):
        at += 1
        if _matches(steps, step + 1, said, at):
            return True
    return False


@cache
def cues() -> tuple[Cue, ...]:
    """Every cue, in a fixed order."""
    return tuple(
        _cue(intent, line.strip())
        for intent in get_args(Intent)
        for line in _CUES[intent].splitlines()
        if line.strip()
    )


def _cue(intent: Intent, line: str) -> Cue:
    mark, _, rest = line.partition(" ")
    words = rest if mark in _WEIGHTS else line
    return Cue(f"{intent}: {words}", intent, _WEIGHTS.get(mark, _USUAL_WEIGHT), tuple(map(_step, words.split())))


def _step(word: str) -> tuple[frozenset[str], bool]:
    if word == "...":
        return frozenset(), False
    optional = word.endswith("?") and len(word) > 1
    return frozenset(word.removesuffix("?").split("|") if optional else word.split("|")), optional
