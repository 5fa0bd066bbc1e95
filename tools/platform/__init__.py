"""The desk's trading platform over HTTP: its backtests, histories, regime and signals.

Paths, field names and units are settings with defaults, so a slightly different platform is configured, not coded.
"""
