"""Raw payloads to envelopes: one key a thing, and nothing for what is not for the bot."""

import pytest

from bot.slack.events import EventReader, Malformed, plain_text

READER = EventReader("UBOT")


def event(**event):
    return {
        "type": "event_callback",
        "event_id": "Ev1",
        "team_id": "T1",
        "event": {"channel": "C1", "ts": "5.0", **event},
    }


def message(text="<@UBOT> narrate", **more):
    return event(**{"type": "message", "user": "U1", "text": text, "channel_type": "channel", **more})


def test_mention_and_message_of_one_text_have_one_key():
    mention = READER.read(event(type="app_mention", user="U1", text="<@UBOT> narrate it"))
    assert mention.key == READER.read(message()).key == "message:C1:5.0"
    assert (mention.text, mention.thread_ts, mention.team, mention.in_thread) == ("narrate it", "5.0", "T1", False)


@pytest.mark.parametrize(
    "raw",
    [
        message("hello all"),
        message(user="UBOT"),
        message(bot_id="B1"),
        message(edited={"user": "U1", "ts": "6.0"}),
        message(subtype="channel_join"),
        message(subtype="bot_message"),
        event(type="message", subtype="message_changed", message={"text": "<@UBOT> x"}, hidden=True),
        event(type="message", subtype="message_deleted", deleted_ts="4.0", hidden=True),
        message("<@U2> what do you think?", thread_ts="4.0"),
        event(type="reaction_added", user="U1"),
        {"type": "shortcut", "callback_id": "x"},
        {"type": "block_actions", "user": {"id": "U1"}, "actions": [{"action_id": "link.docs"}]},
        {"type": "view_submission", "user": {"id": "U1"}, "view": {"id": "V1", "callback_id": "other"}},
        {},
    ],
)
def test_what_is_not_for_the_bot_is_nothing(raw):
    assert READER.read(raw) is None


def test_thread_replies_and_direct_messages():
    reply = READER.read(message("and in 2008?", thread_ts="4.0"))
    assert (reply.only_in_known_thread, reply.thread_ts, reply.in_thread) == (True, "4.0", True)
    assert READER.read(message("and?", thread_ts="4.0", parent_user_id="UBOT")).only_in_known_thread is False
    direct = READER.read(message("narrate", channel="D1", channel_type="im"))
    assert (direct.is_direct, direct.only_in_known_thread) == (True, False)


def test_files_come_along():
    files = [{"id": "F1", "name": "run.csv", "size": 10, "url_private_download": "https://files.slack.com/x"}]
    read = READER.read(message(subtype="file_share", files=files))
    assert (read.files[0].name, read.files[0].url) == ("run.csv", "https://files.slack.com/x")


def test_command():
    body = {
        "command": "/deskhand",
        "text": "narrate &amp; compare",
        "user_id": "U1",
        "channel_id": "C1",
        "trigger_id": "t",
    }
    read = READER.read(body)
    assert (read.key, read.text, read.thread_ts) == ("command:t", "narrate & compare", "")


def pressed(**more):
    return {
        "type": "block_actions",
        "user": {"id": "U1", "team_id": "T1"},
        "channel": {"id": "C1"},
        "message": {"ts": "9.0", "thread_ts": "5.0"},
        "container": {"is_ephemeral": False},
        "actions": [{"action_id": "approvals.approve", "action_ts": "10.0", "value": '{"draft":1}'}],
        "trigger_id": "t1",
        **more,
    }


def test_press_has_one_key_a_click():
    first, again = READER.read(pressed()), READER.read(pressed(trigger_id="t2"))
    assert first.key == again.key
    other = READER.read(pressed(user={"id": "U2"}))
    assert other.key != first.key
    assert (first.press.id, first.press.value, first.press.message_ts) == ("approvals.approve", '{"draft":1}', "9.0")
    assert (first.thread_ts, first.channel) == ("5.0", "C1")


def test_choice_of_a_select_is_its_value():
    actions = [{"action_id": "usage.period", "action_ts": "1.0", "selected_option": {"value": "month"}}]
    assert READER.read(pressed(actions=actions)).press.value == "month"


def test_home_and_prompts():
    assert READER.read(event(type="app_home_opened", user="U1", channel="D1", tab="home")).kind == "home"
    assert READER.read(event(type="app_home_opened", user="U1", channel="D1", tab="messages")).kind == "prompts"


@pytest.mark.parametrize(
    "raw", [event(type="app_mention", ts=None), {"type": "block_actions", "actions": []}, {"command": 5}]
)
def test_another_shape_than_documented_is_named(raw):
    with pytest.raises(Malformed, match="unexpected shape"):
        READER.read(raw)


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("<https://x.com|x.com> &lt;3", "x.com <3"),
        ("see <https://x.com/a?b=1&amp;c=2>", "see https://x.com/a?b=1&c=2"),
        ("<#C1|desk> <!here> <!subteam^S1|@quants>", "#desk @here @quants"),
        ("<@U2|ana> and <@U3>", "@ana and <@U3>"),
        ("<http://BRK.B|BRK.B> vs ^GSPC", "BRK.B vs ^GSPC"),
        ("a\n  indented\u00a0line", "a\n  indented line"),
    ],
)
def test_markup_reads_as_people_see_it(raw, seen):
    assert plain_text(raw) == seen
