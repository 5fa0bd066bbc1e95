"""Prompts under governance: `book` reads and renders what is in force, `lint` holds to the policies, `lifecycle` approves."""
