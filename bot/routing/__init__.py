"""Text to intent and arguments, by weighted words fitted offline from a corpus; no model is needed.

`router.DeskRouter` is what the bot uses; `arguments` documents every argument that a handler may find.
"""
