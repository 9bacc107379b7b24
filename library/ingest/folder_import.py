"""Create assets from a folder of files, grouped by name within each folder. Repeated imports add nothing."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from library import decoding, handles
from library.ingest.assets import WrongFiles, create_asset
from library.ingest.grouping import Group, NamedFile, group
from library.ingest.import_results import Outcome, Result
from library.ingest.media import add_media
from library.ingest.naming import HandleTaken
from library.ingest.quotas import OverQuota
from library.models import Asset, MediaFile, Project
from library.probe import UnreadableMedia
from library.refusal_text import refusal_text
from library.storage import StorageFailed


@dataclass(frozen=True)
class Accepted:
    """An accepted file: its kind, and its media file unless this is a dry run."""

    path: Path
    kind: str
    media: MediaFile | None


def files_in(folder: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Yield every folder with its files, both sorted. Hidden ones are skipped, and links are not followed."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = [Path(root) / name for name in sorted(names) if not name.startswith(".")]
        yield Path(root), [path for path in paths if path.is_file() or path.is_symlink()]


def import_folder(
    folder: Path, paths: Iterable[Path], *, by: User, project: Project, dry_run: bool = False
) -> Iterator[Outcome]:
    """Store the files of one folder and create assets from them. Yield an outcome for each unusable file as soon as it
    is known, then one for each asset."""
    accepted: list[Accepted] = []
    for path in paths:
        result = _accept(path, by, project, dry_run=dry_run)
        if isinstance(result, Outcome):
            yield result
        else:
            accepted.append(result)
    for proposed in group([NamedFile(file.path.name, file.kind) for file in accepted]):
        files = [accepted[index] for index in proposed.indexes]
        yield _create_from(proposed, files, folder, by=by, project=project)


def _accept(path: Path, by: User, project: Project, *, dry_run: bool) -> Accepted | Outcome:
    if path.is_symlink():
        return Outcome(path.name, Result.SKIPPED, _("links are not followed"))
    try:
        if dry_run:
            return Accepted(path, decoding.kind(path), None)
        media = add_media(path, name=path.name, by=by, project=project)
        return Accepted(path, media.kind, media)
    except decoding.DecodersBusy:
        return Outcome(path.name, Result.PENDING, _("too many files are being processed: import it again"))
    except UnreadableMedia as refusal:
        return Outcome(path.name, Result.FAILED, refusal_text(refusal))
    except (OverQuota, StorageFailed, OSError) as error:
        return Outcome(path.name, Result.FAILED, str(error))


def _create_from(
    proposed: Group, files: Sequence[Accepted], folder: Path, *, by: User, project: Project
) -> Outcome:
    """Create the asset of a group under its own name, or, if that is taken, prefixed with the name of its folder."""
    listed = ", ".join(one.path.name for one in files)
    media = [one.media for one in files if one.media]
    names = list(_names(proposed, folder))
    if not names:
        return Outcome(listed, Result.FAILED, _("no handle can be derived from this name: rename the file"))
    existing = None
    for name in names:
        existing = Asset.objects.named(name).first()
        if existing is None:
            return _create(name, proposed.kind, media, listed, by=by, project=project)
        if media and _has_files(existing, media):
            return Outcome(listed, Result.EXISTS, _("as %(asset)s") % {"asset": existing})
    return Outcome(listed, Result.SKIPPED, _("%(asset)s is another asset") % {"asset": existing})


def _names(proposed: Group, folder: Path) -> Iterable[str]:
    both = handles.suggest(f"{folder.name}_{proposed.handle or 'file'}")
    return dict.fromkeys(filter(None, (proposed.handle, both)))


def _create(
    name: str, kind: str, media: Sequence[MediaFile], listed: str, *, by: User, project: Project
) -> Outcome:
    if not media:
        return Outcome(listed, Result.CREATED, _("would be @%(handle)s") % {"handle": name})
    known = Asset.objects.visible_to(by).filter(versions__media__in=media).order_by("pk").first()
    try:
        asset = create_asset(by=by, handle=name, kind=kind, media=media, project=project)
    except (HandleTaken, OverQuota, WrongFiles) as error:
        return Outcome(listed, Result.FAILED, str(error))
    if not known:
        return Outcome(listed, Result.CREATED, _("as %(asset)s") % {"asset": asset})
    reason = _("as %(asset)s; %(other)s already has such a file") % {"asset": asset, "other": known}
    return Outcome(listed, Result.CREATED, reason)


def _has_files(asset: Asset, media: Sequence[MediaFile]) -> bool:
    """Return whether one of its versions has exactly these files."""
    wanted = {one.pk for one in media}
    versions = asset.versions.prefetch_related("files")
    return any({use.media_id for use in version.files.all()} == wanted for version in versions)
