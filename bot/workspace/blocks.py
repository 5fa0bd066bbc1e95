"""Block Kit as Slack checks it: types, required and allowed fields, and every limit.

Each block and element is a table of fields to checks; a check adds to the findings a line in the words Slack uses,
`[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]`. Limits are those of docs.slack.dev's
reference in 2026; the total of about 13,200 characters is undocumented (slackapi/bolt-js issue 2509).
"""

import itertools
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from bot.workspace.wire import Obj, SlackError

Surface = Literal["message", "modal", "home"]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
TOTAL_CHARACTERS = 13_200
MARKDOWN_CHARACTERS = 12_000
CHARTS_A_MESSAGE = 2
TABLES_A_MESSAGE = 1


@dataclass
class Findings:
    """What is wrong, gathered while walking the blocks."""

    surface: Surface
    lines: list[str] = field(default_factory=list)
    file_ids: frozenset[str] | None = None
    """Ids that `slack_file` may name; None accepts any."""

    def add(self, what: str, pointer: str) -> None:
        """One finding at a JSON pointer."""
        self.lines.append(f"[ERROR] {what} [json-pointer:{pointer}]")


Check: TypeAlias = Callable[[object, str, Findings], None]


def string(longest: int, shortest: int = 1) -> Check:
    """A string of so many characters."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        if not isinstance(value, str):
            findings.add("must be a string", pointer)
        elif len(value) > longest:
            findings.add(f"must be less than {longest + 1} characters", pointer)
        elif len(value) < shortest:
            findings.add(f"must be more than {shortest - 1} characters", pointer)

    return check


def boolean(value: object, pointer: str, findings: Findings) -> None:
    """True or false."""
    if not isinstance(value, bool):
        findings.add("must be a boolean", pointer)


def number(value: object, pointer: str, findings: Findings) -> None:
    """Any finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) == float("inf"):
        findings.add("must be a number", pointer)


def integer(low: int, high: int) -> Check:
    """A whole number in a range."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            findings.add("must be an integer", pointer)
        elif not low <= value <= high:
            findings.add(f"must be between {low} and {high}", pointer)

    return check


def choice(*values: str) -> Check:
    """One of some words."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        if value not in values:
            findings.add(f"must be a valid enum value ({', '.join(values)})", pointer)

    return check


def anything(value: object, pointer: str, findings: Findings) -> None:
    """What Slack does not look into, or this server does not."""


def items(check_item: Check, most: int, least: int = 1) -> Check:
    """A list of so many items, each checked."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        if not isinstance(value, list):
            findings.add("must be an array", pointer)
            return
        if len(value) > most:
            findings.add(f"no more than {most} items allowed", pointer)
        elif len(value) < least:
            findings.add(f"no less than {least} items allowed", pointer)
        for index, item in enumerate(value[:most]):
            check_item(item, f"{pointer}/{index}", findings)

    return check


def shape(fields: Mapping[str, Check], *required: str) -> Check:
    """An object with these fields and no others."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        if not isinstance(value, dict):
            findings.add("must be an object", pointer)
            return
        for name in required:
            if value.get(name) is None:
                findings.add(f"missing required field: {name}", pointer)
        for name, content in value.items():
            if name not in fields:
                findings.add(f"invalid additional property: {name}", pointer)
            elif content is not None:
                fields[name](content, f"{pointer}/{name}", findings)

    return check


def one_of(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which table it follows."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        if not isinstance(value, dict):
            findings.add("must be an object", pointer)
        elif "type" not in value:
            findings.add("missing required field: type", pointer)
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            findings.add(f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            kinds[value["type"]](value, pointer, findings)

    return check


def either(*checks: Check) -> Check:
    """What satisfies one of several checks; the findings of the last where it satisfies none."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        for alternative in checks:
            trial = Findings(findings.surface, file_ids=findings.file_ids)
            alternative(value, pointer, trial)
            if not trial.lines:
                return
        findings.lines.extend(trial.lines)

    return check


def both(*checks: Check) -> Check:
    """What must satisfy all of several checks."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        for each in checks:
            each(value, pointer, findings)

    return check


def needs_one(*names: str) -> Check:
    """At least one of these fields is there."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        if isinstance(value, dict) and not any(value.get(name) for name in names):
            findings.add(f"must have at least one of: {', '.join(names)}", pointer)

    return check


def only_on(*surfaces: Surface) -> Check:
    """A block that exists on these surfaces only."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        if findings.surface not in surfaces and isinstance(value, dict):
            findings.add(f"unsupported type: {value.get('type')}", f"{pointer}/type")

    return check


# --- composition objects -------------------------------------------------------------------------------------------

_TYPE: Check = string(255)


def plain(longest: int) -> Check:
    """A plain_text object."""
    return one_of({"plain_text": shape({"type": _TYPE, "text": string(longest), "emoji": boolean}, "text")})


def text(longest: int) -> Check:
    """A plain_text or mrkdwn object."""
    return one_of(
        {
            "plain_text": shape({"type": _TYPE, "text": string(longest), "emoji": boolean}, "text"),
            "mrkdwn": shape({"type": _TYPE, "text": string(longest), "verbatim": boolean}, "text"),
        }
    )


def _slack_file(value: object, pointer: str, findings: Findings) -> None:
    shape({"id": string(255), "url": string(3000)})(value, pointer, findings)
    if isinstance(value, dict):
        if not value.get("id") and not value.get("url"):
            findings.add("missing required field: id", pointer)
        elif findings.file_ids is not None and value.get("id") and value["id"] not in findings.file_ids:
            findings.add("invalid slack file", f"{pointer}/id")


CONFIRM = shape(
    {
        "title": plain(100),
        "text": text(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": choice("primary", "danger"),
    },
    "title",
    "text",
    "confirm",
    "deny",
)
OPTION = shape(
    {"text": text(75), "value": string(150), "description": text(75), "url": string(3000)}, "text", "value"
)
OPTIONS = items(OPTION, 100)
OPTION_GROUPS = items(shape({"label": plain(75), "options": OPTIONS}, "label", "options"), 100)
DISPATCH = shape({"trigger_actions_on": items(choice("on_enter_pressed", "on_character_entered"), 2)})
FILTER = shape(
    {
        "include": items(choice("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)

# --- elements ------------------------------------------------------------------------------------------------------

ID = string(255)
PEOPLE = items(string(255), 10)


def element(fields: Mapping[str, Check], *required: str) -> Check:
    """An interactive element: its own fields and those that all have."""
    return shape({"type": _TYPE, "action_id": ID, **fields}, *required)


BUTTON = element(
    {
        "text": plain(75),
        "url": string(3000),
        "value": string(2000),
        "style": choice("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
        "agent_prompt": string(4000),
        "agent_prompt_display": string(4000),
        "visible_to_user_ids": PEOPLE,
    },
    "text",
)
IMAGE_ELEMENT = both(
    shape(
        {"type": _TYPE, "alt_text": string(2000), "image_url": string(3000), "slack_file": _slack_file},
        "alt_text",
    ),
    needs_one("image_url", "slack_file"),
)
_SELECT: dict[str, Check] = {"placeholder": plain(150), "confirm": CONFIRM, "focus_on_load": boolean}
_MANY: dict[str, Check] = {**_SELECT, "max_selected_items": integer(1, 10_000)}
_STATIC: dict[str, Check] = {"options": OPTIONS, "option_groups": OPTION_GROUPS}
_WITH_OPTIONS = needs_one("options", "option_groups")
SELECTS: dict[str, Check] = {
    "static_select": both(element({**_SELECT, **_STATIC, "initial_option": OPTION}), _WITH_OPTIONS),
    "multi_static_select": both(element({**_MANY, **_STATIC, "initial_options": OPTIONS}), _WITH_OPTIONS),
    "external_select": element({**_SELECT, "initial_option": OPTION, "min_query_length": integer(0, 255)}),
    "multi_external_select": element({**_MANY, "initial_options": OPTIONS, "min_query_length": integer(0, 255)}),
    "users_select": element({**_SELECT, "initial_user": ID}),
    "multi_users_select": element({**_MANY, "initial_users": items(ID, 100)}),
    "conversations_select": element(
        {
            **_SELECT,
            "initial_conversation": ID,
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": FILTER,
        }
    ),
    "multi_conversations_select": element(
        {
            **_MANY,
            "initial_conversations": items(ID, 100),
            "default_to_current_conversation": boolean,
            "filter": FILTER,
        }
    ),
    "channels_select": element({**_SELECT, "initial_channel": ID, "response_url_enabled": boolean}),
    "multi_channels_select": element({**_MANY, "initial_channels": items(ID, 100)}),
}
_CHOICES: dict[str, Check] = {"options": items(OPTION, 10), "confirm": CONFIRM, "focus_on_load": boolean}
PICKERS: dict[str, Check] = {
    "datepicker": element({**_SELECT, "initial_date": string(10, 10)}),
    "timepicker": element({**_SELECT, "initial_time": string(5, 5), "timezone": string(255)}),
    "datetimepicker": element(
        {"initial_date_time": integer(0, 9_999_999_999), "confirm": CONFIRM, "focus_on_load": boolean}
    ),
    "checkboxes": element({**_CHOICES, "initial_options": items(OPTION, 10)}, "options"),
    "radio_buttons": element({**_CHOICES, "initial_option": OPTION}, "options"),
}
_TYPED: dict[str, Check] = {"placeholder": plain(150), "dispatch_action_config": DISPATCH, "focus_on_load": boolean}
INPUTS: dict[str, Check] = {
    "plain_text_input": element(
        {
            **_TYPED,
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        }
    ),
    "email_text_input": element({**_TYPED, "initial_value": string(3000, 0)}),
    "url_text_input": element({**_TYPED, "initial_value": string(3000, 0)}),
    "number_input": element(
        {
            **_TYPED,
            "is_decimal_allowed": boolean,
            "initial_value": string(255, 0),
            "min_value": string(255),
            "max_value": string(255),
        },
        "is_decimal_allowed",
    ),
    "rich_text_input": element({**_TYPED, "initial_value": anything}),
    "file_input": both(element({"filetypes": items(string(20), 100), "max_files": integer(1, 10)}), only_on("modal")),
    **SELECTS,
    **PICKERS,
}
OVERFLOW = element({"options": items(OPTION, 5), "confirm": CONFIRM}, "options")
WORKFLOW_BUTTON = element(
    {
        "text": plain(75),
        "workflow": anything,
        "style": choice("primary", "danger"),
        "accessibility_label": string(75),
    },
    "text",
    "workflow",
)
INTERACTIVE: dict[str, Check] = {
    "button": BUTTON,
    "overflow": OVERFLOW,
    "workflow_button": WORKFLOW_BUTTON,
    "rich_text_input": INPUTS["rich_text_input"],
    **SELECTS,
    **PICKERS,
}
ACCESSORIES: dict[str, Check] = {**INTERACTIVE, "image": IMAGE_ELEMENT}
_FEEDBACK = shape({"text": plain(75), "value": string(2000), "accessibility_label": string(75)}, "text", "value")
CONTEXT_ACTIONS: dict[str, Check] = {
    "feedback_buttons": element(
        {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, "positive_button", "negative_button"
    ),
    "icon_button": element(
        {
            "icon": string(255),
            "text": plain(75),
            "accessibility_label": string(75),
            "value": string(2000),
            "visible_to_user_ids": PEOPLE,
            "confirm": CONFIRM,
        },
        "icon",
        "text",
    ),
}

# --- blocks --------------------------------------------------------------------------------------------------------


def block(fields: Mapping[str, Check], *required: str) -> Check:
    """A block: its own fields and those that all have."""
    return shape({"type": _TYPE, "block_id": ID, **fields}, *required)


_STYLE = shape(
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight"), boolean)
)
_RICH_PARTS: dict[str, Check] = {
    "text": shape({"type": _TYPE, "text": string(TOTAL_CHARACTERS, 0), "style": _STYLE}, "text"),
    "link": shape(
        {"type": _TYPE, "url": string(3000), "text": string(TOTAL_CHARACTERS, 0), "unsafe": boolean, "style": _STYLE},
        "url",
    ),
    "user": shape({"type": _TYPE, "user_id": ID, "style": _STYLE}, "user_id"),
    "usergroup": shape({"type": _TYPE, "usergroup_id": ID, "style": _STYLE}, "usergroup_id"),
    "channel": shape({"type": _TYPE, "channel_id": ID, "style": _STYLE}, "channel_id"),
    "team": shape({"type": _TYPE, "team_id": ID, "style": _STYLE}, "team_id"),
    "emoji": shape(
        {"type": _TYPE, "name": ID, "unicode": ID, "url": string(3000), "skin_tone": integer(1, 6), "style": _STYLE},
        "name",
    ),
    "date": shape(
        {
            "type": _TYPE,
            "timestamp": integer(0, 10**11),
            "format": string(255),
            "url": string(3000),
            "fallback": string(255),
            "style": _STYLE,
        },
        "timestamp",
        "format",
    ),
    "broadcast": shape({"type": _TYPE, "range": choice("here", "channel", "everyone"), "style": _STYLE}, "range"),
    "color": shape({"type": _TYPE, "value": string(9), "style": _STYLE}, "value"),
}
_RICH_LINE = items(one_of(_RICH_PARTS), 10_000, 0)
_RICH_SECTION = shape({"type": _TYPE, "elements": _RICH_LINE}, "elements")
_RICH_PLAIN = items(one_of({name: _RICH_PARTS[name] for name in ("text", "link")}), 10_000, 0)
_RICH_ELEMENT = one_of(
    {
        "rich_text_section": _RICH_SECTION,
        "rich_text_list": shape(
            {
                "type": _TYPE,
                "elements": items(one_of({"rich_text_section": _RICH_SECTION}), 10_000, 0),
                "style": choice("bullet", "ordered"),
                "indent": integer(0, 8),
                "offset": integer(0, 1_000_000),
                "border": integer(0, 1),
            },
            "elements",
            "style",
        ),
        "rich_text_preformatted": shape(
            {"type": _TYPE, "elements": _RICH_PLAIN, "border": integer(0, 1), "language": string(255)}, "elements"
        ),
        "rich_text_quote": shape({"type": _TYPE, "elements": _RICH_LINE, "border": integer(0, 1)}, "elements"),
    }
)
RICH_TEXT = block({"elements": items(_RICH_ELEMENT, 10_000, 0)}, "elements")
_RAW_TEXT = shape({"type": _TYPE, "text": string(TOTAL_CHARACTERS)}, "text")
_RAW_NUMBER = shape({"type": _TYPE, "value": number, "text": string(255, 0)}, "value")
CELLS: dict[str, Check] = {"raw_text": _RAW_TEXT, "raw_number": _RAW_NUMBER, "rich_text": RICH_TEXT}
_COLUMN = either(
    shape({"align": choice("left", "center", "right"), "is_wrapped": boolean}),
    lambda value, pointer, findings: None if value is None else findings.add("must be an object", pointer),
)
TABLE = both(
    block({"rows": items(items(one_of(CELLS), 20), 100), "column_settings": items(_COLUMN, 20, 0)}, "rows"),
    only_on("message"),
)


def _even_rows(value: object, pointer: str, findings: Findings) -> None:
    rows = value.get("rows") if isinstance(value, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return
    if len({len(row) for row in rows}) > 1:
        findings.add("all rows must have the same number of cells", f"{pointer}/rows")
    if rows and any(isinstance(cell, dict) and cell.get("type") == "rich_text" for cell in rows[0]):
        findings.add("header cells must not be rich_text", f"{pointer}/rows/0")


DATA_TABLE = both(
    block(
        {
            "caption": string(3000),
            "rows": items(items(one_of({**CELLS, "action": anything}), 20), 201, 2),
            "page_size": integer(1, 100),
            "row_header_column_index": integer(0, 19),
        },
        "caption",
        "rows",
    ),
    _even_rows,
    only_on("message"),
)
_LABEL = string(20)
_POINT = shape({"label": _LABEL, "value": number}, "label", "value")
_AXIS = shape(
    {"categories": items(_LABEL, 20), "x_label": string(50), "y_label": string(50)},
    "categories",
)
_SERIES = shape({"name": _LABEL, "data": items(_POINT, 20)}, "name", "data")


def _same_labels(value: object, pointer: str, findings: Findings) -> None:
    """Every series has one point for each category, and a name of its own."""
    if not isinstance(value, dict) or not isinstance(value.get("series"), list):
        return
    axis = value.get("axis_config")
    categories = axis.get("categories") if isinstance(axis, dict) else None
    names: list[object] = []
    for index, series in enumerate(value["series"]):
        if not isinstance(series, dict) or not isinstance(series.get("data"), list):
            continue
        names.append(series.get("name"))
        labels = [point.get("label") for point in series["data"] if isinstance(point, dict)]
        if isinstance(categories, list) and sorted(map(str, labels)) != sorted(map(str, categories)):
            findings.add("labels must match axis_config categories", f"{pointer}/series/{index}/data")
    if len(set(map(str, names))) != len(names):
        findings.add("series names must be unique", f"{pointer}/series")


_XY = both(
    shape({"type": _TYPE, "series": items(_SERIES, 6), "axis_config": _AXIS}, "series", "axis_config"), _same_labels
)


def _slice(value: object, pointer: str, findings: Findings) -> None:
    _POINT(value, pointer, findings)
    if isinstance(value, dict) and isinstance(value.get("value"), int | float) and value["value"] <= 0:
        findings.add("must be more than 0", f"{pointer}/value")


_PIE = shape({"type": _TYPE, "segments": items(_slice, 6)}, "segments")
CHART = both(
    block(
        {"title": string(50), "chart": one_of({"pie": _PIE, "bar": _XY, "line": _XY, "area": _XY})}, "title", "chart"
    ),
    only_on("message"),
)
_SOURCES = items(
    shape({"type": _TYPE, "url": string(3000), "text": string(3000), "icon_url": string(3000)}, "url"), 100, 0
)
_TASK_FIELDS: dict[str, Check] = {
    "task_id": ID,
    "title": string(3000),
    "details": one_of({"rich_text": RICH_TEXT}),
    "output": one_of({"rich_text": RICH_TEXT}),
    "sources": _SOURCES,
    "status": choice("pending", "in_progress", "complete", "error"),
}
TASK_CARD = both(block(_TASK_FIELDS, "task_id", "title", "status"), only_on("message"))
PLAN = both(
    block({"title": string(3000), "tasks": items(block(_TASK_FIELDS, "task_id", "title", "status"), 50, 0)}, "title"),
    only_on("message"),
)
CARD = both(
    block(
        {
            "hero_image": IMAGE_ELEMENT,
            "icon": IMAGE_ELEMENT,
            "title": text(150),
            "subtitle": text(150),
            "body": text(200),
            "actions": items(one_of({"button": BUTTON}), 25),
        }
    ),
    needs_one("hero_image", "title", "actions", "body"),
)
SECTION = both(
    block(
        {
            "text": text(3000),
            "fields": items(text(2000), 10),
            "accessory": one_of(ACCESSORIES),
            "expand": boolean,
        }
    ),
    needs_one("text", "fields"),
)
IMAGE = both(
    block(
        {
            "alt_text": string(2000),
            "image_url": string(3000),
            "slack_file": _slack_file,
            "title": plain(2000),
        },
        "alt_text",
    ),
    needs_one("image_url", "slack_file"),
)
_CHILD_BLOCKS: dict[str, Check] = {
    "section": SECTION,
    "divider": block({}),
    "image": IMAGE,
    "actions": block({"elements": items(one_of(INTERACTIVE), 25)}, "elements"),
    "context": block(
        {
            "elements": items(
                either(one_of({"image": IMAGE_ELEMENT}), text(3000)),
                10,
            )
        },
        "elements",
    ),
    "header": block({"text": plain(150), "level": integer(1, 6)}, "text"),
    "rich_text": RICH_TEXT,
    "markdown": both(block({"text": string(MARKDOWN_CHARACTERS)}, "text"), only_on("message")),
    "table": TABLE,
    "alert": block({"text": text(3000), "level": choice("default", "info", "warning", "error", "success")}, "text"),
    "card": CARD,
    "task_card": TASK_CARD,
    "plan": PLAN,
    "data_visualization": CHART,
    "data_table": DATA_TABLE,
    "context_actions": both(block({"elements": items(one_of(CONTEXT_ACTIONS), 5)}, "elements"), only_on("message")),
    "video": block(
        {
            "alt_text": string(2000),
            "video_url": string(3000),
            "thumbnail_url": string(3000),
            "title": plain(199),
            "title_url": string(3000),
            "description": plain(200),
            "provider_icon_url": string(3000),
            "provider_name": string(255),
            "author_name": string(49),
        },
        "alt_text",
        "video_url",
        "thumbnail_url",
        "title",
    ),
}
BLOCKS: dict[str, Check] = {
    **_CHILD_BLOCKS,
    "carousel": block({"elements": items(one_of({"card": CARD}), 10)}, "elements"),
    "container": both(
        block(
            {
                "title": plain(150),
                "rich_text_title": one_of({"rich_text": RICH_TEXT}),
                "subtitle": text(150),
                "child_blocks": items(one_of(_CHILD_BLOCKS), 10),
                "width": choice("narrow", "standard", "wide", "full"),
                "icon": IMAGE_ELEMENT,
                "is_collapsible": boolean,
                "default_collapsed": boolean,
                "has_header_divider": boolean,
            },
            "child_blocks",
        ),
        needs_one("title", "rich_text_title"),
    ),
    "input": block(
        {
            "label": plain(2000),
            "element": one_of(INPUTS),
            "hint": plain(2000),
            "optional": boolean,
            "dispatch_action": boolean,
        },
        "label",
        "element",
    ),
    "file": block({"external_id": string(255), "source": string(255)}, "external_id", "source"),
}

# --- whole messages and views --------------------------------------------------------------------------------------


def check_message(blocks: list[Obj], *, file_ids: frozenset[str] | None = None) -> None:
    """Raises `invalid_blocks` or `msg_blocks_too_long` as Slack would for a message's blocks."""
    findings = Findings("message", file_ids=file_ids)
    _blocks(blocks, MESSAGE_BLOCKS, "/blocks", findings)
    charts = sum(1 for block_ in _nested(blocks) if block_.get("type") == "data_visualization")
    if charts > CHARTS_A_MESSAGE:
        findings.add(f"no more than {CHARTS_A_MESSAGE} data_visualization blocks allowed", "/blocks")
    if sum(1 for block_ in _nested(blocks) if block_.get("type") == "table") > TABLES_A_MESSAGE:
        findings.add("only_one_table_allowed", "/blocks")
    if findings.lines:
        raise SlackError("invalid_blocks", messages=findings.lines)
    if characters(blocks) > TOTAL_CHARACTERS:
        raise SlackError("msg_blocks_too_long")


_VIEW_TEXT: dict[str, Check] = {"title": plain(24), "submit": plain(24), "close": plain(24)}
_VIEW_COMMON: dict[str, Check] = {
    "type": _TYPE,
    "blocks": anything,
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_VIEWS: dict[str, Check] = {
    "modal": shape(
        {
            **_VIEW_COMMON,
            **_VIEW_TEXT,
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
        "title",
        "blocks",
    ),
    "home": shape(_VIEW_COMMON, "blocks"),
}


def check_view(view: Obj, kind: Literal["modal", "home"], *, file_ids: frozenset[str] | None = None) -> None:
    """Raises `invalid_arguments` with Slack's messages for a view that it would refuse."""
    findings = Findings(kind, file_ids=file_ids)
    one_of({kind: _VIEWS[kind]})(view, "/view", findings)
    blocks = view.get("blocks")
    if isinstance(blocks, list):
        _blocks(blocks, VIEW_BLOCKS, "/view/blocks", findings)
        has_input = any(isinstance(block_, dict) and block_.get("type") == "input" for block_ in blocks)
        if kind == "modal" and has_input and not view.get("submit"):
            findings.add("missing required field: submit", "/view")
    elif blocks is not None:
        findings.add("must be an array", "/view/blocks")
    if findings.lines:
        raise SlackError("invalid_arguments", messages=findings.lines)


def _blocks(blocks: list[Any], most: int, pointer: str, findings: Findings) -> None:
    items(one_of(BLOCKS), most, 0)(blocks, pointer, findings)
    seen: set[str] = set()
    for index, block_ in enumerate(blocks[:most]):
        if not isinstance(block_, dict):
            continue
        block_id = block_.get("block_id")
        if isinstance(block_id, str):
            if block_id in seen:
                findings.add(f"block_id must be unique: {block_id}", f"{pointer}/{index}/block_id")
            seen.add(block_id)
        _unique_actions(block_, f"{pointer}/{index}", findings)


def _unique_actions(block_: Obj, pointer: str, findings: Findings) -> None:
    seen: set[str] = set()
    for each in elements_of(block_):
        action = each.get("action_id")
        if isinstance(action, str):
            if action in seen:
                findings.add(f'`action_id` "{action}" already exists for another element', f"{pointer}/elements")
            seen.add(action)


def elements_of(block_: Obj) -> Iterator[Obj]:
    """The interactive elements of a block, those of cards and containers in it included."""
    direct = [block_.get("accessory"), block_.get("element")]
    lists = [block_.get(name) for name in ("elements", "actions")]
    for each in itertools.chain(direct, *(group for group in lists if isinstance(group, list))):
        if not isinstance(each, dict):
            continue
        if each.get("type") == "card":
            yield from elements_of(each)
        elif isinstance(each.get("type"), str) and each["type"] in _USED_BY_PEOPLE:
            yield each


_USED_BY_PEOPLE = frozenset({*INTERACTIVE, *INPUTS, *CONTEXT_ACTIONS})


def _nested(blocks: list[Obj]) -> Iterator[Obj]:
    for block_ in blocks:
        yield block_
        children = block_.get("child_blocks")
        if isinstance(children, list):
            yield from _nested([child for child in children if isinstance(child, dict)])


_NOT_SHOWN = frozenset(
    {
        "type",
        "block_id",
        "action_id",
        "url",
        "image_url",
        "style",
        "icon_url",
        "thumbnail_url",
        "video_url",
        "external_id",
        "id",
        "value",
        "user_id",
        "channel_id",
        "usergroup_id",
        "agent_prompt",
    }
)


def characters(content: object, name: str = "") -> int:
    """How many characters blocks show, which is what Slack's limit on all blocks together counts."""
    if isinstance(content, str):
        return 0 if name in _NOT_SHOWN else len(content)
    if isinstance(content, list):
        return sum(characters(item, name) for item in content)
    if isinstance(content, dict):
        return sum(characters(item, key) for key, item in content.items())
    return 0


def with_ids(blocks: list[Obj]) -> list[Obj]:
    """The blocks with the ids that Slack makes up where the app gave none."""
    made: list[Obj] = []
    for block_ in blocks:
        named = {**block_, "block_id": block_.get("block_id") or secrets.token_urlsafe(4)}
        for key in ("elements", "actions"):
            if isinstance(named.get(key), list) and named["type"] in {"actions", "context_actions", "card"}:
                named[key] = [_with_action(each) for each in named[key]]
        for key in ("accessory", "element"):
            if isinstance(named.get(key), dict):
                named[key] = _with_action(named[key])
        for key in ("child_blocks",):
            if isinstance(named.get(key), list):
                named[key] = with_ids(named[key])
        if named["type"] == "carousel":
            named["elements"] = with_ids(named["elements"])
        made.append(named)
    return made


def _with_action(each: Obj) -> Obj:
    if each.get("type") == "image":
        return each
    return {**each, "action_id": each.get("action_id") or secrets.token_urlsafe(4)}
