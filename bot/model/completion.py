"""What an endpoint answered: as much of a Chat Completion as is read, and the text or the tool calls in it."""

from pydantic import BaseModel

from bot.model.budget import Usage
from bot.model.errors import ModelInvalid, ModelRefused
from bot.model.tools import ToolRequest, ToolStep


class Final(ModelInvalid):
    """An answer that asking in another way would not better."""


class NoToolCalls(ModelInvalid):
    """The endpoint has no tool calls: it is asked in another way."""


class _Function(BaseModel):
    name: str
    arguments: str | None = None


class _ToolCall(BaseModel):
    function: _Function


class _Said(BaseModel):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(BaseModel):
    finish_reason: str | None = None
    message: _Said


class _PromptDetails(BaseModel):
    cached_tokens: int | None = None


class _Used(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _PromptDetails | None = None


class Completion(BaseModel):
    """What is read of an endpoint's answer; servers differ in all the rest."""

    choices: list[_Choice]
    usage: _Used | None = None


def text_of(completion: Completion) -> str:
    """The text. Raises `ModelRefused` or `ModelInvalid` where there is none to use."""
    if not completion.choices:
        raise ModelInvalid("the endpoint's answer holds no choice")
    choice = completion.choices[0]
    if choice.finish_reason == "content_filter" or choice.message.refusal:
        raise ModelRefused("the model declined")
    if choice.finish_reason == "length":
        raise Final("the answer was cut off at the token limit")
    if not choice.message.content:
        raise ModelInvalid("the answer is empty")
    return choice.message.content


def step_of(completion: Completion) -> ToolStep:
    """The tool calls; where there are none, the text is the answer, unless calls stand in it as JSON."""
    calls = completion.choices[0].message.tool_calls if completion.choices else None
    if calls:
        wanted = [
            ToolRequest(name=each.function.name, arguments=each.function.arguments or "{}") for each in calls[:20]
        ]
        return ToolStep(calls=wanted, answer="")
    text = text_of(completion)
    if text.lstrip().startswith(("{", "[", "```", "<tool_call>")):
        raise NoToolCalls("the endpoint writes tool calls into its text")
    return ToolStep(calls=[], answer=text)


def usage_of(completion: Completion) -> Usage:
    """The tokens, 0 where the endpoint does not say."""
    used = completion.usage or _Used()
    details = used.prompt_tokens_details or _PromptDetails()
    return Usage(used.prompt_tokens or 0, details.cached_tokens or 0, used.completion_tokens or 0)
