"""Block Kit's limits: at the limit it passes, one beyond it is refused where Slack says it would be."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_rig import client_of, refusal

from bot.workspace import blocks as kit
from bot.workspace.wire import SlackError

Obj = dict[str, Any]


def plain(text: str) -> Obj:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Obj:
    return {"type": "mrkdwn", "text": text}


def button(**fields: Any) -> Obj:
    return {"type": "button", "text": plain("Go"), **fields}


def actions(*elements: Obj, **fields: Any) -> Obj:
    return {"type": "actions", "elements": list(elements), **fields}


def cells(rows: int, columns: int) -> list[list[Obj]]:
    return [[{"type": "raw_text", "text": "x"} for _ in range(columns)] for _ in range(rows)]


def series(count: int, points: int) -> Obj:
    labels = [f"p{index}" for index in range(points)]
    return {
        "type": "line",
        "series": [
            {"name": f"s{index}", "data": [{"label": label, "value": -1.5} for label in labels]}
            for index in range(count)
        ],
        "axis_config": {"categories": labels},
    }


def chart(chart_: Obj, title: str = "Equity") -> Obj:
    return {"type": "data_visualization", "title": title, "chart": chart_}


def pie(slices: int) -> Obj:
    return {"type": "pie", "segments": [{"label": f"s{index}", "value": 1} for index in range(slices)]}


def options(count: int) -> list[Obj]:
    return [{"text": plain(f"o{index}"), "value": str(index)} for index in range(count)]


def message_problems(blocks: list[Obj]) -> list[str]:
    """What is wrong with a message's blocks, in Slack's words; the code alone where there are no words."""
    try:
        kit.check_message(blocks)
    except SlackError as error:
        return list(error.messages) or [error.code]
    return []


def modal(**fields: Any) -> Obj:
    return {"type": "modal", "title": plain("Title"), "blocks": [], **fields}


def view_problems(view: Obj, kind: Any = "modal") -> list[str]:
    try:
        kit.check_view(view, kind)
    except SlackError as error:
        return list(error.messages) if error.code == "invalid_arguments" else [error.code]
    return []


TEXT = {"text": mrkdwn("x")}
LIMITS: dict[str, tuple[Any, int, str]] = {
    "section text": (lambda n: {"type": "section", "text": mrkdwn("x" * n)}, 3000, "/blocks/0/text/text"),
    "fields": (lambda n: {"type": "section", "fields": [plain("x")] * n}, 10, "/blocks/0/fields"),
    "field text": (lambda n: {"type": "section", "fields": [plain("x" * n)]}, 2000, "/blocks/0/fields/0/text"),
    "header": (lambda n: {"type": "header", "text": plain("x" * n)}, 150, "/blocks/0/text/text"),
    "context elements": (lambda n: {"type": "context", "elements": [mrkdwn("x")] * n}, 10, "/blocks/0/elements"),
    "actions elements": (lambda n: actions(*[button()] * n), 25, "/blocks/0/elements"),
    "markdown": (lambda n: {"type": "markdown", "text": "x" * n}, 12_000, "/blocks/0/text"),
    "table rows": (lambda n: {"type": "table", "rows": cells(n, 2)}, 100, "/blocks/0/rows"),
    "table columns": (lambda n: {"type": "table", "rows": cells(2, n)}, 20, "/blocks/0/rows/0"),
    "data table rows": (
        lambda n: {"type": "data_table", "caption": "c", "rows": cells(n, 2)},
        201,
        "/blocks/0/rows",
    ),
    "chart title": (lambda n: chart(pie(2), "x" * n), 50, "/blocks/0/title"),
    "pie segments": (lambda n: chart(pie(n)), 6, "/blocks/0/chart/segments"),
    "chart series": (lambda n: chart(series(n, 2)), 6, "/blocks/0/chart/series"),
    "chart points": (lambda n: chart(series(1, n)), 20, "/blocks/0/chart/axis_config/categories"),
    "button text": (lambda n: actions(button(text=plain("x" * n))), 75, "/blocks/0/elements/0/text/text"),
    "button value": (lambda n: actions(button(value="x" * n)), 2000, "/blocks/0/elements/0/value"),
    "button url": (lambda n: actions(button(url="x" * n)), 3000, "/blocks/0/elements/0/url"),
    "action id": (lambda n: actions(button(action_id="x" * n)), 255, "/blocks/0/elements/0/action_id"),
    "block id": (lambda n: {"type": "divider", "block_id": "x" * n}, 255, "/blocks/0/block_id"),
    "alt text": (
        lambda n: {"type": "image", "image_url": "https://x", "alt_text": "x" * n},
        2000,
        "/blocks/0/alt_text",
    ),
    "options": (
        lambda n: actions({"type": "static_select", "options": options(n)}),
        100,
        "/blocks/0/elements/0/options",
    ),
    "overflow": (lambda n: actions({"type": "overflow", "options": options(n)}), 5, "/blocks/0/elements/0/options"),
    "confirm title": (
        lambda n: actions(
            button(confirm={"title": plain("x" * n), "text": plain("t"), "confirm": plain("y"), "deny": plain("n")})
        ),
        100,
        "/blocks/0/elements/0/confirm/title/text",
    ),
    "context actions": (
        lambda n: {
            "type": "context_actions",
            "elements": [{"type": "icon_button", "icon": "trash", "text": plain("x")}] * n,
        },
        5,
        "/blocks/0/elements",
    ),
    "plan tasks": (
        lambda n: {
            "type": "plan",
            "title": "p",
            "tasks": [{"type": "task_card", "task_id": str(i), "title": "t", "status": "pending"} for i in range(n)],
        },
        50,
        "/blocks/0/tasks",
    ),
    "card body": (lambda n: {"type": "card", "body": mrkdwn("x" * n)}, 200, "/blocks/0/body/text"),
    "visible to": (
        lambda n: actions(button(visible_to_user_ids=["U1"] * n)),
        10,
        "/blocks/0/elements/0/visible_to_user_ids",
    ),
}


@pytest.mark.parametrize("name", LIMITS)
@settings(max_examples=20)
@given(beyond=st.integers(1, 50), data=st.data())
def test_a_limit_holds_and_no_sooner(name, beyond, data):
    build, limit, pointer = LIMITS[name]
    within = data.draw(st.integers(2, limit))
    assert message_problems([build(limit)]) == []
    assert message_problems([build(within)]) == []
    refused = message_problems([build(limit + beyond)])
    assert any(line.endswith(f"[json-pointer:{pointer}]") for line in refused), refused


@given(count=st.integers(0, 120))
def test_blocks_a_message(count):
    problems = message_problems([{"type": "divider"}] * count)
    assert problems == ([] if count <= 50 else ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"])


@given(sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=10))
def test_all_blocks_together(sizes):
    blocks = [{"type": "section", "text": mrkdwn("x" * size)} for size in sizes]
    assert message_problems(blocks) == ([] if sum(sizes) <= 13_200 else ["msg_blocks_too_long"])


def test_the_total_counts_a_tables_cells():
    wide = [[{"type": "raw_text", "text": "x" * 10} for _ in range(20)] for _ in range(100)]
    assert message_problems([{"type": "table", "rows": wide}]) == ["msg_blocks_too_long"]


@pytest.mark.parametrize(
    "name",
    ["novelty", "", "Section", "input_block"],
)
def test_an_unknown_block_is_refused_where_it_stands(name):
    problems = message_problems([{"type": "divider"}, {"type": name}])
    assert problems == [f"[ERROR] unsupported type: {name} [json-pointer:/blocks/1/type]"]


@pytest.mark.parametrize(
    ("block", "line"),
    [
        ({"text": plain("x")}, "missing required field: type [json-pointer:/blocks/0]"),
        ({"type": "section"}, "must have at least one of: text, fields [json-pointer:/blocks/0]"),
        ({"type": "header"}, "missing required field: text [json-pointer:/blocks/0]"),
        ({"type": "header", "text": mrkdwn("x")}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
        (
            {"type": "section", "text": mrkdwn("")},
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "section", "text": mrkdwn("x"), "colour": "red"},
            "invalid additional property: colour [json-pointer:/blocks/0]",
        ),
        (
            {"type": "image", "image_url": "https://x"},
            "missing required field: alt_text [json-pointer:/blocks/0]",
        ),
        (
            actions(button(style="warning")),
            "must be a valid enum value (primary, danger) [json-pointer:/blocks/0/elements/0/style]",
        ),
        (actions(), "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
        (
            actions({"type": "plain_text_input"}),
            "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
        ),
        (
            actions(button(action_id="a"), button(action_id="a")),
            '`action_id` "a" already exists for another element [json-pointer:/blocks/0/elements]',
        ),
        (
            chart({**pie(1), "segments": [{"label": "x", "value": 0}]}),
            "must be more than 0 [json-pointer:/blocks/0/chart/segments/0/value]",
        ),
        (
            chart({**series(1, 2), "axis_config": {"categories": ["other", "labels"]}}),
            "labels must match axis_config categories [json-pointer:/blocks/0/chart/series/0/data]",
        ),
        (
            {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "poem"}]}]},
            "unsupported type: poem [json-pointer:/blocks/0/elements/0/elements/0/type]",
        ),
        (
            {"type": "data_table", "caption": "c", "rows": [*cells(1, 2), *cells(1, 3)]},
            "all rows must have the same number of cells [json-pointer:/blocks/0/rows]",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_is(block, line):
    assert f"[ERROR] {line}" in message_problems([block])


def test_things_that_are_unique_in_a_message():
    same = [actions(button(action_id="a"), block_id="b"), actions(button(action_id="a"), block_id="c")]
    assert message_problems(same) == []  # an action id is unique within its block only
    assert message_problems([{"type": "divider", "block_id": "b"}] * 2)
    assert message_problems([chart(pie(2))] * 2) == []
    assert message_problems([chart(pie(2))] * 3)
    assert message_problems([{"type": "table", "rows": cells(2, 2)}] * 2)


def test_blocks_of_other_surfaces():
    assert message_problems([{"type": "input", "label": plain("l"), "element": {"type": "file_input"}}])
    table = {"type": "table", "rows": cells(1, 1)}
    assert view_problems(modal(blocks=[table])) == [
        "[ERROR] unsupported type: table [json-pointer:/view/blocks/0/type]"
    ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "text", "elements", "rows", "fields", "chart", "accessory", "block_id", "title"]
                ),
                inner | st.sampled_from(sorted(kit.BLOCKS)),
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_no_block_whatever_it_is_breaks_the_check(block):
    if isinstance(block, dict):
        message_problems([block])
        view_problems({"type": "modal", "title": plain("t"), "blocks": [block]})


@given(length=st.integers(1, 60))
def test_a_modals_title(length):
    problems = view_problems(modal(title=plain("x" * length)))
    assert bool(problems) is (length > 24)


@given(count=st.integers(0, 130))
def test_blocks_a_view(count):
    blocks = [{"type": "divider"}] * count
    assert bool(view_problems(modal(blocks=blocks))) is (count > 100)
    assert bool(view_problems({"type": "home", "blocks": blocks}, "home")) is (count > 100)


@given(length=st.integers(0, 4000))
def test_private_metadata(length):
    assert bool(view_problems(modal(private_metadata="x" * length))) is (length > 3000)


def test_a_modal_with_inputs_needs_a_submit_button():
    entry = {"type": "input", "label": plain("Why"), "element": {"type": "plain_text_input"}}
    assert view_problems(modal(blocks=[entry])) == ["[ERROR] missing required field: submit [json-pointer:/view]"]
    assert view_problems(modal(blocks=[entry], submit=plain("Send"))) == []


async def test_the_api_speaks_of_blocks_in_slacks_words(workspace):
    client = client_of(workspace)
    long = [{"type": "section", "text": mrkdwn("x" * 3001)}]
    body = await refusal(client.chat_postMessage(channel="#desk", text="x", blocks=long))
    assert body["error"] == "invalid_blocks"
    assert body["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    body = await refusal(client.blocks_validate(blocks=long))
    assert body["error"] == "invalid_blocks"
    await client.blocks_validate(blocks=[{"type": "divider"}])
    body = await refusal(client.blocks_validate(view=modal(title=plain("x" * 25))))
    assert body["error"] == "invalid_arguments"


async def test_every_block_gets_an_id_and_every_element_too(workspace):
    posted = await client_of(workspace).chat_postMessage(
        channel="#desk",
        text="x",
        blocks=[{"type": "divider"}, actions(button(), button(action_id="mine")), {"type": "section", **TEXT}],
    )
    blocks = posted["message"]["blocks"]
    assert all(block["block_id"] for block in blocks)
    assert blocks[1]["elements"][0]["action_id"]
    assert blocks[1]["elements"][1]["action_id"] == "mine"
