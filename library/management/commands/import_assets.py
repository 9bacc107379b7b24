"""`manage.py import_assets PATH --project SLUG`: import a folder of files, or an exported zip."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from library.forms import similar_handles_warning
from library.ingest.bundle_import import BadBundle, import_bundle
from library.ingest.folder_import import files_in, import_folder
from library.ingest.import_results import Outcome, Result
from library.models import Asset, Project, Role

BAR_WIDTH = 30


class Command(BaseCommand):
    """Import files, grouped by name within each folder (`mara_1.png`, `mara_voice.wav`), or a zip.

    Repeated imports add nothing. The exit code is 1 if something could not be imported.
    """

    help = "Import a folder of files, or an exported zip, into the library."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a folder, or an exported zip")
        parser.add_argument(
            "--project", required=True, help="the slug of the project that the assets belong to"
        )
        parser.add_argument("--user", help="the creator of the assets; by default the project's first owner")
        parser.add_argument("--dry-run", action="store_true", help="only print what would be done")

    def handle(self, *, path: Path, project: str, user: str | None, dry_run: bool, **_: Any) -> None:
        home = Project.objects.filter(slug=project).first()
        if home is None:
            raise CommandError(f"There is no project {project}.")
        if not path.exists():
            raise CommandError(f"There is no {path}.")
        by = self._creator(user, home)
        source = self._from_folder if path.is_dir() else self._from_zip
        counts: Counter[Result] = Counter()
        last = Asset.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for outcome in source(path, by, home, dry_run):
            counts[outcome.result] += 1
            self._print(outcome)
        if warning := similar_handles_warning(
            Asset.objects.filter(pk__gt=last, created_by=by).order_by("pk"), by
        ):
            self.stdout.write(self.style.WARNING(warning))
        totals = ", ".join(
            f"{counts[result]} {result.label}" for result in Result if result != Result.PENDING
        )
        self.stdout.write(f"{totals}. This was a dry run." if dry_run else f"{totals}.")
        if counts[Result.FAILED]:
            sys.exit(1)

    def _creator(self, name: str | None, project: Project) -> User:
        owner = project.memberships.filter(role=Role.OWNER).select_related("user").first()
        found = User.objects.filter(username=name).first() if name else owner and owner.user
        if not found:
            raise CommandError(
                f"There is no user {name}." if name else f"{project} has no owner: give a --user."
            )
        if not Project.objects.editable_by(found).filter(pk=project.pk).exists():
            raise CommandError(f"{found} may not create assets in {project}.")
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
            filled = BAR_WIDTH * number // total
            self._bar(f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {number} of {total} files")
            yield path

    def _bar(self, text: str) -> None:
        """Rewrite the progress line, if stderr is a terminal."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{text}")
            sys.stderr.flush()

    def _print(self, outcome: Outcome) -> None:
        self._bar("")
        style = self.style.ERROR if outcome.result == Result.FAILED else str
        self.stdout.write(style(str(outcome)))
