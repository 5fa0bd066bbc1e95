"""The FastAPI application: correlation, one form for every error, and the routers it is given."""

from fastapi import APIRouter, FastAPI

from bot.http import errors
from bot.http.correlation import Correlation


def create_app(*routers: APIRouter) -> FastAPI:
    """The application. Each file of `bot.http.routes` makes one router from the services it needs."""
    app = FastAPI(title="Deskhand", docs_url=None, redoc_url=None)
    app.add_middleware(Correlation)
    errors.install(app)
    for router in routers:
        app.include_router(router)
    return app
