"""A report as a file that can be handed on: JSON, Markdown, HTML with everything inline, PDF.

All are made from the same `Report`; none computes a figure.
"""
