"""What people type and choose about assets. A refused form loses nothing: files that were good stay with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from library import handles, ingest
from library.models import Asset, AssetVersion, MediaFile, Project
from library.probe import UnreadableMedia, shown_name
from library.storage import StorageFailed

KEPT_SALT = "library.forms.kept"
KEPT_SECONDS = 24 * 3600
MAX_FILES = 20
MAX_TAGS, MAX_TAG_LENGTH = 20, 40
ACCEPTED = ".jpg,.jpeg,.png,.gif,.bmp,.webp,.mp4,.mov,.mp3,.wav"


@dataclass(frozen=True)
class KeptFile:
    """A file that is stored already and waits for its form; the token proves to us that this user brought it."""

    media: MediaFile
    name: str
    token: str


def keep(user: User, media: MediaFile, name: str) -> KeptFile:
    """A kept file with a token that is good for a day and for this user alone."""
    token = signing.dumps([user.pk, media.pk, shown_name(name)], salt=KEPT_SALT, compress=True)
    return KeptFile(media, shown_name(name), token)


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
    ones first; the page shows them with their tokens, so that nobody has to choose them again."""

    files = FilesField(  # type: ignore[assignment]  # the metaclass takes it away
        help_text="PNG, JPEG, GIF or BMP up to 10 MB (WebP is converted); MP4 or MOV; MP3 or WAV. "
        "The first picture is the primary one.",
    )

    def __init__(self, *args: Any, user: User, kept: Sequence[KeptFile] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.kept = list(kept)

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
        if len(uploads) + len(self.kept) > MAX_FILES:
            self.add_error("files", f"At most {MAX_FILES} files at a time; these are {len(uploads)}.")
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
            try:
                media = ingest.add_media(upload, name=name)
            except UnreadableMedia as error:
                self.add_error("files", str(error))
            except StorageFailed:
                self.add_error("files", f"{name} was not kept: the file storage does not answer. Try again.")
            else:
                self.kept.append(keep(self.user, media, name))

    def _kept_before(self) -> list[KeptFile]:
        named = {}
        tokens: list[str] = self.data.getlist(self.add_prefix("kept"))  # type: ignore[attr-defined]
        for token in tokens[:MAX_FILES]:
            try:
                user, media, name = signing.loads(token, salt=KEPT_SALT, max_age=KEPT_SECONDS)
            except signing.BadSignature:
                self.add_error("files", "A file was kept for longer than a day: choose it again.")
                continue
            if user == self.user.pk:
                named[media] = name
        found = MediaFile.objects.in_bulk(named)
        return [keep(self.user, found[pk], name) for pk, name in named.items() if pk in found]


class AboutForm(forms.Form):
    """What is said about an asset, and who may use it."""

    title = forms.CharField(required=False, max_length=120)
    description = forms.CharField(required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    tags = forms.CharField(required=False, max_length=1000, help_text="Separated by commas.")
    home_project = forms.ModelChoiceField(
        Project.objects.none(), required=False, empty_label="No project", label="Belongs to"
    )
    is_shared = forms.BooleanField(
        required=False, initial=True, label="Everyone may use it", help_text="Otherwise only its project may."
    )

    def offer_projects(self, user: User) -> None:
        """Offers the projects in which the user may make things."""
        projects = self.fields["home_project"]
        assert isinstance(projects, forms.ModelChoiceField)  # noqa: S101 - it is declared above
        projects.queryset = Project.objects.editable_by(user)

    def clean_tags(self) -> list[str]:
        return parse_tags(self.cleaned_data["tags"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if (
            not values.get("is_shared")
            and not values.get("home_project")
            and not self.has_error("home_project")
        ):
            self.add_error("home_project", "Choose the project to which it is kept, or let everyone use it.")
        return values

    def about(self) -> dict[str, Any]:
        """The checked values as `ingest` takes them."""
        values = self.cleaned_data
        names = ("title", "description", "tags", "is_shared")
        return {name: values[name] for name in names} | {"project": values["home_project"]}


class AssetForm(AboutForm, FilesForm):
    """A new asset."""

    kind = forms.ChoiceField(
        choices=Asset.Kind.choices,
        initial=Asset.Kind.CHARACTER,
        widget=forms.RadioSelect,
        help_text="A character is 1 to 5 pictures, with a voice recording if you like; "
        "the others are one file each.",
    )
    handle = forms.CharField(
        help_text="The name to write in prompts, such as Mara for @Mara.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    field_order = ("kind", "files", "handle", "title", "description", "tags", "home_project", "is_shared")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_projects(self.user)

    def clean_handle(self) -> str:
        name = self.cleaned_data["handle"].removeprefix("@")
        if not handles.is_handle(name):
            raise ValidationError(_not_a_handle(name))
        taken = Asset.objects.named(name).first()
        if taken:
            raise ValidationError(taken_message(name, taken, self.user))
        return name


class EditForm(AboutForm):
    """The text of an asset, with the revision from which it was edited."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_projects(user)

    def differences(self, current: Asset) -> list[tuple[str, str, str]]:
        """Label, what is saved now, what was typed here; only where the two differ."""
        now = about(current)
        rows = [
            (str(self[name].label), _shown(now[name]), _shown(self.cleaned_data[name]))
            for name in ("title", "description", "tags", "home_project", "is_shared")
        ]
        return [row for row in rows if row[1] != row[2]]

    def take_over(self, current: Asset) -> None:
        """Lets the next press of the button save this text over the one that was just shown."""
        self.data = {**self.data.dict(), self.add_prefix("revision"): str(current.revision)}  # type: ignore[attr-defined]


class VersionForm(FilesForm):
    """The files of the next version: those of the current one unless unticked, and new ones."""

    note = forms.CharField(required=False, max_length=200, help_text="What is new in this version?")
    field_order = ("files", "note")

    def __init__(self, *args: Any, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asset = asset

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.has_error("files"):
            self._check_files(self.asset.kind)
        if not self.has_error("files") and self.media_files == files_of(self.asset.current_version):
            self.add_error("files", "These are the files of the current version: add or leave out one.")
        return values


class FilterForm(forms.Form):
    """What the library's list is narrowed to. A filter that means nothing is passed over."""

    q = forms.CharField(required=False, max_length=200)
    kind = forms.ChoiceField(required=False, choices=[("", "All"), *Asset.Kind.choices])
    tag = forms.CharField(required=False, max_length=100)
    cursor = forms.CharField(required=False, max_length=20)

    def filters(self) -> dict[str, str]:
        """The filters that were understood, by name."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


def about(asset: Asset) -> dict[str, Any]:
    """An asset's text as the forms show it."""
    return {
        "title": asset.title,
        "description": asset.description,
        "tags": ", ".join(sorted(tag.name for tag in asset.tags.all())),
        "home_project": asset.home_project,
        "is_shared": asset.is_shared,
        "revision": asset.revision,
    }


def files_of(version: AssetVersion | None) -> list[MediaFile]:
    """A version's media files, pictures before the voice as they are numbered."""
    if version is None:
        return []
    return [use.media for use in version.files.select_related("media").order_by("position")]


def parse_tags(text: str) -> list[str]:
    """Tags from a text with commas: lower case, single blanks, each once, in order."""
    tags = list(dict.fromkeys(" ".join(part.split()).lower() for part in text.split(",") if part.strip()))
    if len(tags) > MAX_TAGS:
        raise ValidationError(f"At most {MAX_TAGS} tags; these are {len(tags)}.")
    for tag in tags:
        if len(tag) > MAX_TAG_LENGTH:
            raise ValidationError(
                f"The tag “{tag[:MAX_TAG_LENGTH]}…” is longer than {MAX_TAG_LENGTH} letters."
            )
    return tags


def taken_message(name: str, taken: Asset, user: User) -> str:
    """Who has the handle; title and owner only if the user may see that asset."""
    if not Asset.objects.visible_to(user).filter(pk=taken.pk).exists():
        return f"@{name} is taken. Choose another handle."
    owner = taken.created_by
    whose = "your" if owner == user else f"{owner.get_full_name() or owner.get_username()}'s"
    title = f" “{taken.title}”" if taken.title else ""
    return f"@{name} is taken: it is {whose} {taken.get_kind_display().lower()}{title}."


def _not_a_handle(name: str) -> str:
    suggestion = handles.suggest(name)
    return handles.RULE + (f" Perhaps {suggestion}?" if suggestion else "")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(sorted(value))
    return f"{value}" if value else "none"
