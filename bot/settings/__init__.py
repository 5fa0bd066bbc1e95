"""Settings: environment over `deskhand.toml`, each named with what it is for when it is wrong.

Conventional names (`SLACK_BOT_TOKEN`, `OPENAI_API_KEY`) are used as they are; Deskhand's own start with `DESKHAND_`. In
the file a setting has the name of its field here (`model = "..."`). Any text in the file may be `env:NAME`: the value
of that environment variable.
"""

from bot.settings.file import settings_file
from bot.settings.loading import SettingReference, load_settings, reference, required_for_run
from bot.settings.model import Settings
from bot.settings.tables import (
    ApprovalSettings,
    ConnectionSettings,
    DiagnosticsSettings,
    DigestSettings,
    HttpToken,
    ModelLimits,
    RolesSettings,
)
from bot.settings.values import EVENTS_PATH, REPOSITORY

__all__ = [
    "EVENTS_PATH",
    "REPOSITORY",
    "ApprovalSettings",
    "ConnectionSettings",
    "DiagnosticsSettings",
    "DigestSettings",
    "HttpToken",
    "ModelLimits",
    "RolesSettings",
    "SettingReference",
    "Settings",
    "load_settings",
    "reference",
    "required_for_run",
    "settings_file",
]
