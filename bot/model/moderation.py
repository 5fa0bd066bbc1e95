"""Whether a text is abusive: the endpoint's own moderation where it has one, a local word list where not."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import structlog
from pydantic import BaseModel, ValidationError

from bot.model.output_checks import abuse

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_PATIENCE: Final = 5.0
_log = structlog.get_logger(__name__)


class Moderation:
    """Asks `/moderations` of the endpoint until that turns out not to exist; then reads locally."""

    def __init__(self, api: "AsyncOpenAI | None" = None) -> None:
        self._api = api

    async def objection(self, texts: Sequence[str]) -> str:
        """What is wrong with the texts, in a word; empty where nothing is."""
        judged = await self._ask(texts) if self._api is not None and texts else None
        if judged is not None:
            return judged
        return await asyncio.to_thread(abuse, "\n".join(texts))

    async def _ask(self, texts: Sequence[str]) -> str | None:
        """None where the endpoint gives no judgement."""
        import httpx2
        import openai

        assert self._api is not None  # noqa: S101 - the caller looked
        try:
            response = await self._api.with_options(timeout=_PATIENCE, max_retries=0).post(
                "/moderations", body={"input": list(texts)}, cast_to=httpx2.Response
            )
            answer = _Answer.model_validate_json(response.content)
        except openai.APIStatusError as error:
            if error.status_code in (400, 403, 404, 405, 501):
                _log.info("moderation_is_local", status=error.status_code)
                self._api = None
            return None
        except (openai.OpenAIError, ValidationError) as error:
            _log.warning("moderation_unanswered", reason=type(error).__name__)
            return None
        if len(answer.results) != len(texts):
            return None
        named = {
            name for result in answer.results if result.flagged for name, hit in result.categories.items() if hit
        }
        return ", ".join(sorted(named)) or ("flagged" if any(result.flagged for result in answer.results) else "")


class _Result(BaseModel):
    flagged: bool
    categories: dict[str, bool | None] = {}


class _Answer(BaseModel):
    results: list[_Result]
