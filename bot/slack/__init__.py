"""Slack in and out: what arrives is committed to the inbox before it is acknowledged, what leaves keeps every limit.

Edge to edge: sockets -> listeners -> events -> inbox -> worker -> answering -> layout -> poster; `service` ties them.
"""
