"""Forms with files. A refused form loses nothing: files that were good stay with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from library import ingest
from library.decoding import DecodersBusy
from library.models import Asset, MediaFile, Project
from library.probe import UnreadableMedia, shown_name
from library.storage import StorageFailed

KEPT_SALT = "library.forms.kept"
KEPT_SECONDS = 24 * 3600
MAX_FILES = 20
ACCEPTED = ".jpg,.jpeg,.png,.gif,.bmp,.webp,.mp4,.mov,.mp3,.wav,.m4a,.ogg,.oga,.opus,.flac"
TOO_OLD = "A file was kept for longer than a day: choose it again."


def problem_of(name: str, error: DecodersBusy | StorageFailed) -> str:
    """Return the message for a valid file that could not be accepted."""
    if isinstance(error, StorageFailed):
        return _("{name} was not kept: the file storage is unavailable. Try again in a moment.").format(
            name=name
        )
    return _("{name} was not kept: too many files are being processed. Try again in a few seconds.").format(
        name=name
    )


@dataclass(frozen=True)
class KeptFile:
    """A file that is stored already and waits for its form; the token proves to us that this user brought it, or had
    it before them as a file of an asset (its key), which they have to be able to edit still."""

    media: MediaFile
    name: str
    token: str
    asset: int | None = None


def keep(user: User, media: MediaFile, name: str, *, asset: int | None = None) -> KeptFile:
    """A kept file with a token that is good for a day and for this user alone."""
    facts = [user.pk, media.pk, shown_name(name), *([asset] if asset else [])]
    token = signing.dumps(facts, salt=KEPT_SALT, compress=True)
    return KeptFile(media, shown_name(name), token, asset)


def kept_before(user: User, tokens: Sequence[str]) -> tuple[list[KeptFile], bool]:
    """The files that these tokens stand for, each once, in order; and whether all could be read. Tokens of somebody
    else, files that are gone, and those of assets that the user may not edit any more are passed over."""
    found, whole = kept_by_token(user, tokens)
    return list({one.media.pk: one for one in found.values()}.values()), whole


def kept_by_token(user: User, tokens: Iterable[str]) -> tuple[dict[str, KeptFile], bool]:
    """Each of these tokens with the file that it stands for, in a few queries however many; and whether all could be
    read. The files are kept for another day, since their new tokens are good for one."""
    named: dict[str, tuple[int, str, int | None]] = {}
    whole = True
    for token in tokens:
        try:
            owner, media, name, *rest = signing.loads(token, salt=KEPT_SALT, max_age=KEPT_SECONDS)
        except signing.BadSignature:
            whole = False
            continue
        if owner == user.pk:
            named[token] = (media, name, rest[0] if rest else None)
    of_assets = {asset for media, name, asset in named.values() if asset}
    editable = Asset.objects.filter(pk__in=of_assets).keys_editable_by(user) if of_assets else set()
    keys = {media for media, name, asset in named.values() if asset is None or asset in editable}
    if keys:
        ingest.keep_waiting(keys, user)
    found = MediaFile.objects.in_bulk(keys)
    kept = {
        token: keep(user, found[media], name, asset=asset)
        for token, (media, name, asset) in named.items()
        if media in found and (asset is None or asset in editable)
    }
    return kept, whole


class FilesInput(forms.FileInput):
    """Chooses several files at once."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> "list[UploadedFile[bytes]]":
        chosen: list[UploadedFile[bytes]] = files.getlist(name)
        return chosen

    def use_required_attribute(self, initial: Any) -> bool:
        """Kept files may be enough, which only the server knows."""
        return False

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files


class FilesField(forms.Field):
    """Any number of uploaded files; whether they are enough, the form judges together with the kept ones."""

    widget = FilesInput(attrs={"accept": ACCEPTED, "multiple": True})

    def validate(self, value: Any) -> None:
        """Nothing to refuse here."""


class FilesForm(forms.Form):
    """A form with files, which are stored while it is checked. After that `kept` holds every good one, earlier
    ones first; the page shows them with their tokens, so that nobody has to choose them again. `busy` is set when some
    were not taken in for want of a decoder or of the storage, and the same form may be sent again."""

    files = FilesField(  # type: ignore[assignment]  # the metaclass takes it away
        help_text="PNG, JPEG, GIF or BMP up to 10 MB (WebP is converted); MP4 or MOV; MP3 or WAV (M4A, Ogg and FLAC "
        "are converted). The first picture is the primary one.",
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
        """The project that has to have room for the files, where the form knows it."""
        return self.cleaned_data.get("home_project")

    @property
    def media_files(self) -> list[MediaFile]:
        """The files that the form stands for, each once, in order."""
        return list(dict.fromkeys(kept.media for kept in self.kept))

    @property
    def kept_note(self) -> str:
        """What need not be chosen again: `Kept: 2 files, not to be chosen again.`"""
        count = len(self.kept)
        return f"Kept: {count} file{'s' if count > 1 else ''}, not to be chosen again." if count else ""

    def clean(self) -> dict[str, Any]:
        uploads = self.cleaned_data.get("files") or []
        self.kept = self._kept_before()
        if len(uploads) + len(self.kept) > self.max_files:
            self.add_error("files", f"At most {self.max_files} files at a time; these are {len(uploads)}.")
        else:
            self._take_in(uploads)
        kind = self.cleaned_data.get("kind")
        if kind and not self.has_error("files"):
            self._check_files(kind)
        return self.cleaned_data

    def _check_files(self, kind: str) -> None:
        try:
            ingest.check_files(kind, self.media_files)
        except ingest.WrongFiles as error:
            self.add_error("files", str(error))

    def _take_in(self, uploads: "Iterable[UploadedFile[bytes]]") -> None:
        for upload in uploads:
            name = shown_name(upload.name or "")
            if self.busy:
                self.add_error("files", problem_of(name, self.busy))
                continue
            try:
                media = ingest.add_media(upload, name=name, by=self.user, project=self.project)
            except (DecodersBusy, StorageFailed) as error:
                self.busy = error
                self.add_error("files", problem_of(name, error))
            except UnreadableMedia as error:
                self.add_error("files", str(error))
            except ingest.OverQuota as error:
                self.over_quota = True
                self.add_error("files", f"{name}: {error}")
            else:
                self.kept.append(keep(self.user, media, name))

    def _kept_before(self) -> list[KeptFile]:
        tokens: list[str] = self.data.getlist(self.add_prefix("kept"))  # type: ignore[attr-defined]
        kept, whole = kept_before(self.user, tokens[: self.max_files])
        if not whole:
            self.add_error("files", TOO_OLD)
        return kept
