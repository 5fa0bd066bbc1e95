"""Pure functions from results to Block Kit.

No input or output, no clock: the same result gives the same blocks.
"""
