"""The form that saves a take, or one of its frames, to the library."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from generation import promotion
from generation.models import Take
from library.forms import parse_tags
from library.forms.naming import HANDLE_FIELD, validate_handle
from library.forms.text import VisibleCharField

CLIP, FRAME = "clip", "frame"


class PromoteForm(forms.Form):
    """The choice of the video or a frame, and the details of the new asset."""

    what = forms.ChoiceField(
        choices=[(CLIP, _("Whole video")), (FRAME, _("One frame"))], initial=CLIP, widget=forms.RadioSelect
    )
    at = forms.FloatField(
        label=_("At second"),
        required=False,
        widget=forms.NumberInput(attrs={"step": "any", "min": 0, "inputmode": "decimal"}),
    )
    handle = forms.CharField(
        max_length=100,
        help_text=_("The name to write in prompts, such as Mara for @Mara."),
        widget=forms.TextInput(attrs=HANDLE_FIELD),
    )
    title = VisibleCharField(required=False, max_length=120)
    tags = forms.CharField(required=False, max_length=1000, help_text=_("Separated by commas."))
    is_shared = forms.BooleanField(
        required=False,
        label=_("Share with all projects"),
        help_text=_("Otherwise only this project can use it."),
    )

    def __init__(self, data: Any = None, *, user: User, take: Take, second: float | None = None) -> None:
        initial = {
            "what": CLIP if second is None else FRAME,
            "at": second or 0,
            "handle": promotion.suggest_handle(take, second),
            "title": promotion.title_of(take, second),
        }
        super().__init__(data, initial=initial)
        self.user, self.take = user, take
        self.fields["at"].widget.attrs["max"] = take.end

    def clean_handle(self) -> str:
        return validate_handle(self.cleaned_data["handle"], self.user)

    def clean_tags(self) -> list[str]:
        return parse_tags(self.cleaned_data["tags"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("what") == FRAME and values.get("at") is None and not self.has_error("at"):
            self.add_error("at", _("Enter the second of the frame."))
        return values

    def promotion_args(self) -> dict[str, Any]:
        """Return the arguments of `promotion.promote`."""
        values = self.cleaned_data
        at = values["at"] if values["what"] == FRAME else None
        return {name: values[name] for name in ("handle", "title", "tags", "is_shared")} | {"at": at}
