"""Readers, one module an engine; `read.py` finds the format by content."""
