"""api, auth, apps, team, bots, blocks."""

from bot.workspace import blocks as kit
from bot.workspace import messages
from bot.workspace.methods.registry import Context, method
from bot.workspace.state import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID
from bot.workspace.wire import Obj, SlackError


@method("api.test")
async def api_test(context: Context) -> Obj:
    """Says back what it was told."""
    error = context.args.text("error")
    if error:
        raise SlackError(error)
    return {"args": {}}


@method("auth.test")
async def auth_test(context: Context) -> Obj:
    """Who the token is."""
    return {
        "url": context.hub.base + "/",
        "team": context.hub.state.team,
        "user": "deskhand",
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


@method("apps.connections.open")
async def connections_open(context: Context) -> Obj:
    """A WebSocket address for Socket Mode, good for one connection."""
    base = context.hub.base.replace("http", "ws", 1)
    return {"url": f"{base}/link/?ticket={context.hub.sockets.ticket()}&app_id={APP_ID}"}


@method("team.info")
async def team_info(context: Context) -> Obj:
    """The workspace."""
    return {"team": {"id": TEAM_ID, "name": context.hub.state.team, "domain": "local", "url": context.hub.base}}


@method("bots.info")
async def bots_info(context: Context) -> Obj:
    """The app's bot."""
    if context.args.text("bot", BOT_ID) != BOT_ID:
        raise SlackError("bot_not_found")
    bot = {"id": BOT_ID, "deleted": False, "name": "Deskhand", "app_id": APP_ID, "user_id": BOT_USER_ID, "icons": {}}
    return {"bot": bot}


@method("blocks.validate")
async def blocks_validate(context: Context) -> Obj:
    """Checks blocks, a message or a view without posting."""
    given = [name for name in ("blocks", "message", "view") if name in context.args]
    if len(given) != 1:
        raise SlackError("invalid_arguments", messages=["[ERROR] provide exactly one of blocks, message, view"])
    files = messages.file_ids(context.hub)
    view = context.args.mapping("view", "invalid_arguments")
    if view is not None:
        kit.check_view(view, "home" if view.get("type") == "home" else "modal", file_ids=files)
        return {}
    message = context.args.mapping("message", "invalid_arguments")
    blocks = message.get("blocks", []) if message else context.args.objects("blocks", "invalid_blocks_format")
    kit.check_message(blocks or [], file_ids=files)
    return {}
