"""One module an intent: parse, check, call a tool, build a view.

Handlers see `tools` and `bot.protocols`; they never talk to Slack themselves.
"""
