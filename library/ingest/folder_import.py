"""A folder of files becomes assets: grouped by name within each folder, made once however often it is run."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from library import decoding, handles
from library.ingest.assets import WrongFiles, create_asset
from library.ingest.grouping import Group, NamedFile, group
from library.ingest.import_results import Ending, Outcome
from library.ingest.media import add_media
from library.ingest.naming import HandleTaken
from library.ingest.quotas import OverQuota
from library.models import Asset, MediaFile, Project
from library.probe import UnreadableMedia
from library.storage import StorageFailed


@dataclass(frozen=True)
class Taken:
    """A file that could be used: its kind, and its media file unless this is a dry run."""

    path: Path
    kind: str
    media: MediaFile | None


def files_in(folder: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Every folder with its files, both sorted; hidden ones are passed over and links are not followed."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = [Path(root) / name for name in sorted(names) if not name.startswith(".")]
        yield Path(root), [path for path in paths if path.is_file() or path.is_symlink()]


def import_folder(
    folder: Path, paths: Iterable[Path], *, by: User, project: Project, dry_run: bool = False
) -> Iterator[Outcome]:
    """Takes in the files of one folder and makes assets of them; an outcome for each file that cannot be used as soon
    as it is known, then one for each asset."""
    taken: list[Taken] = []
    for path in paths:
        result = _taken(path, by, project, dry_run=dry_run)
        if isinstance(result, Outcome):
            yield result
        else:
            taken.append(result)
    for proposed in group([NamedFile(one.path.name, one.kind) for one in taken]):
        files = [taken[place] for place in proposed.places]
        yield _made(proposed, files, folder, by=by, project=project)


def _taken(path: Path, by: User, project: Project, *, dry_run: bool) -> Taken | Outcome:
    if path.is_symlink():
        return Outcome(path.name, Ending.TAKEN, "links are not followed")
    try:
        if dry_run:
            return Taken(path, decoding.kind(path), None)
        media = add_media(path, name=path.name, by=by, project=project)
        return Taken(path, media.kind, media)
    except decoding.DecodersBusy:
        return Outcome(
            path.name, Ending.LEFT, _("Too many other files are being read. Import this one again.")
        )
    except (UnreadableMedia, OverQuota, StorageFailed, OSError) as error:
        return Outcome(path.name, Ending.FAILED, str(error))


def _made(proposed: Group, files: Sequence[Taken], folder: Path, *, by: User, project: Project) -> Outcome:
    """The asset of a group under its own name, or under its folder's and its own when that one is taken."""
    told = ", ".join(one.path.name for one in files)
    media = [one.media for one in files if one.media]
    names = list(_names(proposed, folder))
    if not names:
        return Outcome(told, Ending.FAILED, "no handle can be made of this name: give the file another one")
    standing = None
    for name in names:
        standing = Asset.objects.named(name).first()
        if standing is None:
            return _created(name, proposed.kind, media, told, by=by, project=project)
        if media and _has_files(standing, media):
            return Outcome(told, Ending.SAME, f"as {standing}")
    return Outcome(told, Ending.TAKEN, f"{standing} is another asset")


def _names(proposed: Group, folder: Path) -> Iterable[str]:
    both = handles.suggest(f"{folder.name}_{proposed.handle or 'file'}")
    return dict.fromkeys(filter(None, (proposed.handle, both)))


def _created(
    name: str, kind: str, media: Sequence[MediaFile], told: str, *, by: User, project: Project
) -> Outcome:
    if not media:
        return Outcome(told, Ending.MADE, f"would be @{name}")
    known = Asset.objects.visible_to(by).filter(versions__media__in=media).order_by("pk").first()
    try:
        asset = create_asset(by=by, handle=name, kind=kind, media=media, project=project)
    except (HandleTaken, OverQuota, WrongFiles) as error:
        return Outcome(told, Ending.FAILED, str(error))
    return Outcome(told, Ending.MADE, f"as {asset}" + (f"; {known} has such a file already" if known else ""))


def _has_files(asset: Asset, media: Sequence[MediaFile]) -> bool:
    """Whether one of its versions has exactly these files."""
    wanted = {one.pk for one in media}
    versions = asset.versions.prefetch_related("files")
    return any({use.media_id for use in version.files.all()} == wanted for version in versions)
