"""What makes Deskhand run: settings, transport, access, audit, storage, scheduler, HTTP API, command line.

Only `bot.composition` knows the handlers; everything else here knows `tools` at most.
"""
