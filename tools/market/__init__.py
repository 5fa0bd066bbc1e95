"""Daily prices: the DuckDB store, reading them from CSV, and what people call the instruments.

Nothing here fetches from a network; what ships with the project is described in `data/README.md`.
"""
