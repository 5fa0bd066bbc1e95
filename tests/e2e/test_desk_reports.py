"""Every run of the embedded desk has a report at every level of detail, and each passes the check."""

from pathlib import Path

from bot.core import open_core
from bot.settings import Settings
from tools.narrative.draft import Detail

DETAILS: tuple[Detail, ...] = ("brief", "standard", "detailed")


async def test_every_report_of_the_desk_passes_its_check(home: Path) -> None:
    async with open_core(Settings(home=home)) as core:
        runs = await core.store.list()
        assert len(runs) >= 6
        for run in runs:
            for detail in DETAILS:
                report = await core.reports.narrate(run.id, detail=detail)
                assert report.checks.findings == (), (run.id, detail)
        again = await core.reports.narrate(runs[0].id)
        assert again.cached
