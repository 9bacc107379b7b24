"""What has to be true before the house opens: tables, bucket, schedule, static files. Each is quick when done."""

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
    """Migrates, makes the bucket and the schedule, collects static files, and notes whether a demo is due.

    Ends the process with one line when database, queue or storage cannot be used.
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
    """Ends the process with one line unless the part is well."""
    if not check.ok:
        sys.exit(f"backlot: {check.name}: {check.detail}")


def demo_is_due() -> Path:
    """The file that stands while nobody has been in the house yet and the demo was not made to its end."""
    return settings.VAR_DIR / "demo.due"


def collect_static_files() -> None:
    """Collecting compresses every file, so it is done only when one of them changed."""
    stamp, now = settings.VAR_DIR / "static.stamp", _static_fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(now)


def _static_fingerprint() -> str:
    """Names, sizes and times of all static files of all apps."""
    summary = hashlib.sha256()
    for finder in get_finders():
        for name, place in finder.list([]):
            found = Path(place.path(name)).stat()
            summary.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return summary.hexdigest()
