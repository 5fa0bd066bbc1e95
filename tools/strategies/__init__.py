"""Strategies as data: the specification, its templates, the indicators and the engine that runs it on prices.

Semantics are those of `engine.py`: read at the close, filled at the next open, one position at a time.
"""
