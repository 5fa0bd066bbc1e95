"""The chained record of who did what (`log.py`) and the redaction that nothing written escapes (`redact.py`)."""
