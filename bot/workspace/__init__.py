"""The local Slack: a strict server for Slack's Web API and Socket Mode, with a page for people, all in memory.

`Workspace` in `server` is what the demo and every test start.
"""
