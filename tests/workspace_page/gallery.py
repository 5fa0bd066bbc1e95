"""One of every block the page draws, as an app sends them."""

from typing import Any

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def words(text: str, **style: bool) -> Block:
    return {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": text, **({"style": style} if style else {})}],
    }


def button(action_id: str, text: str, **more: Any) -> Block:
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": action_id, **more}


OPTIONS = [{"text": plain(symbol), "value": symbol} for symbol in ("SPY", "QQQ", "IWM")]
YEARS = [str(year) for year in range(2009, 2019)]
MARKDOWN = """# Report
Some **bold**, *italic*, ~~gone~~, `code` and [a link](https://example.com).

- one
  - inner
1. first

> quoted

| Name | Value |
| :--- | ---: |
| Sharpe | 0.62 |

```
x = 1
```"""


def series(name: str, step: int) -> Block:
    return {"name": name, "data": [{"label": year, "value": index * step - 9} for index, year in enumerate(YEARS)]}


def chart(kind: str, title: str) -> Block:
    axes = {"categories": YEARS, "x_label": "Year", "y_label": "Return"}
    data = {"type": kind, "series": [series("Strategy", 4), series("Benchmark", 3)], "axis_config": axes}
    return {"type": "data_visualization", "title": title, "chart": data}


CARD = {
    "type": "card",
    "title": mrkdwn("Golden cross"),
    "body": mrkdwn("Nine trades"),
    "actions": [button("open", "Open")],
}
TASKS = [
    {"type": "task_card", "task_id": status, "title": f"Task {status}", "status": status}
    for status in ("pending", "in_progress", "complete", "error")
]
TABLE_ROWS = [
    [{"type": "raw_text", "text": f"{name} of a long name {row}"} for name in "ABCDEFGH"] for row in range(3)
]
DATA_ROWS = [
    [{"type": "raw_text", "text": "Entry"}, {"type": "raw_text", "text": "Return"}],
    *(
        [
            {"type": "raw_text", "text": f"trade {n}"},
            {"type": "raw_number", "value": n * 7 % 10, "text": f"{n * 7 % 10} %"},
        ]
        for n in range(8)
    ),
]

BLOCKS: list[Block] = [
    {"type": "header", "text": plain("Every block")},
    {"type": "section", "text": mrkdwn("A *section*"), "fields": [mrkdwn("*CAGR*\n5.4 %"), mrkdwn("*Trades*\n9")]},
    {
        "type": "section",
        "text": mrkdwn("With an accessory"),
        "accessory": {
            "type": "multi_static_select",
            "action_id": "many",
            "placeholder": plain("Symbols"),
            "options": OPTIONS,
        },
    },
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn("Backtest `golden-cross`"), mrkdwn("1999 to 2018")]},
    {
        "type": "actions",
        "elements": [
            button("plain", "Plain"),
            button("primary", "Primary", style="primary"),
            button("danger", "Danger", style="danger"),
            {"type": "static_select", "action_id": "one", "placeholder": plain("Symbol"), "options": OPTIONS},
            {"type": "overflow", "action_id": "more", "options": OPTIONS},
            {"type": "datepicker", "action_id": "day", "initial_date": "2018-12-31"},
            {"type": "radio_buttons", "action_id": "radio", "options": OPTIONS},
            {"type": "checkboxes", "action_id": "boxes", "options": OPTIONS},
        ],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "vote",
                "positive_button": {"text": plain("Good"), "value": "+"},
                "negative_button": {"text": plain("Bad"), "value": "-"},
            },
            {"type": "icon_button", "action_id": "bin", "icon": "trash", "text": plain("Delete")},
        ],
    },
    {"type": "image", "image_url": "https://example.com/equity.png", "alt_text": "Equity elsewhere"},
    {"type": "markdown", "text": MARKDOWN},
    rich(
        words("Rich", bold=True),
        {"type": "rich_text_list", "style": "bullet", "elements": [words("item")]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
    ),
    {"type": "table", "rows": TABLE_ROWS, "column_settings": [{"align": "left"}, {"align": "right"}]},
    {"type": "data_table", "caption": "Trades", "rows": DATA_ROWS},
    chart("line", "Equity"),
    chart("bar", "Years"),
    {
        "type": "data_visualization",
        "title": "Exposure",
        "chart": {"type": "pie", "segments": [{"label": "Long", "value": 62}, {"label": "Cash", "value": 38}]},
    },
    *(
        {"type": "alert", "level": level, "text": mrkdwn(f"Alert {level}")}
        for level in ("info", "warning", "error", "success")
    ),
    {"type": "carousel", "elements": [CARD, CARD]},
    {
        "type": "container",
        "title": plain("Container"),
        "is_collapsible": True,
        "child_blocks": [{"type": "section", "text": mrkdwn("Inside")}],
    },
    {"type": "plan", "title": "Plan", "tasks": TASKS},
    {
        "type": "video",
        "title": plain("A video"),
        "video_url": "https://example.com/v",
        "thumbnail_url": "https://example.com/t",
        "alt_text": "video",
    },
]
"""Put straight into a message, not posted: together they are more than Slack takes in one."""
