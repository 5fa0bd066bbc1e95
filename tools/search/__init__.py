"""One small index for any set of named things: indicators, templates, runbooks.

Words (BM25) and, where there is an embedder, meaning; see README.md beside this for what each is worth.
"""
