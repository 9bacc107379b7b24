"""The form field for handles, the rename form, and messages about handles."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from library import catalog, handles, ingest
from library.models import Asset

HANDLE_FIELD = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
HANDLE_RULE = gettext_lazy(
    "A handle starts with a letter and has 2 to 32 letters, digits, underscores or hyphens, without spaces."
)
MAX_LISTED_PAIRS = 10


def validate_handle(text: str, user: User, *, own: Asset | None = None) -> str:
    """Return the handle without its `@`. Raise ValidationError for an invalid handle and for one that is taken; the
    asset `own` may reuse its former handles."""
    name = text.strip().removeprefix("@")
    if not handles.is_handle(name):
        raise ValidationError(_invalid_text(name))
    holder = ingest.holder_of(name, besides=own)
    if holder:
        raise ValidationError(taken_message(name, holder, user))
    return name


class RenameForm(forms.Form):
    """A new handle for an asset, with the revision from which it was edited."""

    handle = forms.CharField(
        label=gettext_lazy("New handle"), max_length=100, widget=forms.TextInput(attrs=HANDLE_FIELD)
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, asset: Asset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.asset = user, asset

    def clean_handle(self) -> str:
        name = validate_handle(self.cleaned_data["handle"], self.user, own=self.asset)
        if name == self.asset.handle:
            raise ValidationError(_("This is already its handle."))
        return name

    def rebase_on(self, current: Asset) -> None:
        """Make the next submission rename the current revision, which the page has shown."""
        self.data = {**self.data.dict(), self.add_prefix("revision"): str(current.revision)}  # type: ignore[attr-defined]


def taken_message(name: str, holder: Asset, user: User) -> str:
    """Return which asset has or had the handle; its title and owner only if the user may see it."""
    if not Asset.objects.visible_to(user).filter(pk=holder.pk).exists():
        return _("@%(name)s is taken. Choose another handle.") % {"name": name}
    if handles.fold(holder.handle) != handles.fold(name):
        former = _("@%(name)s is a former handle of %(asset)s. Release it on the page of that asset first.")
        return former % {"name": name, "asset": holder}
    values = {"name": name, "title": holder.title or holder.get_kind_display()}
    if holder.created_by == user:
        return _("@%(name)s is taken by your asset “%(title)s”.") % values
    owner = holder.created_by.get_full_name() or holder.created_by.get_username()
    return _("@%(name)s is taken by “%(title)s”, which %(owner)s added.") % {**values, "owner": owner}


def similar_handles_warning(assets: Iterable[Asset], user: User) -> str:
    """Return a warning about handles of which one is a prefix of another, each pair once; empty if there are none."""
    pairs = list(dict.fromkeys(pair for asset in assets for pair in _prefix_pairs(asset, user)))
    if not pairs:
        return ""
    listed = "; ".join(pairs[:MAX_LISTED_PAIRS])
    more = len(pairs) - MAX_LISTED_PAIRS
    if more <= 0:
        return _("These handles are easy to confuse: %(pairs)s.") % {"pairs": listed}
    warning = ngettext(
        "These handles are easy to confuse: %(pairs)s; and %(count)d more pair.",
        "These handles are easy to confuse: %(pairs)s; and %(count)d more pairs.",
        more,
    )
    return warning % {"pairs": listed, "count": more}


def suggestion_text(handle: str) -> str:
    """Return a suggestion for the error message of a handle field."""
    return _("Suggestion: %(handle)s") % {"handle": handle}


def _prefix_pairs(asset: Asset, user: User) -> list[str]:
    return [
        _("%(shorter)s and %(longer)s")
        % {"shorter": min(asset, other, key=_length), "longer": max(asset, other, key=_length)}
        for other in catalog.prefix_handles(user, asset.handle)
    ]


def _length(asset: Asset) -> int:
    return len(asset.handle)


def _invalid_text(name: str) -> str:
    suggestion = ingest.free_suggestion(name)
    return f"{HANDLE_RULE} {suggestion_text(suggestion)}" if suggestion else str(HANDLE_RULE)
