"""Narratives of backtests: facts, sentences bound to them, and an independent checker of the final text.

The writer proposes sentences with slots, the renderer fills them from facts, the checker reads the result afresh.
"""
