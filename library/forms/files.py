"""Forms with files. A form with errors keeps the valid files, so that users need not choose them again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from library import ingest
from library.decoding import DecodersBusy
from library.models import Asset, MediaFile, Project
from library.probe import UnreadableMedia, display_name
from library.refusal_text import refusal_text
from library.storage import StorageFailed

KEPT_SALT = "library.forms.kept"
KEPT_SECONDS = 24 * 3600
MAX_FILES = 20
ACCEPTED = ".jpg,.jpeg,.png,.gif,.bmp,.webp,.mp4,.mov,.mp3,.wav,.m4a,.ogg,.oga,.opus,.flac"
EXPIRED = gettext_lazy("A file has expired after a day. Choose it again.")


def unavailable_text(name: str, error: DecodersBusy | StorageFailed) -> str:
    """Return the message for a file that could not be saved because a component was unavailable."""
    if isinstance(error, StorageFailed):
        text = _("%(name)s was not saved: the file storage is unavailable. Try again in a moment.")
    else:
        text = _("%(name)s was not saved: too many files are being processed. Try again in a few seconds.")
    return text % {"name": name}


@dataclass(frozen=True)
class KeptFile:
    """A stored file that its form has not used yet.

    The token proves that this user uploaded the file, or was shown it as a file of the asset with the key `asset`,
    which the user must still be able to edit.
    """

    media: MediaFile
    name: str
    token: str
    asset: int | None = None


def keep_file(user: User, media: MediaFile, name: str, *, asset: int | None = None) -> KeptFile:
    """Return a kept file with a token that is valid for a day and for this user only."""
    facts = [user.pk, media.pk, display_name(name), *([asset] if asset else [])]
    token = signing.dumps(facts, salt=KEPT_SALT, compress=True)
    return KeptFile(media, display_name(name), token, asset)


def kept_files(user: User, tokens: Sequence[str]) -> tuple[list[KeptFile], bool]:
    """Return the files of these tokens, without duplicates, in order, and whether all tokens were valid.

    Tokens of other users, deleted files, and files of assets that the user may no longer edit are ignored.
    """
    found, all_valid = kept_by_token(user, tokens)
    return list({kept.media.pk: kept for kept in found.values()}.values()), all_valid


def kept_by_token(user: User, tokens: Iterable[str]) -> tuple[dict[str, KeptFile], bool]:
    """Map each of these tokens to its file, with a constant number of queries; also return whether all were valid.

    The files are kept for another day, since their new tokens are valid for that long.
    """
    named: dict[str, tuple[int, str, int | None]] = {}
    all_valid = True
    for token in tokens:
        try:
            owner, media, name, *rest = signing.loads(token, salt=KEPT_SALT, max_age=KEPT_SECONDS)
        except signing.BadSignature:
            all_valid = False
            continue
        if owner == user.pk:
            named[token] = (media, name, rest[0] if rest else None)
    of_assets = {asset for media, name, asset in named.values() if asset}
    editable = Asset.objects.filter(pk__in=of_assets).keys_editable_by(user) if of_assets else set()
    keys = {media for media, name, asset in named.values() if asset is None or asset in editable}
    if keys:
        ingest.extend_retention(keys, user)
    found = MediaFile.objects.in_bulk(keys)
    kept = {
        token: keep_file(user, found[media], name, asset=asset)
        for token, (media, name, asset) in named.items()
        if media in found and (asset is None or asset in editable)
    }
    return kept, all_valid


class FilesInput(forms.FileInput):
    """An input for several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> "list[UploadedFile[bytes]]":
        chosen: list[UploadedFile[bytes]] = files.getlist(name)
        return chosen

    def use_required_attribute(self, initial: Any) -> bool:
        """Return False: kept files may be sufficient, which only the server knows."""
        return False

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files


class FilesField(forms.Field):
    """Any number of uploaded files, which the form validates together with the kept ones."""

    widget = FilesInput(attrs={"accept": ACCEPTED, "multiple": True})

    def validate(self, value: Any) -> None:
        """Accept any value."""


class FilesForm(forms.Form):
    """A form that stores its files while it is validated.

    Afterwards, `kept` contains all valid files, earlier ones first, which the page shows with their tokens. `busy` is
    set if a decoder or the storage was unavailable for some of them; then the same form may be submitted again.
    """

    files = FilesField(  # type: ignore[assignment]  # removed by the metaclass
        label=gettext_lazy("Files"),
        help_text=gettext_lazy(
            "PNG, JPEG, GIF or BMP up to 10 MB (WebP is converted); MP4 or MOV; MP3 or WAV (M4A, Ogg and FLAC are "
            "converted). The first image is the primary one."
        ),
    )
    max_files = MAX_FILES

    def __init__(self, *args: Any, user: User, kept: Sequence[KeptFile] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.kept = list(kept)
        self.busy: DecodersBusy | StorageFailed | None = None
        self.over_quota = False

    @property
    def project(self) -> Project | None:
        """Return the project whose storage quota applies, if the form has one."""
        return self.cleaned_data.get("home_project")

    @property
    def media_files(self) -> list[MediaFile]:
        """Return the kept files, without duplicates, in order."""
        return list(dict.fromkeys(kept.media for kept in self.kept))

    @property
    def kept_note(self) -> str:
        """Return the hint that files need not be chosen again; empty if there are none."""
        count = len(self.kept)
        if not count:
            return ""
        return ngettext("%(count)d file is saved.", "%(count)d files are saved.", count) % {"count": count}

    def clean(self) -> dict[str, Any]:
        uploads = self.cleaned_data.get("files") or []
        self.kept = self._kept_files()
        if len(uploads) + len(self.kept) > self.max_files:
            too_many = ngettext(
                "You can upload %(max)d file at a time; you chose %(count)d.",
                "You can upload %(max)d files at a time; you chose %(count)d.",
                self.max_files,
            )
            self.add_error("files", too_many % {"max": self.max_files, "count": len(uploads)})
        else:
            self._store(uploads)
        kind = self.cleaned_data.get("kind")
        if kind and not self.has_error("files"):
            self._check_files(kind)
        return self.cleaned_data

    def _check_files(self, kind: str) -> None:
        try:
            ingest.check_files(kind, self.media_files)
        except ingest.WrongFiles as error:
            self.add_error("files", str(error))

    def _store(self, uploads: "Iterable[UploadedFile[bytes]]") -> None:
        for upload in uploads:
            name = display_name(upload.name or "")
            if self.busy:
                self.add_error("files", unavailable_text(name, self.busy))
                continue
            try:
                media = ingest.add_media(upload, name=name, by=self.user, project=self.project)
            except (DecodersBusy, StorageFailed) as error:
                self.busy = error
                self.add_error("files", unavailable_text(name, error))
            except UnreadableMedia as refusal:
                self.add_error("files", refusal_text(refusal))
            except ingest.OverQuota as error:
                self.over_quota = True
                self.add_error("files", f"{name}: {error}")
            else:
                self.kept.append(keep_file(self.user, media, name))

    def _kept_files(self) -> list[KeptFile]:
        tokens: list[str] = self.data.getlist(self.add_prefix("kept"))  # type: ignore[attr-defined]
        kept, all_valid = kept_files(self.user, tokens[: self.max_files])
        if not all_valid:
            self.add_error("files", EXPIRED)
        return kept
