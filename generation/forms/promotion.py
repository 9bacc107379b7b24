"""A take, or a frame of it, on its way into the library."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from generation import promotion
from generation.models import Take
from library.forms import parse_tags
from library.forms.naming import HANDLE_FIELD, validate_handle
from library.forms.text import VisibleCharField

CLIP, FRAME = "clip", "frame"


class PromoteForm(forms.Form):
    """What is to be kept of a take, and what it is called."""

    what = forms.ChoiceField(
        choices=[(CLIP, "The whole clip"), (FRAME, "One frame")], initial=CLIP, widget=forms.RadioSelect
    )
    at = forms.FloatField(
        label="Second of the frame",
        required=False,
        widget=forms.NumberInput(attrs={"step": "any", "min": 0, "inputmode": "decimal"}),
    )
    handle = forms.CharField(
        max_length=100,
        help_text="The name to write in prompts, such as Mara for @Mara.",
        widget=forms.TextInput(attrs=HANDLE_FIELD),
    )
    title = VisibleCharField(required=False, max_length=120)
    tags = forms.CharField(required=False, max_length=1000, help_text="Separated by commas.")
    is_shared = forms.BooleanField(
        required=False, label="Everyone may use it", help_text="Otherwise only its project may."
    )

    def __init__(self, data: Any = None, *, user: User, take: Take, second: float | None = None) -> None:
        start = {
            "what": CLIP if second is None else FRAME,
            "at": second or 0,
            "handle": promotion.suggest_handle(take, second),
            "title": promotion.title_of(take, second),
        }
        super().__init__(data, initial=start)
        self.user, self.take = user, take
        self.fields["at"].widget.attrs["max"] = take.end

    def clean_handle(self) -> str:
        return validate_handle(self.cleaned_data["handle"], self.user)

    def clean_tags(self) -> list[str]:
        return parse_tags(self.cleaned_data["tags"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("what") == FRAME and values.get("at") is None and not self.has_error("at"):
            self.add_error("at", "Say at which second the frame is.")
        return values

    def asked(self) -> dict[str, Any]:
        """The checked values as `promotion.promote` takes them."""
        values = self.cleaned_data
        at = values["at"] if values["what"] == FRAME else None
        return {name: values[name] for name in ("handle", "title", "tags", "is_shared")} | {"at": at}
