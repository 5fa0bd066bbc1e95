"""The desk's vocabulary: words and phrases that mean the same to the router share one tag.

One line a tag. A phrase is matched as whole words, longest first; a word that nobody knows is first set right
against these words, so that "bakctest" counts as "backtest".
"""

_TAGS: dict[str, str] = {
    "METRIC": """sharpe, sharpe ratio, sortino, calmar, cagr, drawdown, drawdowns, max drawdown, maxdd, max dd, dd,
        return, returns, total return, volatility, vol, win rate, winrate, hit rate, profit factor, expectancy, beta,
        alpha, var, cvar, tail risk, turnover, exposure, pnl, p&l, profit, loss, losses, equity curve, equity, psr,
        deflated sharpe, trials, data snooping, snooping, overfitting, overfit, significance, significant, annualised,
        annualized, stress periods, stress period, holding period, regime, regimes, kurtosis, skew, skewness, correlation, heatmap, heat map, rolling sharpe, win/loss,
        losing streak, trades, sqn, ulcer index, information ratio, tracking error, monthly returns, annual returns,
        risk-adjusted, risk adjusted, recovery, kpi, kpis""",
    "INDICATOR": """rsi, rsi2, rsi14, macd, sma, ema, wma, dma, hma, kama, vwap, atr, adx, cci, mfi, obv, roc, aroon,
        stochastic, stoch, stochastics, bollinger, bollinger band, bollinger bands, bband, bbands, keltner, donchian,
        ichimoku, supertrend, parabolic sar, psar, williams, trix, moving average, moving averages,
        200-day, 200 day, 50-day, 50 day, 100-day, 20-day, 20 day, 200dma, 50dma, ma, signal line, upper band,
        lower band, indicator, indicators, hammer, engulfing, doji, candlestick, divergence, squeeze, zscore, z-score,
        percentile, chaikin, money flow, sma50, sma200, ema20, linear regression, standard deviation""",
    "STRATEGY": """golden cross, death cross, turtle, turtles, buy and hold, buy & hold, buy-and-hold, buy n hold,
        momentum, mean reversion, mean-reversion, reversion, breakout, breakouts, trend following, trend-following,
        trend follower, crossover, cross-over, crossovers, strategy, strategies, strat, strats, macd trend,
        bollinger reversion, dual momentum, pairs trading, carry, sma crossover, moving average crossover, system,
        channel breakout, rotation, 60/40, 50/200, 20/50, momo, stat arb, gap fade, risk parity, low vol, low-vol,
        dispersion, roll down, calendar spread, tilt, month-end effect, seasonality, reversal, drift""",
    "RUN": """backtest, backtests, back-test, back test, backtesting, backtested, run, runs, bt, simulation, result,
        results, walk-forward, walkforward, test run, tearsheet, tear sheet""",
    "REPORT": """report, reports, write-up, writeup, write up, narrate, narrative, narratives, narration, commentary,
        one-pager, one pager, memo, ic memo, tldr, tl;dr, exec summary, executive summary, explain, walk me through,
        talk me through, take me through, run me through, recap, key takeaways, takeaways, gist, highlights,
        printable, printout, print-out, hard copy, summarise, summarize, debrief, verdict, caveats, deep dive, deep-dive, bullets, rundown, lowdown""",
    "RULE": """entry, entries, exit, exits, enter, stop, stops, stop loss, stop-loss, stoploss, take profit, take-profit,
        trailing stop, trailing, target, profit target, sl, tp, crosses, cross, crossing, crosses above, crosses below,
        cross above, cross below, go long, go short, long, short, shorting, long-only, long only, long/short, flat,
        oversold, overbought, position size, position sizing, sizing, slippage, bps, hold for, holding period,
        close above, close below, closes above, closes below, closes under, closes over, trades above, trades below,
        threshold, lookback, look-back, filter, rebalance, rebalances, dip, dips, pullback, gap down, gap up, atr stop,
        time stop, condition, conditions, parameter, parameters, signal, signals, down days, up days, red days,
        green days, lower closes, higher closes, new high, new low, 52-week high, 52 week high""",
    "MAKE": """draft, drafting, draft me, design, build, create, construct, generate, propose, sketch, prototype,
        formalise, formalize, cook up, knock up, whip up, come up with, put together, set up, code up""",
    "TEST": """test, try, simulate, preview, rerun, re-run, run it""",
    "CHANGE": """change, make it, make the, tweak, modify, revise, adjust, widen, tighten, loosen, raise, lower,
        increase, decrease, swap, switch, replace, instead, instead of, add, remove, drop, use, only above, only below,
        bump, double, halve, reduce, relax""",
    "DRAFTED": """draft, drafts, proposal, proposals, submission, submissions, request, requests""",
    "TRADE": """buy, buys, buying, sell, sells, selling, bought, sold, hold, holds, holding, accumulate, purchase""",
    "COMPARE": """compare, cmp, differ, differs, compares, compared, comparing, comparison, comparisons, versus, vs, vs., v, against,
        relative to, side by side, side-by-side, head to head, head-to-head, h2h, stack up, stacks up, better, worse,
        outperform, outperformed, outperforms, beat, beats, difference, differences, differ, contrast, diff, benchmark,
        than, between, both, either, next to, ahead of, match up, measure up, line up, pit""",
    "RANK": """rank, ranks, ranking, rankings, ranked, leaderboard, league table, sort, best, worst, highest, lowest,
        top, winner, wins, won, strongest, weakest, shallowest, deepest, safest, riskiest, smoothest, sorted, ordered""",
    "LATEST": """latest, last, most recent, newest, recent""",
    "LIST": """list, show, show me, give me, get me, pull up, bring up, display, find, fetch""",
    "DATA": """data, price data, prices, price, quotes, quote, bars, feed, feeds, ticks, market data, dataset, rows,
        series, tables, table, closes""",
    "SYSTEM": """pipeline, pipelines, ingestion, ingest, ingested, etl, airflow, dag, dags, job, jobs, batch, load,
        loads, cache, caches, redis, postgres, postgresql, database, databases, db, duckdb, mongo, mongodb, warehouse,
        server, servers, service, services, api, apis, endpoint, endpoints, platform, prometheus, grafana, alpha vantage,
        disk, disks, cpu, memory, ram, queue, queues, backlog, replica, replication, cluster, host, hosts, infra, node,
        connection, connections, systems, store, scheduler, worker, workers, query, queries, tls, cert, certificate,
        socket, container, kafka, s3, network, dns, dashboard, dashboards, parquet""",
    "FAULT": """stale, down, broken, broke, broken, stuck, failed, failing, fail, fails, failure, failures, slow,
        missing, gap, gaps, frozen, lag, lagging, hung, hanging, hangs, crashed, crashing, timeout, timeouts,
        timing out, time out, error, errors, erroring, late, delayed, delay, full, evicting, evictions, eviction,
        locked, lock, blocked, blocking, leak, leaking, unreachable, refused, out of date, outdated, incomplete,
        anomaly, anomalies, duplicates, duplicate, alert, alerts, firing, alarm, alarms, outage, outages, incident,
        incidents, degraded, oom, 500s, 503s, 503, 500, 5xx, 502, 504, quota, rate limit, choking, dead, wrong,
        not loading, not updating, not working, flapping, spiking, spike, exhausted, behind, sev1, sev2, p1, on fire,
        red, bad data, out of memory, blew up, fell over, falling over""",
    "HEALTH": """healthy, health, status, up, fresh, freshness, up to date, up-to-date, current, finish, finished,
        complete, completed, landed, arrived, updated, refreshed, latency, uptime, running, working, alive, available,
        reachable, ok, okay, responding, loaded, checks, check, look into, health check, healthcheck, operational""",
    "OPS": """restart, reload, retry, rerun, re-run, flush, clear, purge, invalidate, kill, terminate, pause, resume,
        escalate, page, on-call, on call, oncall, runbook, runbooks, playbook, troubleshoot, diagnose, diagnostic,
        diagnostics, investigate, debug, root cause, rca, triage, mitigate, solved, fixed, resolved, backfill,
        replay, post-mortem, postmortem""",
    "DIGEST": """digest, digests, briefing, briefings, roundup, round-up, round up, wrap-up, wrapup, wrap, morning note,
        morning report, morning summary, daily summary, weekly summary, daily report, weekly report, newsletter,
        brief me, catch me up, bring me up to speed, what's new, whats new, did i miss, morning brief, daily brief,
        recap of the day, flash note, daily update, weekly update, daily note""",
    "CADENCE": """daily, weekly, monthly, fortnightly, quarterly, every day, each day, every morning, each morning,
        every evening, every monday, every friday, every weekday, each weekday, weekdays, weekday, every week, each week,
        every month, mondays, tuesdays, wednesdays, thursdays, fridays, nightly, every, each, recurring, twice a week,
        once a week, biweekly, bi-weekly, first thing""",
    "SCHEDULE": """schedule, scheduled, reschedule, subscribe, subscription, subscriptions, unsubscribe, post, posting,
        send, sending, remind, notify, deliver, automate, mute, unmute, skip""",
    "APPROVE": """blessing, signature, signatory, sign-offs, awaiting decision, to review, reviewed, overdue, lapse, lapses,
        compliance signed, gets signed, approve, approves, approved, approving, approval, approvals, approver, approvers, sign off, sign-off,
        signoff, sign-offs, signed off, signing off, sign, reject, rejects, rejected, rejecting, decline, declined,
        veto, greenlight, green light, green-light, go-ahead, thumbs up, publish, release, discard, send back, lgtm,
        ship it, deny, withdraw, submit, submitted, revoke, decision, decisions, awaiting, pending, waiting, reviewer,
        reviewers, review, review queue, four eyes, four-eyes, quorum, turn down, waiting on me, expire, expires,
        outstanding, nudge, chase, rubber stamp, authorise, authorize, okayed""",
    "USAGE": """intents, costing, unique users, thumbs up, thumbs down, vital stats, on average, answers, fact checker, fact-checker, usage, adoption, active users, users, user, dau, mau, stats, statistics, metrics, tokens, token, spend,
        spent, spending, cost, costs, bill, budget, accuracy, satisfaction, rating, ratings, feedback, conversion,
        mttr, time to resolution, turnaround, escalations, audit, audit log, audit trail, governance, compliance,
        how are we doing, roi, prompts, prompt version, prompt versions, hours saved, time saved, engagement, uptake,
        people used, requests, questions, logins""",
    "YOU": """you, u, your, yours, yourself, bot, deskhand, ya, the bot""",
    "HELP": """cleared, denied, entitled, entitlements, authorised to, what happens when, newbie, joiner, newcomer, help, commands, command, examples, example, manual, docs, documentation, tutorial, guide, instructions,
        capabilities, features, faq, permissions, permission, role, roles, allowed, can you do, can i ask, get started,
        getting started, syntax, how to, access, onboarding, cheat sheet, cheatsheet, menu, what can you""",
    "GREET": """sup, gm, ahoy, heyo, wassup, morning all, good day, hi, hello, hey, hiya, howdy, morning, good morning, good afternoon, good evening, yo, greetings, hola,
        heya, hallo, g'day, evening, afternoon, dear""",
    "THANKS": """thanks, thank you, thx, cheers, ty, ta, many thanks, much appreciated, merci, danke""",
    "POLITE": """please, pls, plz, could you, can you, would you, kindly, can u, could u, would you mind, i'd like,
        i would like, i want, i need, let's, lets, want to, wanna, need to, may i, may we, can i, can we, could we,
        could i, do me a favour, do me a favor, quick one, quick question""",
    "QUESTION": """what, what's, whats, which, who, who's, when, when's, where, where's, why, how, how's, hows, is, are,
        was, were, did, does, do, has, have""",
    "FILE": """file, files, attached, attachment, attaching, csv, json, zip, export, upload, uploaded, freqtrade, lean,
        quantconnect, vectorbt, backtrader, zipline, pyfolio, nautilus, backtesting.py""",
    "SUMMARY": """summary, summaries, recap, roundup, round-up, overview, rundown, update, updates, news, headlines, note,
        catch up, catch-up, low-down, briefing, wrap, wrap-up, bulletin""",
    "PERIOD": """today, yesterday, tonight, overnight, last night, last night's, yesterday's, today's, this morning,
        this week, this month, this quarter, this year, last week, last month, last quarter, last year, past week,
        past month, past quarter, past year, ytd, mtd, qtd, year to date, january, february, march, april, june, july,
        august, september, october, november, december, jan, feb, apr, jun, jul, aug, sep, sept, oct, nov, dec, q1, q2,
        q3, q4, h1, h2, first half, second half, monday, tuesday, wednesday, thursday, friday, saturday, sunday,
        financial crisis, gfc, dotcom, dot-com, dot com, covid, since, lately, recently, week, month, quarter, year,
        last few days, last hour, last 24h, so far""",
    "SECRET": """password, passwords, secret, secrets, api key, api keys, api-key, credentials, credential, system prompt,
        your prompt, your instructions, your token, bot token, slack token, your tokens, access token, app token, env,
        environment variables, environment variable, .env, private key, private keys, passwd, ssh key, signing secret,
        bearer token, auth token, your rules, hidden instructions, initial prompt, openai key, your key, your keys,
        connection string, connection strings, database password, slack bot token""",
    "SMALL": """thanks, thank, thankyou, thx, tx, tks, cheers, ty, ta, tyvm, appreciated, appreciate, many, much, so, very,
        a, lot, lots, million, ok, okay, k, kk, okey, alright, cool, nice, great, awesome, perfect, brilliant, super,
        lovely, amazing, excellent, fantastic, wonderful, fab, sweet, neat, got, it, understood, noted, roger, sure, yes,
        yep, yeah, yup, yea, no, nope, nah, maybe, perhaps, lol, lmao, rofl, haha, hahaha, hehe, hmm, hm, mm, wow, whoa,
        omg, oops, ooops, sorry, never, mind, nvm, nevermind, forget, good, bot, one, mate, man, dude, that's, thats,
        all, bye, goodbye, night, see, you, later, cya, brb, bro, fair, enough, makes, sense, interesting, well, done,
        then, no worries, worries, problem, exactly, right, true, indeed, agreed, same, me, too, deskhand, team, guys,
        i, im, i'm, just, that, the, best, work, job, for, now, and, oh, ah, ugh, meh, wtf, fine, here, hear, hope, soon,
        absolutely, definitely, totally, of course, course, gotcha, aye, welcome, your, you're, help, helpful""",
    "FOREIGN": """pasta, my resume, my cv, the sun, the moon, shopping list, timesheet, timesheets, podcast, mum, lobby,
        blockchain, tcp, vaccines, paris, rome, my code, mug, despacito, pizza, lunch, dinner, breakfast,
        coffee, beer, beers, wine, drinks, drink, food, restaurant, sandwich, burger, sushi, curry, cake,
        recipe, recipes, cook, cooking, bake, bread, rice, milk, eggs, cheese, flight, flights, hotel,
        hotels, taxi, uber, bus, airport, vacation, trip, travel, visa, passport, weather, rain, sunny,
        snow, temperature outside, umbrella, joke, jokes, poem, poems, haiku, songs, sing, playlist,
        spotify, youtube, netflix, movie, movies, films, book club, novel, games, football, soccer, cricket,
        tennis, rugby, basketball, baseball, olympics, world cup, super bowl, league one, team lunch,
        birthday, wedding, gift, congratulations, condolences, prime minister, queen, politics, capital of,
        country, countries, population, city, mountain, everest, ocean, river, planet, planets, mars,
        galaxy, universe, dinosaur, dinosaurs, animal, animals, dog, dogs, cat, cats, puppy, kitten,
        religion, meaning of life, philosophy, roman, romans, napoleon, shakespeare, hamlet, einstein,
        relativity, quantum, physics, chemistry, biology, homework, essay, thesis, translate, spanish,
        italian, japanese, grammar, dictionary, synonym, rhyme, meetings, meeting room, conference room,
        stand-up, appointment, dentist, doctor, gym, haircut, laptop, keyboard, printer, iphone, android,
        wifi, wi-fi, vpn, desk phone, parking, elevator, chair, coffee machine, kitchen, toilet, parcel,
        package, amazon order, jira, jira ticket, pull request, github issue, linkedin, twitter, facebook,
        instagram, tiktok, salary, payroll, payslip, expenses, expense, invoice, invoices, vacation request,
        time off, leave request, pto, wife, husband, girlfriend, boyfriend, kids, mother, father, landlord,
        mortgage, cars, bike, moving house, horoscope, zodiac, lottery, casino, gambling, alarm, timer,
        reminder to, python, javascript, haskell, fibonacci, sort a list, regex, colour, color, favourite,
        favorite, sky, sandwiches, chocolate, ice cream, vegan, diet, calories, weight loss, workout, yoga,
        medicine, headache, covid test, vaccine, doctor's, hospital, university, spaceship, alien, aliens,
        ghost, pirate, grandmother, grandma, dance, guitar, piano, painting, picture of, drawing, cartoon,
        comic, celebrity, actor, actress, movie star, oscars, ecb, fomc, dogecoin, stock tip, hot tip, ipo,
        dividend of, iban, bank account, credit card, loan, tax return, miles, km, kilometres, pounds,
        ounces, celsius, fahrenheit, currency of, exchange rate, seconds in, light years, cappuccino, latte,
        espresso, supermarket, shopping, shoes, dress, fashion, hairdresser, garden, plants, flowers,
        telephone, wikipedia, google it, chatgpt, siri, alexa, cortana, dad joke, riddle, trivia, quiz,
        sudoku, crossword, chess, poker, karaoke, concert, festival, museum, theatre, cinema, bookshop,
        newspaper, horoscopes, barbecue, picnic, beach, ski, skiing, hiking, marathon, swim, swimming,
        cafeteria, canteen, landline, toothpaste, knock knock, bedtime, fairy tale, lullaby, war and peace,
        harry potter, star wars, lord of the rings, game of thrones, taylor swift, beatles, elon musk,
        trump, biden, putin, brexit, ukraine, image of, picture, photo, dollars to, hamster, recommend a, a
        song, the song, good book, vacuum cleaner, lawn, plumber, electrician, nail salon, school run, my
        landlord, my wife, my kids, my dog, my cat, in french, in german, in chinese, in russian, in latin,
        into french, into german, a film, some music, a house, my house, my car, a car, the office, office
        move, office party, what time is it, the game, standup, hot dog, zodiac sign, speed of light, water
        boil, boiling point, chemical, human body, olympic, vote for, the president, dishwasher""",
}


PLAIN = frozenset(
    """about above accept according across act actual add after again ago ahead ain't align all allow almost alone
    along already also although always am among amount an and another answer any anybody anyone anything anyway
    apart app apply are area around arrive as ask asked asking at away back bad badly based be because become
    been before began begin behind being below beside between big bit block both bottom box break bring broad
    broke build building bunch burn business but by call calls came can can't cannot care case cash catch cause
    certain chance change changed channel chart check choose clear click client close code colleague column come
    comes coming comment committee company complete computed concern confident config configure connect
    consistent contain content context continue convert correct could couldn't count couple course cover create
    current currently cut date day days deal decent decide deep default define delay delete depend describe desk
    detail did didn't different digit direct discuss do does doesn't doing don't done down during each early
    earlier easy edit effect either else email empty enable end engine enough ensure entire especially etc
    evaluate even ever every everybody everyone everything exactly except exist expect explain extra extend fact
    fair far fast few fewer field figure fill final finally find fine first fix folks follow following for form
    format forward found four free from front full fully further gave gentle get gets getting give given gives
    go goes going gone good got graph group grow guess guys had half hand happen happened happening happens
    happy hard has have haven't having he head headline hear held here her high higher him his hold home hour
    hours how however hundred idea if ignore important improve in include included including indeed inside
    instead intend into invest invested investment is isn't issue it its itself just keep kept key kick kind
    knew know known last late later lead learn least leave left less let let's letter level life like likely
    limit line lines list little live load log long longer look looked looking looks lot low lower made main
    make makes making manage management manager many market markets matter may maybe me mean means measure
    medium member mention message method middle might mind mine minute minutes missing mistake mode model moment
    money month months more most mostly move moved much must my myself name named near need needed needs
    negative never new news next nice no nobody none nor normal not note nothing now number numbers of off often
    old on once one ones online only onto open operate opinion option or order ordinary other others otherwise
    ought our ours out outside over overall overview own page part particular pass passed past people per
    perhaps period person pick piece place plain plan please plot plus point points poor portfolio position
    positive possible post practice prefer prepare present press pretty previous price print prior probably
    process produce proper properly provide public pull push put quality quarter question quick quickly quiet
    quite quote ran range rate rather ratio raw reach read ready real really reason recent recently record
    reduce refer regarding regular related relative remain remember remove repeat replace reply required
    research respond rest return reverse right risk risky role room round rule run said same save saw say saying
    says scale score screen search second section see seem seems seen select send sense sent separate series
    serious set settings several shall shape share she short should show shown side similar simple simply since
    single sit size slow slower small so some somebody someone something sometimes somewhere soon sort sound
    source speak special specific spend split spot staff stage stand start started state statement stay step
    still stop story straight strange strength strong study stuff such sudden suggest suit sum support suppose
    sure survive symbol table take taken takes taking talk task team tell ten term terms test text than that
    that's the their them themselves then there these they thing things think third this those though thought
    three through throughout till time times to today together told tomorrow tonight too took tool tools top
    total toward track trade trader traders transaction trend tried true trust try trying turn turned twice two
    type under understand unit unless until unusual up update upon us use used useful user uses using usual
    usually value various verify version very via view visible volume wait walk want wanted wants was wasn't
    watch way ways we week weekly weeks well went were weren't what whatever when whenever where whether which
    while who whole whom whose why wide will with within without won't word words work worked working works
    world worried worry worse worst worth would wouldn't write writing written wrong wrote year years yes
    yesterday yet you your yours zero afternoon evening morning night noon midnight london york tokyo zurich
    paris frankfurt europe america asia mon tue wed thu fri sat sun pm gmt cet utc asap fyi pls plz ppl mgmt dms
    dm csv json pdf html zip file files analyst analysts approver operator admin guest quant quants compliance
    ops trading steering leadership stakeholder investor investors board cio ceo coo ic slide slides deck
    appendix summary summaries anomaly volatile bullish bearish sideways upward downward backwards bar bars
    candle candles tick ticks asset assets equity equities stock stocks fund funds bond bonds future futures
    options currency fx commodity index indices etf etfs crypto hedge leverage margin broker benchmark baseline
    average averages median percent percentage basis capital initial dollar dollars positions spread gap gaps
    trending uptrend downtrend momentum weakness panic fear rally crash crisis bubble bust bear bull cycle
    season yield rates levels resistance band bands pattern patterns breaks broken bounce rebound rise rises
    rising fall falls falling drop drops dropping climb climbs decline declines lose loses losing gain gains win
    wins consecutive row streak yesterday's today's tomorrow's monthly annual yearly intraday overnight
    timeframe daily hourly window lookback parameter parameters setting rebalance rebalanced rebalancing
    quantile quintile decile weight weights allocate allocation sized exposure max min maximum minimum fixed
    dynamic complex robust sensible aggressive conservative smooth tight loose narrow double triple underwater
    recover recovered recovery peak trough best biggest smallest largest deepest longest shortest latest newest
    oldest earliest smth sth smthg thru abt em gimme lemme dunno gonna cos cuz tho w/ btw imo rn tmrw publish published printed
    paper client clients basket overlay factor factors premium effect carry value quality size screener ensemble curve
    overvalued undervalued expensive cheap""".split()
)
"""Everyday and market words that say nothing about whether a text is the desk's business."""

EVERYBODYS = frozenset(
    "STRANGE SUMMARY QUESTION POLITE GREET YOU LIST NUMBER TEST LATEST THANKS CHANGE SMALL FOREIGN PERIOD SECRET MAKE TRADE RANK".split()
)
"""Tags of words that people use about anything; the others are the desk's own."""


def _phrases() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for tag, listed in _TAGS.items():
        for phrase in listed.split(","):
            words = " ".join(phrase.split())
            if tag not in found.get(words, ()):
                found[words] = (*found.get(words, ()), tag)
    return found


PHRASES = _phrases()
"""A phrase (words with single spaces) to its tags; most have one."""

LONGEST = max(len(phrase.split()) for phrase in PHRASES)
WORDS = sorted({word for phrase in PHRASES for word in phrase.split() if word.isalpha() and len(word) >= 4})
"""What a misspelt word is set right against."""
