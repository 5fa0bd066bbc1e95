"""What a strategy can read: every usable TA-Lib function, prices, changes, extremes, the calendar, in a trader's words.

`items/*.yaml` and `parameters.yaml` are written by people, `catalogue.json` is made of them and of the library's own
word by `python -m tools.strategies.catalogue.generate`; only the latter is read at run time.
"""
