"""`manage.py import_assets PATH --project SLUG`: a folder of files, or a zip that another Backlot exported."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from library.forms import clashes_told
from library.ingest.bundle_import import BadBundle, import_bundle
from library.ingest.folder_import import files_in, import_folder
from library.ingest.import_results import Ending, Outcome
from library.models import Asset, Project, Role

BAR = 30


class Command(BaseCommand):
    """Files are grouped by name within each folder (`mara_1.png`, `mara_voice.wav`). Running it again makes nothing
    twice. Exit code 1 when something could not be taken in."""

    help = "Brings a folder of files, or an exported zip, into the library."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a folder, or a zip that was exported")
        parser.add_argument(
            "--project", required=True, help="the slug of the project that the assets belong to"
        )
        parser.add_argument("--user", help="who brings them; by default the project's first owner")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *, path: Path, project: str, user: str | None, dry_run: bool, **_: Any) -> None:
        home = Project.objects.filter(slug=project).first()
        if home is None:
            raise CommandError(f"There is no project {project}.")
        if not path.exists():
            raise CommandError(f"There is no {path}.")
        by = self._person(user, home)
        source = self._from_folder if path.is_dir() else self._from_zip
        counts: Counter[Ending] = Counter()
        last = Asset.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for outcome in source(path, by, home, dry_run):
            counts[outcome.ending] += 1
            self._tell(outcome)
        if notice := clashes_told(Asset.objects.filter(pk__gt=last, created_by=by).order_by("pk"), by):
            self.stdout.write(self.style.WARNING(notice))
        told = ", ".join(f"{counts[ending]} {ending}" for ending in Ending if ending != Ending.LEFT)
        self.stdout.write(f"{told}. This was a dry run." if dry_run else f"{told}.")
        if counts[Ending.FAILED]:
            sys.exit(1)

    def _person(self, name: str | None, project: Project) -> User:
        owner = project.memberships.filter(role=Role.OWNER).select_related("user").first()
        found = User.objects.filter(username=name).first() if name else owner and owner.user
        if not found:
            raise CommandError(
                f"There is no user {name}." if name else f"{project} has no owner: name a --user."
            )
        if not Project.objects.editable_by(found).filter(pk=project.pk).exists():
            raise CommandError(f"{found} may not add anything to {project}.")
        return found

    def _from_folder(self, path: Path, by: User, project: Project, dry_run: bool) -> Iterator[Outcome]:
        folders = list(files_in(path))
        total, done = sum(len(paths) for _, paths in folders), 0
        for folder, paths in folders:
            watched = self._watched(paths, done, total)
            yield from import_folder(folder, watched, by=by, project=project, dry_run=dry_run)
            done += len(paths)
        self._bar("")

    def _from_zip(self, path: Path, by: User, project: Project, dry_run: bool) -> Iterator[Outcome]:
        try:
            with path.open("rb") as source:
                for number, outcome in enumerate(
                    import_bundle(source, by=by, project=project, dry_run=dry_run), start=1
                ):
                    self._bar(f"{number} assets")
                    yield outcome
        except BadBundle as error:
            raise CommandError(f"{path.name}: {error}") from error
        finally:
            self._bar("")

    def _watched(self, paths: list[Path], done: int, total: int) -> Iterator[Path]:
        for number, path in enumerate(paths, start=done):
            filled = BAR * number // total
            self._bar(f"[{'#' * filled}{'.' * (BAR - filled)}] {number} of {total} files")
            yield path

    def _bar(self, text: str) -> None:
        """Writes over the line of the bar; only where a person looks on."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{text}")
            sys.stderr.flush()

    def _tell(self, outcome: Outcome) -> None:
        self._bar("")
        style = self.style.ERROR if outcome.ending == Ending.FAILED else str
        self.stdout.write(style(str(outcome)))
