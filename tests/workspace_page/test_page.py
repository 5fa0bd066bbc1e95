"""What a person does on the page, in a real browser on a real workspace."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from gallery import BLOCKS, button, mrkdwn, plain
from playwright.async_api import Locator, Page, expect
from playwright.async_api import TimeoutError as NotInTime

from bot.workspace.server import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DESK = "C0001DESK"
Visit = Callable[..., Any]


def messages(page: Page) -> Locator:
    return page.locator("main .message")


def composer(page: Page, label: str = "Message #desk") -> Locator:
    return page.get_by_role("combobox", name=label)


async def put_blocks(workspace: Workspace, blocks: list[dict[str, Any]]) -> None:
    """A message of the bot with blocks the server would not take, or not together."""
    message = await workspace.say("olga", "#desk", "blocks")
    message.user, message.from_bot, message.blocks = "U0DESKHAND", True, blocks


# --- writing


async def test_a_mention_completed_by_tab_arrives_at_the_bot(bot, visit: Visit) -> None:
    page = await visit("ana")
    await composer(page).press_sequentially("@des")
    await expect(page.get_by_role("option", name="@Deskhand")).to_be_visible()
    await composer(page).press("Tab")
    await composer(page).press_sequentially("how did the golden cross on the S&P 500 do?")
    await composer(page).press("Shift+Enter")
    await composer(page).press_sequentially("In short.")
    await composer(page).press("Enter")

    event = await bot.next("app_mention")
    assert event["text"] == "<@U0DESKHAND> how did the golden cross on the S&amp;P 500 do?\nIn short."
    assert (event["user"], event["channel"]) == ("U0ANASILVA", DESK)
    await expect(messages(page)).to_contain_text("@Deskhand how did the golden cross on the S&P 500 do?")
    await expect(composer(page)).to_have_value("")


async def test_the_keyboard_alone_sends_opens_a_thread_and_replies(workspace: Workspace, bot, visit: Visit) -> None:
    await workspace.say("paul", "#desk", "Anyone looked at momentum?")
    page = await visit("ana")
    await expect(composer(page)).to_be_focused()
    await page.keyboard.type("Not yet")
    await page.keyboard.press("Enter")
    await bot.next("message", 2)
    await expect(messages(page)).to_have_count(2)
    await page.keyboard.press("Shift+Tab")  # from the composer back to the last message, or its actions
    while not await page.evaluate("document.activeElement.classList.contains('message')"):
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("ArrowUp")
    await expect(messages(page).first).to_be_focused()
    await page.keyboard.press("t")
    await expect(composer(page, "Reply in thread")).to_be_focused()
    await page.keyboard.type("I will")
    await page.keyboard.press("Enter")
    reply = await bot.next("message", 3)
    assert reply["thread_ts"] == workspace.messages("#desk")[0].ts
    await expect(page.locator("aside .message")).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("complementary", name="Thread")).to_be_hidden()
    await expect(messages(page).first).to_be_focused()
    await expect(messages(page).first.get_by_role("button", name="1 reply")).to_be_visible()


async def test_a_command_shows_its_hint_and_its_answer_only_to_its_person(
    workspace: Workspace, bot, visit: Visit
) -> None:
    bot.answers["command"] = {"text": "Ask me *anything*."}
    page, other = await visit("gina"), await visit("paul")
    await composer(page).press_sequentially("/des")
    await composer(page).press("Enter")
    await expect(page.get_by_text("[question | help]")).to_be_visible()
    await composer(page).press_sequentially("help")
    await composer(page).press("Enter")
    assert (await bot.next("command"))["text"] == "help"
    await expect(messages(page)).to_contain_text("Only visible to you")
    await workspace.say("gina", "#desk", "done")
    await expect(messages(other)).to_have_count(1)
    await expect(other.locator("#announcer")).to_have_text("Gina Rossi: done")
    await expect(other.get_by_text("Ask me anything.")).to_have_count(0)
    await messages(page).first.get_by_role("button", name="Dismiss").click()
    await expect(page.get_by_text("Ask me anything.")).to_have_count(0)


async def test_a_refusal_is_told_and_what_was_written_comes_back(workspace: Workspace, visit: Visit) -> None:
    page = await visit("ana")  # no bot is connected
    await composer(page).fill("/deskhand help")
    await composer(page).press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("dispatch_failed")
    await expect(composer(page)).to_have_value("/deskhand help")


async def test_files_by_button_and_by_drop(workspace: Workspace, bot, visit: Visit) -> None:
    page = await visit("ana")
    picture = {"name": "equity.png", "mimeType": "image/png", "buffer": PIXEL}
    await page.locator("main input[type=file]").set_input_files(picture)
    await expect(page.get_by_role("list", name="Files to send")).to_contain_text("equity.png")
    await page.evaluate(DROP, "trades.csv")
    await expect(page.get_by_role("list", name="Files to send").get_by_role("listitem")).to_have_count(2)
    await expect(page.locator(".uploading")).to_have_count(0)
    await page.get_by_role("button", name="Send").click()
    event = await bot.next("message")
    assert [file["name"] for file in event["files"]] == ["equity.png", "trades.csv"]
    await expect(messages(page).get_by_role("img", name="equity.png")).to_have_js_property("naturalWidth", 1)
    await expect(messages(page).get_by_role("link", name="trades.csv")).to_be_visible()
    await page.get_by_role("button", name="Enlarge: equity.png").click()
    await expect(page.get_by_role("dialog", name="equity.png")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8cfc0f01f00050001ff"
    "89993d1d0000000049454e44ae426082"
)
DROP = """name => {
  const transfer = new DataTransfer();
  transfer.items.add(new File(['a,b\\n1,2\\n'], name, {type: 'text/csv'}));
  document.querySelector('main').dispatchEvent(new DragEvent('drop', {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


# --- what the bot shows


async def test_a_button_with_confirm_acts_only_when_confirmed(bot, visit: Visit) -> None:
    page = await visit("paul")
    ask = {
        "title": plain("Approve this draft?"),
        "text": mrkdwn("*Golden cross*"),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    actions = {
        "type": "actions",
        "block_id": "decide",
        "elements": [button("approve", "Approve", style="primary", confirm=ask)],
    }
    posted = await bot.web.chat_postMessage(channel=DESK, text="A draft", blocks=[actions])
    approve = messages(page).get_by_role("button", name="Approve")
    await approve.click()
    await page.get_by_role("alertdialog").get_by_role("button", name="No").click()
    await expect(page.get_by_role("alertdialog")).to_have_count(0)
    await approve.click()
    await expect(page.get_by_role("alertdialog", name="Approve this draft?").locator("strong")).to_have_text(
        "Golden cross"
    )
    await page.keyboard.press("Enter")
    payload = await bot.next("block_actions")
    await composer(page).fill("And that was all.")
    await composer(page).press("Enter")
    await bot.next("message", 2)
    assert len(bot.received("block_actions")) == 1
    assert (payload["user"]["id"], payload["actions"][0]["value"]) == ("U0PAULMEYER", "approve")
    assert payload["container"]["message_ts"] == posted["ts"]
    await approve.focus()
    await bot.web.chat_update(channel=DESK, ts=posted["ts"], text="Approved by Paul", blocks=[])
    await expect(messages(page).first).to_contain_text("Approved by Paul")
    await expect(messages(page).first).to_be_focused()  # the pressed button is gone; its message keeps the focus


async def test_selects_and_checkboxes_send_what_was_chosen(bot, visit: Visit) -> None:
    page = await visit("ana")
    elements = next(block for block in BLOCKS if block["type"] == "actions")
    await bot.web.chat_postMessage(channel=DESK, text="Choose", blocks=[{**elements, "block_id": "all"}])
    await messages(page).get_by_role("combobox", name="Symbol").select_option("QQQ")
    first = await bot.next("block_actions", 1)
    assert first["actions"][0]["selected_option"]["value"] == "QQQ"
    await messages(page).get_by_role("checkbox", name="IWM").check()
    second = await bot.next("block_actions", 2)
    values = second["state"]["values"]["all"]
    assert [option["value"] for option in values["boxes"]["selected_options"]] == ["IWM"]
    assert (values["one"]["selected_option"]["value"], values["day"]["selected_date"]) == ("QQQ", "2018-12-31")
    await messages(page).get_by_role("button", name="More options").click()
    await page.get_by_role("menuitem", name="SPY").press("Enter")
    third = await bot.next("block_actions", 3)
    assert (third["actions"][0]["action_id"], third["actions"][0]["selected_option"]["value"]) == ("more", "SPY")


async def test_a_stream_grows_and_ends(workspace: Workspace, bot, visit: Visit) -> None:
    question = await workspace.say("ana", "#desk", "@deskhand narrate")
    page = await visit("ana", f"{DESK}/{question.ts}")
    thread = page.get_by_role("complementary", name="Thread")
    status = {
        "channel_id": DESK,
        "thread_ts": question.ts,
        "status": "is thinking...",
        "loading_messages": ["Reading the run…"],
    }
    await bot.web.api_call("assistant.threads.setStatus", json=status)
    await expect(thread.locator(".thread-status")).to_contain_text("Reading the run…")
    to = {
        "channel": DESK,
        "thread_ts": question.ts,
        "recipient_user_id": "U0ANASILVA",
        "recipient_team_id": "T0DESKHAND",
    }
    chunks = [{"type": "task_update", "id": "1", "title": "Find the run", "status": "in_progress"}]
    stream = await bot.web.chat_startStream(**to, chunks=chunks)
    reply = thread.locator(".message").last
    await expect(reply.get_by_role("img", name="In progress")).to_be_visible()
    await expect(thread.locator(".thread-status")).to_be_empty()
    await bot.web.chat_appendStream(channel=DESK, ts=stream["ts"], markdown_text="It returned **186")
    await expect(reply).to_contain_text("It returned **186")
    await expect(reply).to_have_class("message streaming")
    await bot.web.chat_appendStream(channel=DESK, ts=stream["ts"], markdown_text=" %** in all.")
    await expect(reply.locator("strong", has_text="186 %")).to_be_visible()
    await bot.web.chat_stopStream(channel=DESK, ts=stream["ts"], chunks=[{**chunks[0], "status": "complete"}])
    await expect(reply).to_have_class("message")
    await expect(reply.get_by_role("img", name="Done")).to_be_visible()
    await expect(page.locator("#announcer")).to_contain_text("Deskhand, app: It returned")


async def test_unknown_and_malformed_blocks_stay_visible(workspace: Workspace, visit: Visit) -> None:
    odd = [
        {"type": "hologram", "block_id": "h", "depth": 3},
        {"type": "table", "block_id": "t", "rows": "none"},
        {"type": "actions", "block_id": "a", "elements": [{"type": "dial", "action_id": "d"}]},
        {"type": "section", "block_id": "s", "text": plain("still here")},
    ]
    await put_blocks(workspace, odd)
    page = await visit("ana")
    boxes = messages(page).locator(".unknown")
    await expect(boxes).to_have_count(3)
    await expect(boxes.nth(0)).to_contain_text("Unsupported block: hologram")
    await expect(boxes.nth(0)).to_contain_text('"depth": 3')
    await expect(boxes.nth(1)).to_contain_text("table")
    await expect(boxes.nth(2)).to_contain_text("Unsupported element: dial")
    await expect(messages(page)).to_contain_text("still here")


HOSTILE = "<img src=x onerror=window.owned=1><script>window.owned=1</script><svg/onload=window.owned=1>"


async def test_hostile_text_stays_text(workspace: Workspace, bot, visit: Visit) -> None:
    link = "javascript:window.owned=1"
    await workspace.say("gina", "#desk", HOSTILE)
    blocks = [
        {"type": "section", "text": mrkdwn(f'{HOSTILE} <{link}|click> <https://e.com/"onclick=window.owned=1|ok>')},
        {"type": "header", "text": plain(HOSTILE[:140])},
        {
            "type": "markdown",
            "text": f"# {HOSTILE}\n[click]({link}) ![x]({link}) <{link}> | {HOSTILE}\n```{HOSTILE}\n```",
        },
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "text", "text": HOSTILE}, {"type": "link", "url": link, "text": "go"}],
                }
            ],
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": HOSTILE}]]},
        {"type": "image", "image_url": link, "alt_text": HOSTILE},
        {"type": "actions", "elements": [button("x", HOSTILE[:70], url=link)]},
        {"type": "unheard_of", "html": HOSTILE},
    ]
    await put_blocks(workspace, blocks)
    page = await visit("ana")
    await expect(messages(page)).to_have_count(2)
    await expect(messages(page).first.locator(".text")).to_have_text(HOSTILE)
    await expect(messages(page).nth(1).get_by_role("heading", name="<img").first).to_be_visible()
    assert await page.evaluate("window.owned") is None
    assert (
        await page.locator("main :is(script, iframe, object, [onerror], [onclick], [onload], img[src^=x])").count()
        == 0
    )
    assert await page.evaluate("[...document.links].filter(a => !/^https?:/.test(a.href)).length") == 0


async def test_a_modal_shows_errors_then_succeeds(bot, visit: Visit) -> None:
    page = await visit("ana")
    await bot.web.chat_postMessage(
        channel=DESK, text="New", blocks=[{"type": "actions", "elements": [button("new", "New strategy")]}]
    )
    opener = messages(page).get_by_role("button", name="New strategy")
    await opener.click()
    pressed = await bot.next("block_actions")
    await bot.web.views_open(trigger_id=pressed["trigger_id"], view=MODAL)
    dialog = page.get_by_role("dialog", name="New strategy")
    name = dialog.get_by_role("textbox", name="Name")
    await expect(name).to_be_focused()
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog.get_by_text("Please complete this required field.")).to_have_count(2)

    # The focus stays in the dialog, however far one tabs.
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )

    await name.fill("Golden cross")
    await dialog.get_by_role("combobox", name="Symbol").select_option("SPY")
    await dialog.get_by_role("spinbutton", name="Stop loss").fill("3.5")
    bot.answers["view_submission"] = {"response_action": "errors", "errors": {"name": "That name is taken."}}
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog.get_by_text("That name is taken.")).to_be_visible()
    await expect(name).to_have_attribute("aria-invalid", "true")
    await expect(name).to_be_focused()

    bot.answers["view_submission"] = None
    await name.fill("Golden cross 2")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    values = (await bot.next("view_submission", 2))["view"]["state"]["values"]
    assert values["name"]["text"]["value"] == "Golden cross 2"
    assert values["symbol"]["pick"]["selected_option"]["value"] == "SPY"
    assert values["stop"]["number"]["value"] == "3.5"
    await expect(opener).to_be_focused()


async def test_modals_stack_update_and_tell_when_closed(bot, visit: Visit) -> None:
    page = await visit("ana")
    await bot.web.chat_postMessage(
        channel=DESK, text="New", blocks=[{"type": "actions", "elements": [button("new", "New strategy")]}]
    )
    await messages(page).get_by_role("button", name="New strategy").click()
    pressed = await bot.next("block_actions")
    more = {"type": "actions", "block_id": "extra", "elements": [button("details", "Details")]}
    opened = await bot.web.views_open(
        trigger_id=pressed["trigger_id"], view={**MODAL, "blocks": [*MODAL["blocks"], more]}
    )
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Name").fill("kept")
    changed = {**MODAL, "title": plain("Changed"), "blocks": [*MODAL["blocks"][:1], more]}
    await bot.web.views_update(view_id=opened["view"]["id"], view=changed)
    await expect(dialog.get_by_role("heading", name="Changed")).to_be_visible()
    await expect(dialog.get_by_role("textbox", name="Name")).to_have_value("kept")
    await dialog.get_by_role("button", name="Details").click()
    inner = {
        "type": "modal",
        "title": plain("Inner"),
        "notify_on_close": True,
        "blocks": [{"type": "section", "text": plain("deep")}],
    }
    await bot.web.views_push(trigger_id=(await bot.next("block_actions", 2))["trigger_id"], view=inner)
    await expect(dialog.get_by_role("heading", name="Inner")).to_be_visible()
    await page.keyboard.press("Escape")
    assert (await bot.next("view_closed"))["view"]["title"]["text"] == "Inner"
    await expect(dialog.get_by_role("heading", name="Changed")).to_be_visible()
    await dialog.get_by_role("button", name="Close", exact=True).click()
    await expect(dialog).to_have_count(0)


SYMBOLS = [{"text": plain(symbol), "value": symbol} for symbol in ("SPY", "QQQ")]
MODAL: dict[str, Any] = {
    "type": "modal",
    "title": plain("New strategy"),
    "submit": plain("Create"),
    "close": plain("Cancel"),
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": plain("Name"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {
            "type": "input",
            "block_id": "symbol",
            "label": plain("Symbol"),
            "element": {"type": "static_select", "action_id": "pick", "options": SYMBOLS},
        },
        {
            "type": "input",
            "block_id": "stop",
            "optional": True,
            "label": plain("Stop loss"),
            "element": {"type": "number_input", "is_decimal_allowed": True, "action_id": "number"},
        },
    ],
}


# --- people and places


async def test_switching_the_person_shows_their_page(workspace: Workspace, bot, visit: Visit) -> None:
    await workspace.say("ana", "dm", "a secret of Ana's")
    await bot.web.chat_postEphemeral(channel=DESK, user="U0ANASILVA", text="for Ana only")
    page = await visit("ana")
    await expect(messages(page)).to_contain_text("for Ana only")
    await page.get_by_role("link", name="Deskhand").click()
    await expect(messages(page)).to_contain_text("a secret of Ana's")
    await page.get_by_role("radio", name="Paul Meyer").check()
    await expect(page.get_by_text("Ask it anything")).to_be_visible()
    await expect(page.get_by_text("a secret of Ana's")).to_have_count(0)
    await page.get_by_role("link", name="desk", exact=True).click()
    await expect(page.get_by_text("for Ana only")).to_have_count(0)
    await composer(page).fill("Paul here")
    await composer(page).press("Enter")
    assert (await bot.next("message", 2))["user"] == "U0PAULMEYER"
    await page.reload()
    await expect(page.get_by_role("radio", name="Paul Meyer")).to_be_checked()
    await expect(messages(page)).to_contain_text("Paul here")


async def test_membership_of_groups_can_be_changed(workspace: Workspace, bot, visit: Visit) -> None:
    page = await visit("gina")
    await page.get_by_role("button", name="User groups").click()
    box = page.get_by_role("checkbox", name="Gina Rossi in @trading-ops")
    await box.check()
    event = await bot.next("subteam_members_changed")
    assert (event["subteam_id"], event["added_users"]) == ("S0OPS", ["U0GINAROSSI"])
    await expect(box).to_be_checked()
    await workspace.set_member("S0OPS", "gina", False)
    await expect(box).not_to_be_checked()


async def test_home_prompts_shortcuts_and_reactions(workspace: Workspace, bot, visit: Visit) -> None:
    page = await visit("ana")
    await page.get_by_role("link", name="Deskhand").click()
    assert (await bot.next("app_home_opened"))["tab"] == "messages"
    await page.get_by_role("button", name="Narrate a backtest").click()
    asked = await bot.next("message")
    assert (asked["channel_type"], asked["text"]) == ("im", "How did the golden cross on the S&amp;P 500 do?")
    await page.get_by_role("link", name="Home").click()
    await bot.next("app_home_opened", 2)
    home = {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Your desk")},
            {"type": "actions", "elements": [button("go", "Go")]},
        ],
    }
    await bot.web.views_publish(user_id="U0ANASILVA", view=home)
    await page.get_by_role("button", name="Go").click()
    assert (await bot.next("block_actions"))["view"]["type"] == "home"

    said = await workspace.say("paul", "#desk", "Look at this")
    await expect(page.get_by_role("link", name="desk 1 unread")).to_be_visible()
    await page.get_by_role("link", name="desk 1 unread").click()
    await messages(page).hover()
    await messages(page).get_by_role("button", name="Add reaction").click()
    await page.get_by_role("menuitem", name="eyes").click()
    await expect(messages(page).get_by_role("button", name="eyes 1")).to_have_attribute("aria-pressed", "true")
    assert said.reactions == {"eyes": ["U0ANASILVA"]}
    await messages(page).get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Ask Deskhand about this").click()
    assert (await bot.next("message_action"))["message"]["text"] == "Look at this"


async def test_a_lost_connection_is_told_and_mended(workspace: Workspace, visit: Visit) -> None:
    await workspace.say("paul", "#desk", "before")
    page = await visit("ana")
    await expect(messages(page)).to_have_count(1)
    port = int(workspace.url.rsplit(":", 1)[1].strip("/"))
    await workspace.close()
    await expect(page.get_by_text("Connection lost")).to_be_visible()
    await workspace.say("paul", "#desk", "meanwhile")
    await workspace.start(port=port)
    with suppress(NotInTime):  # the page may have mended itself before the click
        await page.get_by_role("button", name="Retry now").click(timeout=1_000)
    await expect(page.get_by_text("Connection lost")).to_have_count(0)
    await expect(messages(page).last).to_contain_text("meanwhile")


async def test_a_permalink_leads_to_its_message(workspace: Workspace, bot, visit: Visit) -> None:
    first = await workspace.say("paul", "#research", "the one meant")
    await workspace.say("paul", "#research", "another")
    permalink = (await bot.web.chat_getPermalink(channel="C0002RESEAR", message_ts=first.ts))["permalink"]
    page = await visit("ana")
    await page.goto(permalink)
    await expect(page.get_by_role("heading", name="research")).to_be_visible()
    await expect(messages(page).first).to_be_focused()


# --- how it looks


async def test_nothing_overflows_on_a_phone(workspace: Workspace, visit: Visit) -> None:
    await workspace.say("paul", "#desk", "averylongword" * 20)
    await put_blocks(workspace, BLOCKS)
    question = workspace.messages("#desk")[-1]
    page = await visit("ana", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    await expect(messages(page)).to_have_count(2)
    assert await page.evaluate(OVERFLOWING) == []
    await page.get_by_role("button", name="Channels").click()
    await expect(page.get_by_role("link", name="research")).to_be_in_viewport()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="research")).to_be_hidden()
    await page.evaluate("hash => { location.hash = hash }", f"U0ANASILVA/{DESK}/{question.ts}")
    await expect(page.locator("aside .message")).to_have_count(1)
    assert await page.evaluate(OVERFLOWING) == []
    await page.get_by_role("button", name="Close thread").click()
    await page.get_by_role("button", name="User groups").click()
    assert await page.evaluate(OVERFLOWING) == []


OVERFLOWING = """() => {
  const inner = '.table-scroll *, .carousel *, pre *, .prompts *, .sidebar, .sidebar *, .sr-only';
  const wide = [...document.querySelectorAll('body *')].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 1 || box.left < -1) && !node.matches(inner);
  });
  return [...(document.documentElement.scrollWidth > innerWidth ? ['page'] : []), ...wide.map((node) => node.outerHTML.slice(0, 150))];
}"""


async def test_contrast_and_names(workspace: Workspace, visit: Visit) -> None:
    """WCAG AA: text has a contrast of 4.5 to 1 (3 where large), and every control a name."""
    await workspace.say("paul", "#desk", "Hello <@U0ANASILVA>, `code`, https://example.com")
    await put_blocks(workspace, BLOCKS)
    page = await visit("ana")
    await expect(messages(page)).to_have_count(2)
    await expect(messages(page).nth(1).locator(".unknown")).to_have_count(0)
    assert await page.evaluate(NAMELESS) == []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await page.evaluate(LOW_CONTRAST) == []


LOW_CONTRAST = """() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((part, index) => part * a + below[index] * (1 - a));
  const ground = (node) => (node ? over(parse(getComputedStyle(node).backgroundColor), ground(node.parentElement)) : [255, 255, 255]);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => ((part /= 255) <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !node.checkVisibility({ visibilityProperty: true }) || node.closest('.sr-only, svg, :disabled, option')) continue;
    const style = getComputedStyle(node);
    const below = ground(node);
    const [one, other] = [light(over(parse(style.color), below)), light(below)].sort((a, b) => b - a);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < (large ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} ${node.outerHTML.slice(0, 120)}`);
  }
  return found;
}"""
NAMELESS = """() => {
  const named = (node) => node.getAttribute('aria-label') || node.getAttribute('aria-labelledby') || node.labels?.length || node.textContent.trim();
  const controls = [...document.querySelectorAll('button, a, select, textarea, input:not([aria-hidden])')].filter((node) => !named(node));
  const pictures = [...document.querySelectorAll('img:not([alt]), svg:not([aria-hidden], [aria-label])')];
  return [...controls, ...pictures].map((node) => node.outerHTML.slice(0, 120));
}"""
