"""The composer's form: a prompt, its settings, the roles of assets, and the number of takes."""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from generation.composition import ClipUse, Keyframe, Problem, Roles, Settings, TakeRequest, message_of
from generation.composition.take_settings import MODEL_LABELS, SETTING_NAMES
from generation.forms.handles import HandleField, HandlesField, PromptField
from generation.forms.take_settings import TakeSettingsForm
from generation.models import Shot
from generation.skyreels import schemas
from library.forms.text import VisibleCharField

CLIP_USES = [("reference", _("Follow its motion")), ("extend", _("Extend it"))]
MAX_TAKES = 20
# Options of a batch, for which a draft has no columns.
BATCH_FIELDS = ("takes", "models", "resolutions")
MID_ROWS = range(1, schemas.MAX_MID_FRAMES + 1)
# The form field that shows a problem, by the first prefix of the problem's path that matches.
FIELD_OF_PATH = {
    "first_frame_image": "first_frame",
    "end_frame_image": "end_frame",
    "ref_videos.0.type": "clip",
    "ref_images": "prompt",
    "ref_videos": "prompt",
}
# Settings that the page shows in a particular place; others are listed below them.
PLACED_SETTINGS = ("model", "resolution", "aspect_ratio", "duration", "prompt_optimizer")
SHOWN_WITH_PROBLEMS = ("prompt", "duration", "takes")


def _frame(label: Any, name: str) -> HandleField:
    attrs = {"autocomplete": "off", "spellcheck": "false", "placeholder": _("@handle of an image")}
    return HandleField(
        label=label,
        required=False,
        widget=forms.TextInput(attrs={**attrs, "aria-describedby": f"id_{name}_problems"}),
    )


def _keyframe(number: int) -> HandleField:
    return _frame(_keyframe_label(number), f"mid_{number}")


def _label_of_keyframe(number: int) -> str:
    return gettext("Keyframe %(number)s") % {"number": number}


_keyframe_label = lazy(_label_of_keyframe, str)


def _second(number: int) -> forms.IntegerField:
    attrs = {"min": 1, "max": schemas.MAX_DURATION - 1, "inputmode": "numeric", "placeholder": _("any")}
    return forms.IntegerField(
        label=_("at second"),
        required=False,
        widget=forms.NumberInput(attrs={**attrs, "aria-describedby": f"id_mid_{number}_problems"}),
        error_messages={"invalid": _("Enter the second as a whole number, or leave it empty for any time.")},
    )


class ComposerForm(TakeSettingsForm):
    """Everything that can be entered in the composer. The provider's rules are not repeated here: `add_problems` shows
    the problems that the composition finds."""

    accepts_any_length = True

    prompt = PromptField(
        widget=forms.Textarea(
            attrs={
                "rows": 5,
                "placeholder": _("Describe the shot. Name assets by handle: @Mara walks along a neon street"),
            }
        ),
        error_messages={"required": _("Describe the shot.")},
    )
    first_frame = _frame(_("First frame"), "first_frame")
    mid_1, mid_1_at = _keyframe(1), _second(1)
    mid_2, mid_2_at = _keyframe(2), _second(2)
    mid_3, mid_3_at = _keyframe(3), _second(3)
    mid_4, mid_4_at = _keyframe(4), _second(4)
    mid_5, mid_5_at = _keyframe(5), _second(5)
    mid_6, mid_6_at = _keyframe(6), _second(6)
    end_frame = _frame(_("End frame"), "end_frame")
    clip = forms.ChoiceField(
        label=_("Video"), choices=CLIP_USES, required=False, initial="reference", widget=forms.RadioSelect
    )
    voices = HandlesField(label=_("Lip-sync to their voice"), required=False)
    shot = VisibleCharField(
        max_length=Shot._meta.get_field("code").max_length,
        required=False,
        help_text=_("A code such as 020. A new code creates a shot."),
        widget=forms.TextInput(attrs={"list": "shots", "autocomplete": "off"}),
    )
    takes = forms.IntegerField(
        min_value=1,
        max_value=MAX_TAKES,
        required=False,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("Enter the number of takes as a whole number.")},
    )
    models = forms.MultipleChoiceField(
        label=_("Other models"),
        choices=list(MODEL_LABELS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    resolutions = forms.MultipleChoiceField(
        label=_("Other resolutions"),
        choices=[(one.value, one.value) for one in schemas.Resolution],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    agreed = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    made_from = forms.UUIDField(required=False, widget=forms.HiddenInput)
    answers = forms.UUIDField(required=False, widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in SHOWN_WITH_PROBLEMS:
            self.fields[name].widget.attrs["aria-describedby"] = f"id_{name}_problems"

    @classmethod
    def of(
        cls,
        take_request: TakeRequest,
        *,
        form_key: UUID | None = None,
        made_from: UUID | None = None,
        **more: Any,
    ) -> "ComposerForm":
        """Return a form filled in with a take request, with a new key unless one is given."""
        roles = take_request.roles
        initial: dict[str, Any] = {
            "prompt": take_request.prompt,
            "first_frame": _with_at(roles.first),
            "end_frame": _with_at(roles.end),
            "clip": roles.clip,
            "voices": list(roles.voices),
            "shot": take_request.shot,
            "form_key": form_key or uuid4(),
            "made_from": made_from,
        }
        for row, mid in zip(MID_ROWS, roles.mids, strict=False):
            initial[f"mid_{row}"] = _with_at(mid.handle)
            initial[f"mid_{row}_at"] = None if mid.at == schemas.UNSPECIFIED_TIME else mid.at
        return cls(initial={**vars(take_request.settings), **initial, **more})

    @property
    def batch_options(self) -> dict[str, Any]:
        """The options of a batch that differ from a single take, without invalid ones. They are kept in the URL of a
        draft, which has no columns for them."""
        found = {name: self.cleaned_data.get(name) for name in BATCH_FIELDS}
        return {name: value for name, value in found.items() if value and value != 1}

    def clean(self) -> dict[str, Any]:
        """Report seconds without an image, which would be lost otherwise."""
        values = self.cleaned_data
        for row in MID_ROWS:
            if values.get(f"mid_{row}_at") is not None and not values.get(f"mid_{row}"):
                self.add_error(f"mid_{row}", _("Choose an image for this keyframe, or clear its second."))
        return values

    def take_request(self) -> TakeRequest:
        """Return what is requested. Invalid settings are replaced by their defaults."""
        values, defaults = self._values, Settings()
        chosen = {name: values.get(name, getattr(defaults, name)) for name in SETTING_NAMES}
        shot = (values.get("shot") or "").strip()
        return TakeRequest(self.prompt_typed, Settings(**chosen), self.roles(), shot)

    def roles(self) -> Roles:
        """Return the roles; handles without the `@`."""
        values = self._values
        return Roles(
            first=_bare(values.get("first_frame")),
            mids=tuple(self._mid(row) for row in self.mid_rows),
            end=_bare(values.get("end_frame")),
            clip=cast(ClipUse, values.get("clip") or "reference"),
            voices=tuple(_bare(name) for name in values.get("voices") or ()),
        )

    @property
    def mid_rows(self) -> list[int]:
        """The numbers of the rows with a keyframe, in the order of the request's elements."""
        return [row for row in MID_ROWS if _bare(self._values.get(f"mid_{row}"))]

    @property
    def prompt_typed(self) -> str:
        """The prompt, also when it is invalid, in a form that can be stored."""
        field = cast(PromptField, self.fields["prompt"])
        return field.storable(self["prompt"].value())

    def has_settings(self) -> bool:
        """Return whether all settings are valid, so that a price can be shown."""
        return not self.is_bound or not set(self.errors) & {*SETTING_NAMES}

    @property
    def other_settings(self) -> list[forms.BoundField]:
        """The settings for which the page has no particular place."""
        return [self[name] for name in SETTING_NAMES if name not in PLACED_SETTINGS]

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Add each problem to its field; problems without one apply to the whole form."""
        for problem in problems:
            self.add_error(self.field_of(problem), message_of(problem))

    def field_of(self, problem: Problem) -> str | None:
        """Return the form field that shows a problem; references belong to the prompt."""
        path = problem.field
        if path.endswith(".audio_url"):
            return "voices"
        if path.startswith("mid_frame_images"):
            return self._mid_field_of(path)
        if prefix := next((prefix for prefix in FIELD_OF_PATH if path.startswith(prefix)), None):
            return FIELD_OF_PATH[prefix]
        return path if path in self.fields else None

    @property
    def _values(self) -> Mapping[str, Any]:
        """The valid values of a form that has been validated, or the initial ones of an unbound form."""
        return self.cleaned_data if self.is_bound else self.initial

    def _mid(self, row: int) -> Keyframe:
        at = self._values.get(f"mid_{row}_at")
        return Keyframe(_bare(self._values[f"mid_{row}"]), schemas.UNSPECIFIED_TIME if at is None else at)

    def _mid_field_of(self, path: str) -> str:
        """Return the row of a keyframe: `mid_frame_images.1.tag` belongs to the second row that has one."""
        index = path.split(".")[1] if "." in path else "0"
        rows = self.mid_rows
        return f"mid_{rows[int(index)]}" if index.isdigit() and int(index) < len(rows) else "mid_1"


def _bare(typed: Any) -> str:
    return str(typed or "").strip().removeprefix("@")


def _with_at(name: str) -> str:
    return f"@{name}" if name else ""
