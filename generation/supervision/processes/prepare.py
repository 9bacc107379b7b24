"""Preparation before the start: tables, bucket, schedule, static files. Steps already done take little time."""

import hashlib
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from generation.supervision.health import checks, schema_check
from generation.supervision.processes.schedules import ensure_schedule
from library import storage


def prepare() -> None:
    """Migrate, create the bucket and the schedule, collect static files, and record whether demo content is due.

    Exit with one line if the database, queue or storage cannot be used.
    """
    need(checks.database_ok())
    need(schema_check.can_migrate())
    call_command("migrate", interactive=False, verbosity=0)
    need(schema_check.schema_ok())
    need(checks.queue_ok())
    try:
        storage.ensure_bucket()
    except storage.StorageFailed as error:
        need(checks.Check("storage", False, f"{error}; {checks.storage_remedy()}"))
    ensure_schedule()
    collect_static_files()
    if not settings.PRODUCTION and not get_user_model().objects.exists():
        demo_is_due().touch()


def need(check: checks.Check) -> None:
    """Exit with one line unless the check passed."""
    if not check.ok:
        sys.exit(f"backlot: {check.name}: {check.detail}")


def demo_is_due() -> Path:
    """Return the path of the marker file for demo content.

    Outside production, an installation without accounts creates it at the start. It is removed when the demo content
    is complete.
    """
    return settings.VAR_DIR / "demo.due"


def collect_static_files() -> None:
    """Collect static files only if one of them has changed, since collecting compresses every file."""
    stamp, now = settings.VAR_DIR / "static.stamp", _static_fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(now)


def _static_fingerprint() -> str:
    """Return a hash of the names, sizes and modification times of all static files."""
    summary = hashlib.sha256()
    for finder in get_finders():
        for name, place in finder.list([]):
            found = Path(place.path(name)).stat()
            summary.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return summary.hexdigest()
