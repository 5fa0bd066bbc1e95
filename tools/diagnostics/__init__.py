"""What an operator asks of the desk's systems: connections, their tools, and the executor that runs them.

Start at `tool.py` (the contract), then `executor.py`; a connection is one module in `connections/`.
"""
