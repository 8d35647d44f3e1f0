"""The files of the desk, made from the settings."""

from __future__ import annotations

from datetime import timedelta

from bot.attachments.attachments import Attachments, Limits
from bot.attachments.files import Files
from bot.attachments.links import LinkSigner
from bot.attachments.scanning import Scanner
from bot.settings import Settings
from bot.storage.database import Database

FOLDER = "attachments"


def build_attachments(settings: Settings, database: Database) -> Attachments:
    """Return what takes files in and hands them out."""
    return Attachments(
        database,
        Files(settings.state_dir / FOLDER),
        LinkSigner(settings.signing_keys()),
        Scanner(settings.attachment_scan, settings.attachment_scan_seconds),
        Limits(
            settings.attachment_megabytes,
            settings.attachments_megabytes,
            timedelta(hours=settings.attachments_kept_hours),
        ),
    )
