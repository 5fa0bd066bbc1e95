"""How the bot itself is: `preflight` before it starts, `selfcheck` for its diagnostics, `glance` for the Home tab."""
