"""A drafted strategy as messages: what was asked, what it does, its trial run, its decision; and the revise modal."""

import json
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import JsonValue

from bot.protocols import Approval, Attachment, Block, Json, Reply
from handlers.views.text import (
    actions,
    button,
    confirm,
    context,
    escape,
    header,
    moment,
    person,
    plain_input,
    section,
    table,
)
from tools.backtests.charts import Chart
from tools.narrative.text import date_text, period_text
from tools.strategies.drafting import Draft, set_aside
from tools.strategies.drafts import DraftVersion, Strategy
from tools.strategies.english import describe
from tools.strategies.spec import Specification
from tools.strategies.templates import Templates

NEVER_DEPLOYED = "Nothing is deployed: Deskhand drafts, tests and records, and places no orders."
_DONE = {
    "approved": ":white_check_mark: *Approved*",
    "rejected": ":x: *Rejected*",
    "discarded": ":wastebasket: *Withdrawn*",
    "expired": ":hourglass: *Expired* before anybody decided",
    "superseded": ":arrows_counterclockwise: *Superseded* by a newer version",
    "sent_back": ":leftwards_arrow_with_hook: *Sent back*",
}
_KPIS = (
    ("Total return", "total_return", True),
    ("Growth a year", "cagr", True),
    ("Volatility a year", "volatility", True),
    ("Sharpe ratio", "sharpe", False),
    ("Maximum drawdown", "max_drawdown", True),
)
_MOST_CHOICES = 5
_CHART = "preview.png"
_UNTRIED = "There was no trial run of this draft, and no backtest follows: there are no prices here of what it needs."


def key(approval: Approval) -> str:
    """What the cards of an approval are shown under."""
    return f"draft:{approval.id}"


def card(version: DraftVersion, approval: Approval, chart: Chart | None, templates: Templates) -> Reply:
    """The whole draft; its buttons while it is pending, afterwards who decided and when. Without a trial there is no chart."""
    pending = approval.state == "pending"
    name = version.specification.name
    blocks: list[Block] = [header(_short(f"Draft: {name}"))]
    if not pending:
        blocks.append(section(outcome(approval)))
    blocks += [
        section(f"*Asked*\n{_quoted(version)}"),
        section(f"*What it does*\n{escape(describe(version.specification, templates))}"),
        *_notes(version),
        *_tried(version, chart),
        *_warnings(version),
        context(_origin(version, approval)),
    ]
    if pending:
        blocks.append(_buttons(version, approval))
    state = "Draft for approval" if pending else _DONE[approval.state].split("*")[1]
    return Reply(
        f"{state}: {name}. {describe(version.specification, templates)}",
        tuple(blocks),
        attachments=(Attachment(_CHART, chart.png, chart.title, alt_text=chart.alt_text),) if chart else (),
        subject={"draft_id": version.draft_id},
        key=key(approval),
    )


def outcome(approval: Approval) -> str:
    """Who decided and when, in a line of mrkdwn."""
    words = _DONE[approval.state]
    vote = approval.last_vote
    if approval.state in ("expired", "superseded") or vote is None:
        return f"{words}, {moment(approval.closed_at or approval.created_at)}."
    names = [
        f"{_person(each.person, each.name)}, {moment(each.at)}"
        for each in approval.votes
        if each.verdict == vote.verdict
    ]
    note = "".join(f"\n>{line}" for line in escape(vote.note).splitlines()) if vote.note else ""
    return f"{words} by {' and by '.join(names)}.{note}"


def question(draft: Draft, answers: Sequence[str]) -> Reply:
    """What has to be known first; choices as buttons that answer for the person."""
    said = draft.read
    blocks: list[Block] = [section(escape(each.text)) for each in said.questions]
    blocks += [_choices(said.text, answers)] if answers else []
    how = "Answer in this thread, or press one of these" if answers else "Answer in this thread"
    blocks.append(context(f"{how}; I keep what you said so far."))
    return Reply(
        " ".join(str(each) for each in said.questions),
        tuple(blocks),
        subject={"draft_text": said.text},
        outcome="asked",
    )


def unclear_change(draft: Draft, version: DraftVersion) -> Reply:
    """A change that could not be placed; the draft stays as it is."""
    words = " ".join(str(each) for each in draft.read.questions) or draft.read.refusal
    return Reply(words, (section(escape(words)),), subject={"draft_id": version.draft_id}, outcome="asked")


def refused(draft: Draft, templates: Templates) -> Reply:
    """Why it is not drafted."""
    words = draft.explanation(templates)
    return Reply(words, (section(f":no_entry: {escape(words)}"),), outcome="problem")


def called(mention: str) -> Block:
    """Above a card in a channel that is not the approvers' own. `mention` is mrkdwn and may be empty."""
    return section(f"{mention} A draft that was asked for outside Slack waits for a decision.".strip())


def told(approval: Approval) -> Reply:
    """A word to the requester."""
    words = f"{_requester(approval)} *{escape(approval.subject.title)}*: {outcome(approval)}"
    return Reply(f"{approval.subject.title}: {approval.state}.", (section(words),))


Platform = Literal["sending", "fits", "kept"]
_WHERE_TO: Mapping[Platform, str] = {
    "sending": "It is being sent to the platform as a strategy there; I tell you here when it arrived.",
    "fits": "It fits a type of the platform; no platform is connected, so its payload waits in the export.",
    "kept": "It fits none of the platform's four types, so it is not sent there and is kept in this registry alone.",
}


def registered(approval: Approval, strategy: Strategy, platform: Platform) -> Reply:
    """A word to the requester: approved, recorded, tested, whether it goes to the platform; never deployed."""
    words = (
        f"{_requester(approval)} *{escape(strategy.name)}*: {outcome(approval)}\n"
        f"Recorded as `{strategy.id}` version {strategy.version}; {_backtest(strategy)} {_WHERE_TO[platform]}\n{NEVER_DEPLOYED}"
    )
    plain = f"Approved: {strategy.name}. Recorded as {strategy.id} version {strategy.version}. {NEVER_DEPLOYED}"
    subject = {"backtest_id": strategy.backtest_id} if strategy.backtest_id else {}
    return Reply(plain, (section(words),), subject=subject)


def _backtest(strategy: Strategy) -> str:
    if not strategy.backtest_id:
        return "it was never tested, since there are no prices here of what it needs, and no backtest follows."
    trials = "1 version was tried" if strategy.trials == 1 else f"{strategy.trials} versions were tried"
    return (
        f"its full backtest is `{strategy.backtest_id}`, narrated below. "
        f"{trials}, which its deflated Sharpe ratio takes into account."
    )


def _requester(approval: Approval) -> str:
    return person(approval.subject.requester.id, approval.subject.requester.name)


def changed_since(approval: Approval) -> Reply:
    """Approved, but no longer the same when it was to be used."""
    words = (
        f"*{escape(approval.subject.title)}* was approved, but the prices or the strategy are not what was approved any more. "
        "Nothing was recorded; ask for the draft again."
    )
    return Reply(words.replace("*", ""), (section(words),))


def reminder(approval: Approval) -> Reply:
    """It still waits."""
    words = f"*{escape(approval.subject.title)}* still waits for approval, until {moment(approval.deadline)}. Ask me “what is waiting for review?” to see it here."
    return Reply(f"{approval.subject.title} still waits for approval.", (section(words),))


def details(version: DraftVersion, approval: Approval, templates: Templates) -> Reply:
    """All of it: parameters, walk-forward split, cost stress, the specification as JSON."""
    specification = version.specification
    said: list[Block] = [section(f"*{escape(specification.name)}*, version {version.version}, in detail")]
    if specification.template != "rules":
        template = templates.get(specification.template)
        values = template.complete(specification.parameters)
        lines = [f"• {template.parameters[name].description}: {value:g}" for name, value in values.items()]
        said.append(section(f"*Parameters of {template.title}*\n" + "\n".join(lines or ["none"])))
    if version.figures:
        said += [_split(version.figures), _stress(version.figures)]
    said += _warnings(version)
    said.append({"type": "markdown", "text": f"```json\n{json.dumps(specification.to_json(), indent=1)[:9000]}\n```"})
    said.append(context(f"Draft `{version.draft_id}`, SHA-256 `{version.hash[:16]}…`. {NEVER_DEPLOYED}"))
    return Reply(f"{specification.name}, in detail", tuple(said), subject={"draft_id": version.draft_id})


def revise_blocks(version: DraftVersion, templates: Templates) -> tuple[Block, ...]:
    """The inside of the revise modal: words, and every number."""
    specification = version.specification
    blocks: list[Block] = [
        section(
            f"*{escape(specification.name)}*\nSay the change in words, or set the numbers; an empty field means none."
        ),
        plain_input("words", "In words", "only above the 200-day average, exit when RSI is over 60", optional=True),
    ]
    blocks += [_number(name, label, value) for name, label, value in revisable(specification, templates)]
    return tuple(blocks)


def revisable(specification: Specification, templates: Templates) -> list[tuple[str, str, str]]:
    """The numbers of the revise modal: field, label, present value (percent where it is a share)."""
    risk = specification.risk
    found = [
        ("stop_loss", "Stop, % from the entry", _percent(risk.stop_loss)),
        ("trailing_stop", "Trailing stop, % behind the best price", _percent(risk.trailing_stop)),
        ("take_profit", "Target, % from the entry", _percent(risk.take_profit)),
        ("max_holding_bars", "Longest holding, trading days", str(risk.max_holding_bars or "")),
    ]
    if specification.template != "rules":
        template = templates.get(specification.template)
        for name, value in template.complete(specification.parameters).items():
            found.append((f"parameter:{name}", template.parameters[name].description, f"{value:g}"))
    return found


def _number(name: str, label: str, value: str) -> Block:
    element: dict[str, Json] = {"type": "plain_text_input", "action_id": "text", "max_length": 20}
    if value:
        element["initial_value"] = value
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": {"type": "plain_text", "text": label},
        "element": element,
    }


def _buttons(version: DraftVersion, approval: Approval) -> Block:
    value = json.dumps({"approval_id": approval.id, "hash": approval.subject.hash, "draft_id": version.draft_id})
    approve = {**button("draft.approve", "Approve", value), "style": "primary"}
    if not version.figures:
        approve["confirm"] = confirm("Approve it untried?", _UNTRIED, "Approve")
    reject = {**button("draft.reject", "Reject…", value), "style": "danger"}
    return actions(
        approve, button("draft.revise", "Revise…", value), reject, button("draft.details", "Details", value)
    )


def _choices(text: str, answers: Sequence[str]) -> Block:
    return actions(
        *(
            button(f"draft.choose.{at}", choice[:75], json.dumps({"text": text, "answer": choice}))
            for at, choice in enumerate(answers[:_MOST_CHOICES])
        )
    )


def _quoted(version: DraftVersion) -> str:
    lines = [f">{line}" for line in escape(version.request).splitlines() if line.strip()]
    if version.said != version.request:
        lines += ["then", *(f">{line}" for line in escape(version.said).splitlines() if line.strip())]
    return "\n".join(lines)


def _notes(version: DraftVersion) -> list[Block]:
    blocks: list[Block] = []
    if version.changes:
        lines = "\n".join(f"• {escape(change)}" for change in version.changes)
        blocks.append(section(f"*Changed since version {version.version - 1}*\n{lines}"))
    said = [f"assumed: {assumed}" for assumed in version.assumed]
    said += [f"read “{wrong}” as “{right}”" for wrong, right in version.corrected]
    if said:
        lines = "\n".join(f"• {escape(one)}" for one in said)
        blocks.append(section(f"*Not in your words*\n{lines}"))
    if version.set_aside:
        blocks.append(section(f"_{escape(set_aside(version.set_aside))}_"))
    return blocks


def _figures(figures: Mapping[str, JsonValue]) -> Block:
    strategy, benchmark = _of(figures, "kpis"), _of(figures, "benchmark")
    rows = [
        [label, _shown(strategy.get(name), share), _shown(benchmark.get(name), share)] for label, name, share in _KPIS
    ]
    return table(["Trial run", "Strategy", "Buy and hold"], rows)


def _tried(version: DraftVersion, chart: Chart | None) -> list[Block]:
    """Chart and figures of the trial run; nothing where there was none, which a warning says."""
    if not version.figures:
        return []
    picture: dict[str, Json] = {"type": "image", "slack_file": {"id": f"attachment:{_CHART}"}}
    picture["alt_text"] = chart.alt_text if chart else ""
    return [*([picture] if chart else []), _figures(version.figures), section(_trial(version.figures))]


def _trial(figures: Mapping[str, JsonValue]) -> str:
    kpis = _of(figures, "kpis")
    won = kpis.get("win_rate")
    won_words = "" if won is None else f", {_shown(won, True)} of the closed ones won"
    split = _of(figures, "walk_forward")
    late = _of(split, "late")
    strategy, benchmark = _of(late, "strategy"), _of(late, "benchmark")
    stress = figures.get("cost_stress")
    dearer = stress[-1] if isinstance(stress, list) and stress else {}
    stressed = dearer if isinstance(dearer, dict) else {}
    period = period_text(f"{kpis.get('start')} to {kpis.get('end')}")
    return (
        f"{_count(kpis.get('trades'))} trades{won_words}; in the market {_shown(kpis.get('exposure'), True)} of the days, "
        f"{period}.\n"
        f"Last third alone: {_shown(strategy.get('total_return'), True)} against {_shown(benchmark.get('total_return'), True)}. "
        f"With {stressed.get('multiple', 1)} times the costs: {_shown(stressed.get('total_return'), True)}."
    )


def _split(figures: Mapping[str, JsonValue]) -> Block:
    split = _of(figures, "walk_forward")
    rows = []
    for part, label in (("early", "To"), ("late", "Then to")):
        both = _of(split, part)
        strategy, benchmark = _of(both, "strategy"), _of(both, "benchmark")
        rows.append(
            [
                f"{label} {date_text(str(strategy.get('end')))}",
                _shown(strategy.get("total_return"), True),
                _shown(benchmark.get("total_return"), True),
                _shown(strategy.get("sharpe"), False),
            ]
        )
    return table(["Walk-forward", "Strategy", "Buy and hold", "Sharpe"], rows)


def _stress(figures: Mapping[str, JsonValue]) -> Block:
    stress = figures.get("cost_stress")
    rows = [
        [f"{one.get('multiple')} times", _shown(one.get("total_return"), True), _shown(one.get("sharpe"), False)]
        for one in (stress if isinstance(stress, list) else [])
        if isinstance(one, dict)
    ]
    return table(["Costs", "Total return", "Sharpe"], rows)


def _warnings(version: DraftVersion) -> list[Block]:
    return (
        [section("\n".join(f":warning: {escape(warning)}" for warning in version.warnings))]
        if version.warnings
        else []
    )


def _origin(version: DraftVersion, approval: Approval) -> str:
    needed = f" · {approval.approvals} of {approval.required} approvals" if approval.required > 1 else ""
    until = f" · decide until {moment(approval.deadline)}" if approval.state == "pending" else ""
    return (
        f"Version {version.version} · drafted by {version.writer} for {_person(approval.subject.requester.id, approval.subject.requester.name)}"
        f"{needed}{until} · {NEVER_DEPLOYED}"
    )


def _of(values: Mapping[str, JsonValue], name: str) -> dict[str, JsonValue]:
    found = values.get(name)
    return found if isinstance(found, dict) else {}


def _shown(value: JsonValue, share: bool) -> str:
    if not isinstance(value, int | float):
        return "n/a"
    return f"{value:.1%}".replace("-", "−") if share else f"{value:.2f}".replace("-", "−")


def _count(value: JsonValue) -> str:
    return f"{value:,}" if isinstance(value, int) else "no"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{round(value * 100, 6):g}"


def _person(user: str, name: str) -> str:
    return f"<@{user}>" if user.startswith(("U", "W")) else escape(name or user)


def _short(text: str) -> str:
    return text if len(text) <= 148 else f"{text[:147]}…"
