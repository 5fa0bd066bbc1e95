"""What somebody typed or chose in an element, whichever kind it is.

Shapes: https://docs.slack.dev/reference/block-kit/block-elements and the `state.values` of a view.
"""

from collections.abc import Mapping, Sequence

from bot.protocols import Json

_PLAIN = (
    "value",
    "selected_date",
    "selected_time",
    "selected_date_time",
    "selected_user",
    "selected_channel",
    "selected_conversation",
)
_LISTS = ("selected_users", "selected_channels", "selected_conversations")


def value_of(element: Mapping[str, object]) -> Json:
    """Text, an option's value, an id or a number; a list of them where several may be chosen; None where empty."""
    option = element.get("selected_option")
    if isinstance(option, Mapping):
        return str(option.get("value", ""))
    options = element.get("selected_options")
    if isinstance(options, Sequence) and not isinstance(options, str):
        return [str(each.get("value", "")) for each in options if isinstance(each, Mapping)]
    for name in _LISTS:
        many = element.get(name)
        if isinstance(many, Sequence) and not isinstance(many, str):
            return [str(each) for each in many]
    for name in _PLAIN:
        value = element.get(name)
        if isinstance(value, int) or (isinstance(value, str) and value.strip()):
            return value
    return None


def fields_of(values: object) -> dict[str, Json]:
    """`block_id` to what was entered in its input, from the `state.values` of a view."""
    fields: dict[str, Json] = {}
    for block_id, elements in values.items() if isinstance(values, Mapping) else ():
        for element in elements.values() if isinstance(elements, Mapping) else ():
            fields[str(block_id)] = value_of(element) if isinstance(element, Mapping) else None
    return fields
