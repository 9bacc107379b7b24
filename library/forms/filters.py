"""The filters and the order of the library's list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from library.catalog import Sort
from library.models import Asset
from library.usability import Use
from library.usability_text import USE_NAMES

USES = [(str(use.name).lower(), USE_NAMES[use]) for use in Use]
CURSOR_LENGTH = 300


class FilterForm(forms.Form):
    """The query parameters of the list. Invalid filters are ignored."""

    q = forms.CharField(required=False, max_length=200)
    kind = forms.ChoiceField(required=False, choices=[("", _("All")), *Asset.Kind.choices])
    tag = forms.CharField(required=False, max_length=100)
    project = forms.SlugField(required=False, max_length=60)
    owner = forms.CharField(required=False, max_length=150)
    usable = forms.ChoiceField(required=False, choices=[("", _("Any use")), *USES])
    archived = forms.ChoiceField(required=False, choices=[("", _("Active")), ("only", _("Archived"))])
    favourite = forms.ChoiceField(required=False, choices=[("", _("All")), ("on", _("Favourites"))])
    collection = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    sort = forms.ChoiceField(required=False, choices=Sort.choices)
    cursor = forms.CharField(required=False, max_length=CURSOR_LENGTH)

    def filters(self) -> dict[str, Any]:
        """Return the valid filters by name; empty strings for those that are not set."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        return found | {"sort": found["sort"] or Sort.NEWEST.value}


def usable_bits(name: str) -> Use:
    """Return the bit of a use by its name in the form; no bit for an empty name."""
    return Use[name.upper()] if name else Use(0)
