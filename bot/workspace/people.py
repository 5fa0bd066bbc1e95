"""What people do in the workspace: the same acts for the page and for tests.

Users and channels are named by id, by name (`ana`, `#desk`), a direct message with the bot by `dm`.
"""

from collections.abc import Sequence

from bot.workspace import blocks as kit
from bot.workspace import messages
from bot.workspace.hub import Hub
from bot.workspace.interactions import Interactions, Refused
from bot.workspace.methods.files import new_file
from bot.workspace.methods.reactions import react
from bot.workspace.state import BOT_USER_ID, TEAM_ID, Channel, File, Group, Message, User, View
from bot.workspace.wire import Obj, SlackError

EVENT_USERS = 500
"""`subteam_updated` names at most so many users."""


class People:
    """Acts of people on a workspace. What cannot be done raises `Refused` with one sentence."""

    def __init__(self, hub: Hub, interactions: Interactions) -> None:
        self._hub = hub
        self._interactions = interactions

    def user(self, key: str) -> User:
        """A person by id or name."""
        try:
            return self._hub.state.user(key)
        except (KeyError, StopIteration):
            raise Refused(f"There is nobody called {key} here.") from None

    def channel(self, key: str, user: User) -> Channel:
        """A channel that the person can see, or their direct message with the bot (`dm`)."""
        if key == "dm":
            return self._hub.state.open_direct(user.id)
        try:
            channel = self._hub.state.channel(key)
        except KeyError:
            raise Refused(f"There is no channel {key}.") from None
        if channel.kind != "channel" and user.id not in channel.members:
            raise Refused(f"There is no channel {key}.")
        return channel

    def message(self, channel: Channel, ts: str, user: User) -> Message:
        """A message that the person can see, an ephemeral one to them included."""
        found = channel.messages.get(ts) or channel.ephemerals.get(ts)
        if found is None or found.ephemeral_to not in ("", user.id):
            raise Refused("That message is not there any more.")
        return found

    def view(self, view_id: str, user: User) -> View:
        """A modal of the person, or their Home."""
        home = self._hub.state.homes.get(user.id)
        view = home if home is not None and home.id == view_id else self._hub.state.views.get(view_id)
        if view is None or view.user != user.id:
            raise Refused("That view is not open any more.")
        return view

    def say(self, user: str, channel: str, text: str, thread_ts: str = "", file_ids: Sequence[str] = ()) -> Message:
        """A person writes; `@deskhand` and other names become mentions."""
        writer = self.user(user)
        place = self.channel(channel, writer)
        if writer.id not in place.members:
            raise Refused(f"You are not in #{place.name}.")
        if not text.strip() and not file_ids:
            raise Refused("A message needs some text or a file.")
        try:
            thread = messages.thread_of(place, thread_ts)
        except SlackError:
            raise Refused("That thread is not there any more.") from None
        files = [self._own_file(writer, file_id) for file_id in file_ids]
        message = messages.from_person(self._hub, place, writer.id, text, thread_ts=thread, files=files)
        for file in files:
            file.channels.append(place.id)
        return messages.post(self._hub, place, message)

    def edit(self, user: str, channel: str, ts: str, text: str) -> Message:
        """A person changes their own message."""
        writer = self.user(user)
        place = self.channel(channel, writer)
        message = self.message(place, ts, writer)
        if message.user != writer.id:
            raise Refused("Only your own messages can be edited.")
        before = self._hub.state.message_wire(message, self._hub.base)
        message.text, message.edited = messages.marked_up(self._hub, text), self._hub.state.next_ts()
        messages.change(self._hub, place, message, before)
        return message

    def delete(self, user: str, channel: str, ts: str) -> None:
        """A person deletes their own message."""
        writer = self.user(user)
        place = self.channel(channel, writer)
        message = self.message(place, ts, writer)
        if message.user != writer.id:
            raise Refused("Only your own messages can be deleted.")
        messages.remove(self._hub, place, message)

    def upload(self, user: str, name: str, content: bytes) -> File:
        """A person's file, to be sent with a message."""
        if not content:
            raise Refused("That file is empty.")
        clean = name.replace("\\", "/").rsplit("/", 1)[-1] or "file"
        file = new_file(self._hub, clean, len(content), self.user(user).id)
        file.content, file.completed = content, True
        return file

    def react(self, user: str, channel: str, ts: str, name: str, *, remove: bool = False) -> None:
        """A person's reaction."""
        who = self.user(user)
        place = self.channel(channel, who)
        try:
            react(self._hub, place, self.message(place, ts, who), who.id, name, remove=remove)
        except SlackError as error:
            raise Refused(f"That reaction did not work: {error.code}.") from None

    async def press(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        *,
        chosen: Obj | None = None,
        state: Obj | None = None,
    ) -> None:
        """A click on a message's element; `chosen` carries `value`, `selected_option` or `block_id` where it matters."""
        who = self.user(user)
        place = self.channel(channel, who)
        action = {**(chosen or {}), "action_id": action_id}
        await self._interactions.press(who, place, self.message(place, ts, who), action, state)

    async def press_in_view(
        self, user: str, view_id: str, action_id: str, *, chosen: Obj | None = None, state: Obj | None = None
    ) -> None:
        """A click on an element of a modal or the Home tab."""
        who = self.user(user)
        action = {**(chosen or {}), "action_id": action_id}
        await self._interactions.press_in_view(who, self.view(view_id, who), action, state)

    async def submit_view(self, user: str, view_id: str, values: Obj) -> Obj:
        """A modal's submit button. `values` is block id to action id to `{type, value | selected_option | ...}`."""
        who = self.user(user)
        return await self._interactions.submit(who, self.view(view_id, who), {"values": values})

    async def close_view(self, user: str, view_id: str) -> None:
        """A modal's cancel button."""
        who = self.user(user)
        await self._interactions.close(who, self.view(view_id, who))

    async def command(self, user: str, channel: str, command: str, text: str = "") -> None:
        """A slash command."""
        who = self.user(user)
        if command not in {known["command"] for known in self._hub.manifest.commands}:
            raise Refused(f"{command} is not a valid command.")
        await self._interactions.command(who, self.channel(channel, who), command, text)

    async def shortcut(self, user: str, callback_id: str, channel: str = "", ts: str = "") -> None:
        """A global shortcut, or one on a message."""
        who = self.user(user)
        place = self.channel(channel, who) if channel else None
        message = self.message(place, ts, who) if place else None
        await self._interactions.shortcut(who, callback_id, place, message)

    def open_home(self, user: str, tab: str = "home") -> None:
        """A person opens the app's Home or Messages tab."""
        who = self.user(user)
        channel = self._hub.state.open_direct(who.id)
        event: Obj = {"type": "app_home_opened", "user": who.id, "channel": channel.id, "tab": tab}
        home = self._hub.state.homes.get(who.id)
        if tab == "home" and home is not None:
            event["view"] = home.wire()
        self._hub.emit("app_home_opened", event)

    def set_member(self, group: str, user: str, member: bool) -> Group:
        """Put a person into a user group or take them out, with both of Slack's events."""
        who = self.user(user)
        try:
            found = self._hub.state.group(group)
        except KeyError:
            raise Refused(f"There is no user group {group}.") from None
        if (who.id in found.users) == member:
            return found
        if member:
            found.users.append(who.id)
        else:
            found.users.remove(who.id)
        before, found.updated = found.updated, max(int(self._hub.clock()), found.updated + 1)
        self._tell_group(found)
        changed = "added" if member else "removed"
        delta: Obj = {f"{changed}_users": [who.id], f"{changed}_users_count": 1}
        event = {"type": "subteam_members_changed", "subteam_id": found.id, "team_id": TEAM_ID}
        dates = {"date_previous_update": before, "date_update": found.updated}
        self._hub.emit("subteam_members_changed", event | dates | delta)
        self._hub.show({"type": "groups", "groups": self.groups()})
        return found

    def set_disabled(self, group: str, disabled: bool) -> None:
        """Disable or enable a user group."""
        found = self._hub.state.group(group)
        found.disabled = disabled
        found.updated = max(int(self._hub.clock()), found.updated + 1)
        self._tell_group(found)
        self._hub.show({"type": "groups", "groups": self.groups()})

    def groups(self) -> list[Obj]:
        """The user groups as the page lists them."""
        return [
            {"id": group.id, "handle": group.handle, "users": list(group.users)}
            for group in self._hub.state.groups.values()
            if not group.disabled
        ]

    def invite(self, user: str, channel: str) -> None:
        """Somebody, the bot included, joins a channel."""
        who = self._hub.state.user(user)
        place = self._hub.state.channel(channel)
        if who.id in place.members:
            return
        place.members.append(who.id)
        letter = "C" if place.kind == "channel" else "G"
        if BOT_USER_ID in place.members:
            event = {"type": "member_joined_channel", "user": who.id, "channel": place.id, "channel_type": letter}
            self._hub.emit("member_joined_channel", {**event, "team": TEAM_ID})
        self._hub.changed()

    def find_action(self, channel: str, action_id: str) -> Message | None:
        """The newest message of a channel that has an element with this action id (or one that starts with it)."""
        for message in reversed(list(self._hub.state.channel(channel).messages.values())):
            for block in message.blocks:
                if any(str(each.get("action_id", "")).startswith(action_id) for each in kit.elements_of(block)):
                    return message
        return None

    def _own_file(self, writer: User, file_id: str) -> File:
        file = self._hub.state.files.get(file_id)
        if file is None or file.user != writer.id:
            raise Refused("That file is not there any more.")
        return file

    def _tell_group(self, group: Group) -> None:
        subteam = group.wire(users=True, count=True, created=self._hub.state.started)
        subteam["users"] = subteam["users"][:EVENT_USERS]
        self._hub.emit("subteam_updated", {"type": "subteam_updated", "subteam": subteam})
