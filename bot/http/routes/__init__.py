"""One file a group of endpoints: a function that takes the services it needs and returns a router.

Endpoints that need a person depend on `Gate.needs(permission)` and stand on a router whose `route_class` is
`bot.http.recorded.recorded(audit, intent)`, so that who may and what was asked are settled as in Slack.
"""
