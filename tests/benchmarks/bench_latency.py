"""Acknowledgement and reply latency of Deskhand's transport next to a bare Bolt echo bot, in the same run.

    python tests/benchmarks/bench_latency.py [--mentions 60] [--rate 20] [--flood 500]

Three situations: one mention at a time; `--rate` mentions a second over fifty channels; and a flood of a hundred a
second, each delivered twice, of which only acknowledgements count (the echo has no pacing and answers twice). Deskhand
commits each event to disk before it acknowledges, and survives a kill at any moment; the ratio is what that costs.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bot.storage.migrate import upgrade  # noqa: E402 - the script's own folder is not the root
from bot.workspace.limits import RateLimits  # noqa: E402
from bot.workspace.server import Workspace  # noqa: E402
from bot.workspace.sockets import EventFaults  # noqa: E402
from bot.workspace.state import BOT_USER_ID, default_world  # noqa: E402

CHANNELS = 50
BOTS = {
    "bare Bolt": ROOT / "tests/benchmarks/bare_bolt.py",
    "Deskhand": ROOT / "tests/slack/small_bot.py",
}
Figures = dict[str, float]


@asynccontextmanager
async def bot(script: Path, *arguments: str) -> AsyncIterator[None]:
    """The bot in a process of its own, listening."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(script), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    while (await process.stdout.readline()).strip() != b"ready":
        if process.returncode is not None:
            raise SystemExit(f"{script.name} did not start")
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def measure(script: Path, mentions: int, rate: float, flood: int) -> tuple[Figures, Figures, Figures]:
    """Figures in milliseconds one at a time, at a rate, and in a flood."""
    world = default_world([f"load-{number}" for number in range(CHANNELS)])
    with tempfile.TemporaryDirectory() as folder:
        async with Workspace(world, limits=RateLimits(enabled=False)) as workspace:
            arguments = [workspace.api_url, workspace.bot_token, workspace.app_token]
            if script == BOTS["Deskhand"]:
                url = f"sqlite+aiosqlite:///{folder}/bench.db"
                await upgrade(url)
                arguments.append(url)
            async with bot(script, *arguments):
                await run(workspace, 5, 0)  # the first ones warm caches
                quiet, steady = await run(workspace, mentions, 0), await run(workspace, mentions, rate)
                workspace.hub.sockets.faults = EventFaults(copies=2)
                flooded = await run(workspace, flood, 100)
                return quiet, steady, {name: value for name, value in flooded.items() if name.startswith("ack")}


async def run(workspace: Workspace, mentions: int, rate: float) -> Figures:
    """Mention and wait for each answer (`rate` 0), or mention at a rate and wait for all."""
    workspace.hub.sockets.acknowledged.clear()
    asked: dict[str, float] = {}
    before = len(answered(workspace))
    watching = asyncio.create_task(workspace.wait_for(lambda: len(answered(workspace)) >= before + mentions, 120))
    started = time.perf_counter()
    for number in range(mentions):
        if rate:
            await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        sent = time.perf_counter()
        message = await workspace.say("ana", f"#load-{number % CHANNELS}", f"@deskhand question {number}")
        asked[message.ts] = sent
        if not rate:
            await workspace.wait_for(lambda ts=message.ts: ts in answered(workspace), 20)
    await watching
    await workspace.wait_for(lambda: workspace.hub.sockets.in_flight == 0, 20)
    at = answered(workspace)
    replies = [at[ts] - sent for ts, sent in asked.items()]
    acks = [each.seconds for each in workspace.hub.sockets.acknowledged if each.type == "events_api"]
    return {**figures("ack", acks), **figures("reply", replies)}


SEEN: dict[int, dict[str, float]] = {}


def answered(workspace: Workspace) -> dict[str, float]:
    """Thread to the moment its answer was first seen; looked at after every change."""
    seen, now = SEEN.setdefault(id(workspace), {}), time.perf_counter()
    for channel in workspace.state.channels.values():
        for message in reversed(channel.messages.values()):
            if message.user == BOT_USER_ID:
                if message.thread_ts in seen:
                    break
                seen[message.thread_ts] = now
    return seen


def figures(name: str, seconds: list[float]) -> Figures:
    """Median and 99th percentile, in milliseconds."""
    ranked = sorted(seconds)
    return {
        f"{name} p50": statistics.median(ranked) * 1000,
        f"{name} p99": ranked[max(0, int(len(ranked) * 0.99) - 1)] * 1000,
    }


async def main(mentions: int, rate: float, flood: int) -> None:
    """Measure both and print the table."""
    results = {name: await measure(script, mentions, rate, flood) for name, script in BOTS.items()}
    print(f"{mentions} mentions, {flood} in the flood; milliseconds")
    print(f"{'':26}{'bare Bolt':>12}{'Deskhand':>12}{'ratio':>8}")
    for place, situation in enumerate(("one at a time", f"{rate:g} a second", "flood")):
        bare, ours = results["bare Bolt"][place], results["Deskhand"][place]
        for name in bare:
            print(f"{situation + ', ' + name:26}{bare[name]:12.1f}{ours[name]:12.1f}{ours[name] / bare[name]:8.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--mentions", type=int, default=60)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--flood", type=int, default=500)
    given = parser.parse_args()
    asyncio.run(main(given.mentions, given.rate, given.flood))
