"""What Deskhand can do, knowing nothing of Slack.

Backtests, narratives, strategies, market data and diagnostics; importable by scripts and tests alone.
"""
