"""Whatever a reply holds, what is sent keeps every limit (the local Slack's own checks say so) and loses no text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.protocols import Attachment, Reply
from bot.slack.layout import FALLBACK_TEXT, MOST_MESSAGES, lay_out, text_of
from bot.slack.text import escape, shorten, size, split_text
from bot.workspace.blocks import characters, check_message

LETTERS = st.text(alphabet='abcdefghij é€😀<>&*_`"', min_size=1, max_size=12)
SENTENCE = st.lists(LETTERS, min_size=1, max_size=30).map(lambda words: "A " + " ".join(words).strip() + ".")
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=60).map(" ".join)
LIST = st.lists(SENTENCE, min_size=1, max_size=40).map(lambda items: "\n".join(f"• {item}" for item in items))
FENCE = st.lists(LETTERS, min_size=1, max_size=300).map(
    lambda lines: "```\n" + "\n".join(lines).replace("`", "'") + "\n```"
)
TEXT = st.lists(st.one_of(PARAGRAPH, LIST, FENCE, LETTERS), min_size=1, max_size=8).map("\n\n".join)
LONG = st.integers(1, 30_000).map(lambda n: ("word " * n)[:n].strip() or "w")
ANY = st.one_of(TEXT, LONG, LETTERS.filter(str.strip), st.integers(1, 9000).map(lambda n: "x" * n))


def mrkdwn(text):
    return {"type": "mrkdwn", "text": text}


def plain(text):
    return {"type": "plain_text", "text": text}


BUTTON = st.builds(
    lambda text, value, n: {"type": "button", "action_id": f"narrate.more{n}", "text": plain(text), "value": value},
    ANY.filter(str.strip),
    st.one_of(st.just("v"), st.integers(1, 2500).map(lambda n: "v" * n)),
    st.integers(0, 3),
)
BLOCK = st.one_of(
    ANY.filter(str.strip).map(lambda t: {"type": "section", "text": mrkdwn(t), "block_id": "same"}),
    st.lists(ANY.filter(str.strip).map(mrkdwn), min_size=1, max_size=25).map(
        lambda f: {"type": "section", "fields": f}
    ),
    st.builds(lambda t, b: {"type": "section", "text": mrkdwn(t), "accessory": b}, ANY.filter(str.strip), BUTTON),
    ANY.filter(str.strip).map(lambda t: {"type": "header", "text": plain(t)}),
    st.lists(ANY.filter(str.strip).map(mrkdwn), min_size=1, max_size=14).map(
        lambda e: {"type": "context", "elements": e}
    ),
    st.lists(BUTTON, min_size=1, max_size=30).map(lambda e: {"type": "actions", "elements": e}),
    ANY.filter(str.strip).map(lambda t: {"type": "markdown", "text": t}),
    st.just({"type": "divider"}),
    ANY.filter(str.strip).map(lambda t: {"type": "image", "image_url": "https://example.com/a.png", "alt_text": t}),
    st.builds(
        lambda rows, columns, cell: {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": f"{cell}{r}.{c}"} for c in range(columns)] for r in range(rows)],
        },
        st.integers(1, 150),
        st.integers(1, 25),
        st.sampled_from(["c", "a longer cell "]),
    ),
)


def words(text):
    return re.findall(r"[^\W_]+", text)


def lost(before, after):
    """Words that were there and are not any more; a word may have been cut, so the letters are compared in the end."""
    kept = "".join(words(after))
    return [word for word in words(before) if word not in kept]


def everything(laid):
    shown = "\n".join(text_of(message.blocks) or message.text for message in laid.messages)
    return shown + "\n" + "\n".join(file.content.decode() for file in laid.files)


@settings(max_examples=25, deadline=None)
@given(st.lists(BLOCK, min_size=0, max_size=70), ANY.filter(str.strip))
def test_any_reply_keeps_every_limit_and_loses_no_text(blocks, text):
    laid = lay_out(Reply(text=text, blocks=tuple(blocks)))
    for message in laid.messages:
        assert 0 < size(message.text) <= FALLBACK_TEXT
        assert message.text.strip()
        check_message([dict(block) for block in message.blocks])
    assert lost(text_of(blocks) if blocks else text, everything(laid)) == []
    assert len(laid.messages) <= MOST_MESSAGES + 8  # buttons and images of an overflowing reply stay usable


@settings(max_examples=40, deadline=None)
@given(ANY, st.integers(20, 3000))
def test_pieces_fit_and_hold_everything(text, limit):
    pieces = split_text(text, limit)
    assert all(0 < size(piece) <= limit for piece in pieces)
    assert "".join(words(re.sub(r"```\w*", "", text))) == "".join(words(re.sub(r"```\w*", "", "\n".join(pieces))))


@settings(max_examples=60, deadline=None)
@given(st.lists(SENTENCE, min_size=2, max_size=80))
def test_prose_is_cut_between_sentences_only(sentences):
    longest = max(map(size, sentences))
    for piece in split_text(" ".join(sentences), longest + 50):
        assert re.search(r"\.$", piece), piece[-40:]


def test_pieces_break_at_paragraphs_then_items_then_sentences():
    paragraphs = "First one. Still first.\n\nSecond one."
    assert split_text(paragraphs, 25) == ["First one. Still first.", "Second one."]
    assert split_text("Intro:\n• one is here\n• two is here", 22) == ["Intro:\n• one is here", "• two is here"]
    assert split_text("It beat 3.5 % vs. the index. Then it fell, e.g. in May. Done.", 32) == [
        "It beat 3.5 % vs. the index.",
        "Then it fell, e.g. in May. Done.",
    ]


def test_code_is_fenced_again_in_every_piece():
    code = "```python\n" + "\n".join(f"line_{n} = {n}" for n in range(100)) + "\n```"
    pieces = split_text(code, 300)
    assert len(pieces) > 3
    assert all(piece.startswith("```python\n") and piece.endswith("\n```") for piece in pieces)


def test_code_that_fits_is_not_torn():
    fence = "```\n" + "a\n" * 40 + "```"
    assert fence in split_text("Intro sentence. " * 10 + "\n\n" + fence + "\n\nOutro.", 200)[1]


def test_markdown_table_repeats_its_head():
    rows = "".join(f"| name {n} | {n} |\n" for n in range(50))
    pieces = split_text("| Name | Value |\n| --- | --- |\n" + rows, 300)
    assert len(pieces) > 2
    assert all(piece.startswith("| Name | Value |\n| --- | --- |\n") for piece in pieces)


def test_links_and_entities_stay_whole():
    link = "<https://example.com/a-rather-long-address|with a label of words>"
    assert any(link in piece for piece in split_text("word " * 10 + link + " word" * 20, 80))
    assert all(not re.search(r"&[a-z]*$", piece) for piece in split_text("&amp;" * 50, 33))


@pytest.mark.parametrize("text", ["<!channel> & <@U1>", "a < b"])
def test_escaped_text_mentions_nobody(text):
    assert "<" not in escape(text)


def test_short_text_is_sent_as_it_is():
    laid = lay_out(Reply(text="Hello *you*"))
    assert [(m.text, m.blocks) for m in laid.messages] == [("Hello *you*", ())]


def test_fallback_ends_with_a_sentence():
    text = "This is a sentence of some length. " * 300
    assert shorten(text, 4000).endswith("length.")
    assert lay_out(Reply(text=text)).messages[0].text.endswith("length.")


def test_large_table_shows_its_first_rows_and_attaches_all():
    rows = [[{"type": "raw_text", "text": f"{r}.{c}"} for c in range(25)] for r in range(300)]
    laid = lay_out(Reply(text="Trades", blocks=({"type": "table", "rows": rows},)))
    table, note = laid.messages[0].blocks
    assert (len(table["rows"]), len(table["rows"][0])) == (100, 20)
    assert "299 rows and 25 columns" in note["elements"][0]["text"]
    assert laid.files[0].content.decode().splitlines()[299].endswith("299.24")


def test_a_flood_becomes_a_file():
    laid = lay_out(Reply(text="Long", blocks=tuple({"type": "markdown", "text": "Word. " * 1500} for _ in range(9))))
    assert len(laid.messages) == MOST_MESSAGES
    assert laid.files[0].name == "answer.md"
    assert laid.files[0].content.count(b"Word.") == 13500
    assert "answer.md" in text_of(laid.messages[-1].blocks)


def test_header_stays_with_what_it_heads():
    section = {"type": "section", "text": mrkdwn("x" * 2900)}
    blocks = (section, section, section, section, {"type": "header", "text": plain("Head")}, section)
    messages = lay_out(Reply(text="t", blocks=blocks)).messages
    assert messages[1].blocks[0]["type"] == "header"


def test_more_follows_and_unplaced_images_are_placed():
    image = Attachment("a.png", b"png", "A", alt_text="A chart")
    laid = lay_out(Reply(text="One", attachments=(image,), more=(Reply(text="Two"),)))
    assert laid.messages[0].blocks[-1]["slack_file"] == {"id": "attachment:a.png"}
    assert laid.messages[1].text == "Two"


def test_total_of_a_message_stays_below_what_slack_takes():
    blocks = tuple({"type": "section", "text": mrkdwn("y" * 2999)} for _ in range(12))
    for message in lay_out(Reply(text="t", blocks=blocks)).messages:
        assert characters(list(message.blocks)) <= 12_000
