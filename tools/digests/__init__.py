"""Digests: when they are due, and what is in them. A block is one small file of `blocks/`; nothing here knows of Slack."""
