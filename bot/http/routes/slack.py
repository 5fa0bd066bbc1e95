"""`/slack/events`: where Slack posts events, clicks and commands when they come over HTTP."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from bot.settings import EVENTS_PATH


def routes(take: Callable[[Request], Awaitable[Response]]) -> APIRouter:
    """`take` checks Slack's signature. Not in the OpenAPI description: the form is Slack's."""
    router = APIRouter()

    @router.post(EVENTS_PATH, include_in_schema=False)
    async def events(request: Request) -> Response:
        """Every payload of Slack's."""
        return await take(request)

    return router
