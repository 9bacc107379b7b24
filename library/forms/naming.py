"""What assets are called: the field for a handle, and the form that changes one."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from library import catalog, handles, ingest
from library.models import Asset

HANDLE_FIELD = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
SHOWN_PAIRS = 10


def checked_handle(text: str, user: User, *, own: Asset | None = None) -> str:
    """The handle without its `@`. Raises ValidationError for what is no handle and for one that is taken; the asset
    `own` may take back a name that it had before."""
    name = text.strip().removeprefix("@")
    if not handles.is_handle(name):
        raise ValidationError(_not_a_handle(name))
    taken = ingest.holder_of(name, besides=own)
    if taken:
        raise ValidationError(taken_message(name, taken, user))
    return name


class RenameForm(forms.Form):
    """Another handle for an asset, with the revision from which it was edited."""

    handle = forms.CharField(label="New handle", max_length=100, widget=forms.TextInput(attrs=HANDLE_FIELD))
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.asset = user, asset

    def clean_handle(self) -> str:
        name = checked_handle(self.cleaned_data["handle"], self.user, own=self.asset)
        if name == self.asset.handle:
            raise ValidationError("This is its handle already.")
        return name

    def take_over(self, current: Asset) -> None:
        """Lets the next press of the button rename the asset as it is saved now."""
        self.data = {**self.data.dict(), self.add_prefix("revision"): str(current.revision)}  # type: ignore[attr-defined]


def taken_message(name: str, taken: Asset, user: User) -> str:
    """Who has or had the handle; title and owner only if the user may see that asset."""
    if not Asset.objects.visible_to(user).filter(pk=taken.pk).exists():
        return f"@{name} is taken. Choose another handle."
    if handles.fold(taken.handle) != handles.fold(name):
        return f"@{name} is taken: it is an earlier name of {taken}, until that is released on its page."
    owner = taken.created_by
    whose = "your" if owner == user else f"{owner.get_full_name() or owner.get_username()}'s"
    title = f" “{taken.title}”" if taken.title else ""
    return f"@{name} is taken: it is {whose} {taken.get_kind_display().lower()}{title}."


def clash_notice(asset: Asset, user: User) -> str:
    """Handles of which one starts the other, for people; empty when there are none. They are not forbidden."""
    return clashes_told([asset], user)


def clashes_told(assets: Iterable[Asset], user: User) -> str:
    """The same for several assets, each pair once and no more than ten of them."""
    pairs = list(dict.fromkeys(pair for asset in assets for pair in _near(asset, user)))
    if not pairs:
        return ""
    shown = "; ".join(pairs[:SHOWN_PAIRS])
    more = f"; and {len(pairs) - SHOWN_PAIRS} more pairs" if len(pairs) > SHOWN_PAIRS else ""
    return f"Easily mixed up: {shown}{more}. Prompts tell them apart, people may not."


def _near(asset: Asset, user: User) -> list[str]:
    return [
        f"{min(asset, other, key=_length)} is the start of {max(asset, other, key=_length)}"
        for other in catalog.near_handles(user, asset.handle)
    ]


def _length(asset: Asset) -> int:
    return len(asset.handle)


def _not_a_handle(name: str) -> str:
    suggestion = ingest.free_suggestion(name)
    return handles.RULE + (f" Perhaps {suggestion}?" if suggestion else "")
