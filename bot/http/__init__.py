"""The HTTP API: health, metrics, and who may call what; errors are one sentence and a correlation id.

`create_app` makes the application, `HttpServer` serves it in the bot's own event loop.
"""
