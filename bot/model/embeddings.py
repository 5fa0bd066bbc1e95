"""Vectors of the configured endpoint's `/v1/embeddings`, for `tools.search`; None of it without DESKHAND_EMBEDDING_MODEL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import structlog
from numpy.typing import NDArray

from bot.settings import Settings
from tools.errors import Unavailable

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_TIMEOUT = 10.0
_BATCH = 128
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class OpenAIEmbedder:
    """An OpenAI-compatible endpoint. Close `api` at shutdown."""

    api: "AsyncOpenAI"
    name: str

    async def embed(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        """One row a text. Raises `Unavailable` where there is no usable answer in time."""
        import openai

        rows: list[list[float]] = []
        try:
            for start in range(0, len(texts), _BATCH):
                batch = list(texts[start : start + _BATCH])
                answer = await self.api.embeddings.create(model=self.name, input=batch, encoding_format="float")
                rows.extend(one.embedding for one in sorted(answer.data, key=lambda one: one.index))
            vectors = np.array(rows, dtype=np.float32)
        except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
            _log.warning("embeddings_failed", model=self.name, kind=kind, error=type(error).__name__)
            raise Unavailable("The endpoint for embeddings does not answer; words alone are searched.") from None
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            _log.warning("embeddings_failed", model=self.name, kind=kind, error="not one vector a text")
            raise Unavailable("The endpoint for embeddings gave no usable answer; words alone are searched.")
        return vectors


def build_embedder(settings: Settings) -> OpenAIEmbedder | None:
    """The embedder of these settings; None where none is configured."""
    if not settings.embedding_model:
        return None
    from openai import AsyncOpenAI

    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key is not None else "none"
    base = str(settings.openai_base_url) if settings.openai_base_url is not None else None
    return OpenAIEmbedder(
        AsyncOpenAI(api_key=key, base_url=base, timeout=_TIMEOUT, max_retries=1), settings.embedding_model
    )
