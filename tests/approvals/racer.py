"""One of several processes that decide on the same approvals at once.

    python tests/approvals/racer.py DATABASE_URL PERSON [drafts]

Waits for a line on standard input, then decides on everything that is pending, as that person; prints the results.
With `drafts` through the drafts' own way of deciding, which tries each strategy again and compares what was looked at.
"""

import asyncio
import json
import random
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from conftest_approvals import Desk, person

from bot.storage.database import Database


async def main(url: str, who: str, what: str = "") -> None:
    database = Database(url)
    desk = Desk(database)
    drafts = None
    if what == "drafts":
        from drafted import drafts_on

        drafts = drafts_on(desk)
    waiting = await desk.approvals.list(limit=100_000)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    results: Counter[str] = Counter()
    for start in range(0, len(waiting), 10):
        some = waiting[start : start + 10]
        random.shuffle(some)
        verdicts = random.choices(
            ["approve", "reject"] if drafts else ["approve", "send_back", "reject"], k=len(some)
        )
        decided = await asyncio.gather(
            *(
                drafts.decide(a.id, person(who), v, looked_at=a.subject.hash) if drafts else desk.decide(a, who, v)
                for a, v in zip(some, verdicts, strict=True)
            )
        )
        results.update(each.result for each in decided)
    print(json.dumps(results), flush=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
