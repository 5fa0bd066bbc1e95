"""Meaning beside words: vectors of an embedder, kept on disk by content, and the search that uses both."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tools.errors import Problem
from tools.search.index import Found, Index, Meaning

Vectors: TypeAlias = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors. `name` changes where vectors are no longer comparable (another model)."""

    @property
    def name(self) -> str:
        """The model, as its endpoint calls it."""
        ...

    async def embed(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> Vectors:
        """One row a text. Raises `Problem` where there is no answer in time."""
        ...


@dataclass(slots=True)
class Searcher:
    """An index with meaning where there is an embedder; without one, or while it does not answer, words alone.

    Vectors of entries are kept in `folder` by model and text, so that a restart asks for what has changed only.
    """

    index: Index
    embedder: Embedder | None = None
    folder: Path | None = None
    _vectors: Vectors | None = field(init=False, default=None)
    _lock: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    async def search(self, query: str, limit: int = 5) -> Found:
        """As `Index.search`, off the event loop. Never raises."""
        return await asyncio.to_thread(self.index.search, query, limit, await self._meaning(query))

    async def _meaning(self, query: str) -> Meaning | None:
        if self.embedder is None or not query.strip() or not self.index.entries:
            return None
        try:
            vectors = await self._entry_vectors(self.embedder)
            asked = await self.embedder.embed([query[:800]], "query")
        except Problem:
            return None
        if asked.shape != (1, vectors.shape[1]):
            return None
        return Meaning((vectors @ _unit(asked)[0]).astype(np.float64))

    async def _entry_vectors(self, embedder: Embedder) -> Vectors:
        async with self._lock:
            if self._vectors is None:
                texts = [entry.meaning for entry in self.index.entries]
                path = self._path(embedder.name, texts)
                kept = await asyncio.to_thread(_read, path, len(texts)) if path else None
                if kept is None:
                    kept = _unit(await embedder.embed(texts, "passage"))
                    if path:
                        await asyncio.to_thread(_write, path, kept)
                self._vectors = kept
            return self._vectors

    def _path(self, model: str, texts: Sequence[str]) -> Path | None:
        if self.folder is None:
            return None
        content = hashlib.sha256("\0".join((model, *texts)).encode()).hexdigest()
        return self.folder / f"vectors-{content[:24]}.npy"


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _read(path: Path, rows: int) -> Vectors | None:
    """What was kept, or None where there is nothing usable."""
    try:
        kept: Vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError):
        return None
    usable = kept.ndim == 2 and len(kept) == rows and kept.dtype == np.float32 and bool(np.isfinite(kept).all())
    return kept if usable else None


def _write(path: Path, vectors: Vectors) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.save(file, vectors, allow_pickle=False)
    partial.replace(path)
