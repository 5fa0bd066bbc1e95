"""Requests in many voices with what each should come to: positions by hand in numpy, a question, or a refusal."""
