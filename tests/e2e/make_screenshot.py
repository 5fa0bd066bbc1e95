"""Makes the README's picture from the real page: `make screenshot`."""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

sys.path.insert(0, str(Path(__file__).parent))

from talk import Conversation, settings_for

from bot.composition import slack_bot
from bot.workspace.server import Workspace

PICTURE = Path(__file__).parents[2] / "bot" / "workspace" / "demo.png"
QUESTION = "@Deskhand how did the golden cross on the S&P 500 do?"


async def main() -> None:
    """Ask in the page's workspace, open the thread, take the picture."""
    with tempfile.TemporaryDirectory() as home:
        async with Workspace() as workspace, slack_bot(settings_for(workspace, Path(home))) as bot:
            answer = await Conversation(workspace, bot).ask("ana", QUESTION)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
                )
                page = await browser.new_page(viewport={"width": 1360, "height": 1480})
                await page.goto(f"{workspace.url}#ana/{answer.channel}/{answer.thread_ts}")
                await page.get_by_role("button", name="Full report").wait_for()
                await page.wait_for_load_state("networkidle")
                await page.screenshot(path=PICTURE)
                await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
