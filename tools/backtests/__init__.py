"""Backtest runs: the model every engine's output is read into, its figures and its charts.

One reader an engine under `readers/`; engines themselves are never imported.
"""
