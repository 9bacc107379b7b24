"""What the library's list is narrowed to and sorted by, and what is done with what was chosen there."""

from typing import Any

from django import forms

from library.catalog import Sort
from library.models import Asset
from library.usability import NAMES, Use

USABLE = [(str(use.name).lower(), NAMES[use]) for use in Use]
CURSOR_LENGTH = 300


class FilterForm(forms.Form):
    """A filter that means nothing is passed over."""

    q = forms.CharField(required=False, max_length=200)
    kind = forms.ChoiceField(required=False, choices=[("", "All"), *Asset.Kind.choices])
    tag = forms.CharField(required=False, max_length=100)
    project = forms.SlugField(required=False, max_length=60)
    owner = forms.CharField(required=False, max_length=150)
    usable = forms.ChoiceField(required=False, choices=[("", "Anything"), *USABLE])
    archived = forms.ChoiceField(required=False, choices=[("", "In use"), ("only", "Archived")])
    favourite = forms.ChoiceField(required=False, choices=[("", "All"), ("on", "Favourites")])
    collection = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    sort = forms.ChoiceField(required=False, choices=Sort.choices)
    cursor = forms.CharField(required=False, max_length=CURSOR_LENGTH)

    def filters(self) -> dict[str, Any]:
        """The filters that were understood, by name; empty where nothing is asked."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        return found | {"sort": found["sort"] or Sort.NEWEST.value}


def usable_bits(name: str) -> Use:
    """The bit of a use by the name that the form gives it; none for the empty name."""
    return Use[name.upper()] if name else Use(0)
