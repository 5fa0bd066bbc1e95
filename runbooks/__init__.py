"""Markdown runbooks with front matter: for the platform a desk runs, and for Deskhand itself."""
