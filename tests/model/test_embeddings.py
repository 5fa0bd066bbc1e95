"""The client for /v1/embeddings against a real HTTP server: batches, order, and every way to get no usable answer."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.model.embeddings import OpenAIEmbedder, build_embedder
from bot.settings import Settings
from tools.errors import Unavailable


class Endpoint:
    def __init__(self) -> None:
        self.answer: object = None
        self.sizes: list[int] = []

    async def embeddings(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.sizes.append(len(body["input"]))
        if self.answer is not None:
            return web.json_response(self.answer)
        data = [
            {"object": "embedding", "index": i, "embedding": [float(len(t)), 1.0]}
            for i, t in enumerate(body["input"])
        ]
        return web.json_response({"object": "list", "model": body["model"], "data": data[::-1]})


@pytest.fixture
async def endpoint() -> AsyncIterator[tuple[Endpoint, OpenAIEmbedder]]:
    said = Endpoint()
    app = web.Application()
    app.router.add_post("/v1/embeddings", said.embeddings)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    address = f"http://127.0.0.1:{port}/v1"
    embedder = await asyncio.to_thread(
        lambda: build_embedder(Settings(embedding_model="small", openai_base_url=address))
    )
    assert embedder is not None
    yield said, embedder
    await embedder.api.close()
    await runner.cleanup()


async def test_one_row_a_text_in_their_order_over_several_batches(endpoint):
    said, embedder = endpoint
    vectors = await embedder.embed(["x" * n for n in range(1, 201)], "passage")
    assert vectors[:, 0].tolist() == list(range(1, 201))
    assert said.sizes == [128, 72]


@pytest.mark.parametrize(
    "answer",
    [{}, {"data": []}, {"data": [{"index": 0, "embedding": ["a"]}]}, {"data": [{"index": 0, "embedding": []}]}],
)
async def test_no_usable_answer_is_said_as_such(endpoint, answer):
    said, embedder = endpoint
    said.answer = answer
    with pytest.raises(Unavailable):
        await embedder.embed(["rsi", "atr"], "query")


def test_none_without_a_model():
    assert build_embedder(Settings()) is None
