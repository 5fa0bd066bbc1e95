"""views.*."""

from bot.workspace.interactions import read_view
from bot.workspace.methods.registry import Context, method
from bot.workspace.state import View
from bot.workspace.wire import Obj, SlackError


@method("views.open")
async def open_(context: Context) -> Obj:
    """Opens a modal for whoever caused the trigger."""
    trigger_id = context.args.required("trigger_id")
    body = read_view(context.hub, context.args, "modal")
    _demand_free_external_id(context, body)
    trigger = context.interactions.take_trigger(trigger_id)
    return {"view": context.interactions.open(trigger.user, body).wire()}


@method("views.push")
async def push(context: Context) -> Obj:
    """Puts a modal on top of the one the trigger came from."""
    trigger_id = context.args.required("trigger_id")
    body = read_view(context.hub, context.args, "modal")
    _demand_free_external_id(context, body)
    trigger = context.interactions.take_trigger(trigger_id)
    below = context.hub.state.views.get(trigger.view)
    if below is None:
        raise SlackError("view_not_found")
    return {"view": context.interactions.open(trigger.user, body, on=below).wire()}


@method("views.update")
async def update(context: Context) -> Obj:
    """Changes an open modal."""
    view = _find(context)
    body = read_view(context.hub, context.args, view.body["type"])
    _demand_hash(context, view)
    return {"view": context.interactions.replace(view, body).wire()}


@method("views.publish")
async def publish(context: Context) -> Obj:
    """Sets a person's Home tab."""
    if not context.hub.manifest.home_tab:
        raise SlackError("not_enabled")
    user = context.user("user_id")
    body = read_view(context.hub, context.args, "home")
    home = context.hub.state.homes.get(user.id)
    if home is not None:
        _demand_hash(context, home)
    return {"view": context.interactions.publish(user.id, body).wire()}


def _find(context: Context) -> View:
    args, views = context.args, context.hub.state.views
    view_id, external_id = args.text("view_id"), args.text("external_id")
    if not view_id and not external_id:
        raise SlackError("invalid_arguments", messages=["[ERROR] missing required field: view_id"])
    for view in views.values():
        if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
            return view
    raise SlackError("not_found")


def _demand_hash(context: Context, view: View) -> None:
    given = context.args.text("hash")
    if given and given != view.hash:
        raise SlackError("hash_conflict")


def _demand_free_external_id(context: Context, body: Obj) -> None:
    external_id = body.get("external_id")
    if external_id and any(v.body.get("external_id") == external_id for v in context.hub.state.views.values()):
        raise SlackError("duplicate_external_id")
