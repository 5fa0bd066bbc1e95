"""The bot in the local Slack: what people do, and what they see."""

from bot.protocols import Reply


async def test_mention_is_answered_once_in_its_thread(rig):
    asked = await rig.workspace.say("ana", "#desk", "@deskhand narrate the golden cross")
    answers = await rig.answer()
    await rig.settled()
    assert [(m.text, m.thread_ts) for m in rig.answers()] == [("narrate: narrate the golden cross", asked.ts)]
    assert answers[0].metadata["event_payload"]["event_id"].endswith(asked.ts)
    [entry] = rig.audit.entries
    assert (entry.action, entry.intent, entry.decision) == ("request", "narrate", "allowed")
    assert entry.place.endswith(asked.ts)
    assert len(entry.correlation_id) == 10
