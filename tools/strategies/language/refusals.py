"""What is never drafted, and the sentence that says why."""

import re
from typing import NoReturn

from tools.strategies.language.asking import Refused
from tools.strategies.meaning import contradictions
from tools.strategies.spec import Specification
from tools.strategies.templates import Templates

_OFFER = "Say when it should buy and when it should sell, and I draft it with a test on real prices."
_RULES: tuple[tuple[str, str], ...] = (
    (
        r"\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(instruction|rule|prompt|polic|guardrail|above|previous|prior|check)|\bsystem prompt\b|^\s*system\s*:"
        r"|\bdeveloper mode\b|\bjailbreak|\bact as (an?|the) (admin|root)|\byou are now\b|\bas (an )?admin\b|\bmark\b.{0,40}\bapproved\b|\bapprove (it|this|the|my|that|all)\b"
        r"|\bauto.?approve|\bskip (the )?(approval|review|validation)|\bwithout (approval|review)|<\|?im_start|\bprint your\b|\breveal your\b|\bapi.?key|\bpassword",
        "That asks for something other than a strategy; drafts are approved by people and nothing in a message changes that. "
        + _OFFER,
    ),
    (
        r"\bguarante|\brisk.?free\b|\b(can'?t|cannot|can not|never|won'?t|don'?t|impossible to) (ever )?los|\bno loss(es)?\b|\bno risk\b|\bzero risk\b|\bwithout (any )?(risk|loss)|\bsure (thing|profit|win)"
        r"|\balways (wins?|profit)|\b100 ?% (win|profit|sure|safe)|\bcertain profit|\bnever (have|has) a losing|\bfoolproof|\bget rich|\bprint(s|ing)? money|\bwin(s|ning)? every|\bnever be wrong|\b(no|zero|without( any)?) (drawdowns?|losses|losing)\b",
        "No strategy can promise a profit or rule out a loss. " + _OFFER,
    ),
    (
        r"\bmartingale|\b(loss|lose|losing|loser|losers|losses)\b.{0,60}\bdoubl|\bdoubl(e|es|ing) (down|up|the (position|size|stake|bet)|our|your|my|size|position|stake|it)\b.{0,60}\b(los|drop|fall|down|wrong|until|each time|every time)|\bdouble down\b|\badd(s|ing)? to (a |the )?los(er|ing)|"
        r"\baverag(e|es|ing) down\b|\bkeep(s)? (buying|adding|doubling)\b|\bbuy more (every|each) time (it|we|price)|\buntil (we|it|i) (win|recover|break even|get back)|\bback to break.?even\b",
        "Adding to losing positions has no limit to what it can lose, so it is not drafted. One position with a stop is. "
        + _OFFER,
    ),
    (
        r"\b(deploy|go live|put (it|this) live|live (account|trading|money)|real money|live with|run (it|this) live|trade (it|this) live|make it live|in(to)? production|to production|push\b.{0,40}\b(live|prod))\b|\b(send|place|submit|execute|route|transmit)\b.{0,30}\b(order|orders|trade|trades)\b"
        r"|\bmarket order\b|\blimit order\b|\bto (the|my|our) broker|\bbuy (me )?\d+ (shares|contracts|lots)\b|\bconnect\b.{0,20}\b(broker|account)",
        "Deskhand never places orders and never deploys a strategy; it drafts, tests and asks people to approve. Leave that part out and I draft the rest.",
    ),
    (
        r"\btomorrow'?s? (close|open|high|low|return|price|bar|candle|session|move|news)|\b(if|when|whenever)\b.{0,40}\btomorrow\b|\bnext (day|week|month|year|session|bar|quarter)'?s?\b.{0,25}\b(return|close is|high is|low is|price|open is|is positive|is negative|is higher|is up|is down|goes|rises|falls|gain)"
        r"|\b(day|week|night|month|session|minute|moment|hour|just|right|evening|shortly) before (big|large|huge|it|the market|the price|spy|they|a (rally|crash|drop|rise|selloff|move|jump|fall)|prices|we|every|each|the (rally|crash|drop|move|selloff))\b"
        r"|\bbefore (it|the market|prices?|they|spy) (ris|rall|fall|crash|drop|go|jump|sell|tank|pop|move|soar|plunge)|\bahead of (a|the|every) (rally|crash|drop|rise|move)|\b(exact|absolute|very) (top|bottom|low|high)s?\b"
        r"|\bat the (exact )?(low|high|bottom|top) of (the|every|each) (day|week|month|year|correction|cycle|swing|move)|\bin hindsight|\bfuture (price|return|close|bar|high|low|data)|\bwill (rise|fall|rally|crash|go up|go down|drop|be (higher|lower|up|down))\b|\bknowing (what|how|that)\b|\[t ?\+ ?\d",
        "That needs to know what comes next; a rule can only use what is known at the close it decides on. " + _OFFER,
    ),
    (
        r"\b(before|ahead of)\b.{0,25}\b(public|published|announced|announcement|disclosed|leaked)\b|\binside(r)? (tip|info|information|knowledge|trad)|\bnon.?public\b"
        r"|\b(in confidence|confidential(ly)?|tipped off|off the record|a leak)\b|\btells? me .{0,30}\bbefore (they|it|everyone|anyone)\b",
        "That trades on what others are not meant to know yet; it is not drafted. " + _OFFER,
    ),
    (
        r"\b(\d+(\.\d+)? ?x|\d+ ?: ?1|times) leverage|\blever(age|aged)\b|\bon margin\b|\bborrow",
        "Positions here are at most the account, without leverage. Leave the leverage out and I draft the rest.",
    ),
    (
        r"\b(poem|haiku|song|joke|story|essay|recipe|limerick)\b|\bweather\b|\bcapital of\b|\btranslate\b|\bwho (is|are|was) (the )?(president|you|king|queen)\b|\bhoroscope\b",
        "That is not a trading rule. " + _OFFER,
    ),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), sentence) for pattern, sentence in _RULES)


def check(text: str) -> None:
    """Raise `Refused` for what is not drafted whatever the rule beside it."""
    plain = text.replace("’", "'")
    for pattern, sentence in _COMPILED:
        if pattern.search(plain):
            raise Refused(sentence)


def nothing_said(text: str) -> None:
    """A message without any word of trading: refused where it has words nobody knows, asked about otherwise."""
    if not text.strip():
        _refuse("The request is empty.")
    if not re.search(
        r"\b(strateg|system|idea|rule|draft|something|backtest|trade|trading|buy|sell|make|change|better|improve|tweak)",
        text,
        re.IGNORECASE,
    ):
        _refuse("I find no trading rule in that.")


def check_meaning(specification: Specification, templates: Templates) -> None:
    """Raise `Refused` where a specification is valid and cannot be meant."""
    found = contradictions(specification, templates)
    if found:
        raise Refused(" ".join(found))


def _refuse(sentence: str) -> NoReturn:
    raise Refused(f"{sentence} {_OFFER}")
