"""The composer's form: a prompt, its settings, who plays which part, and how many takes of it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from generation.composition import Brief, ClipUse, Keyframe, Problem, Roles, Settings
from generation.forms.handles import HandleField, HandlesField, PromptField
from generation.models import Shot
from generation.skyreels import schemas
from library.forms.text import VisibleCharField

MODEL_LABELS: dict[StrEnum, str] = {schemas.Model.FAST: "Fast", schemas.Model.STD: "Standard"}
CLIP_USES = [("reference", "Follow its motion"), ("extend", "Extend it")]
MOST_TAKES = 20
LONGEST_KEPT = 32_767  # seconds; the maximum of the database column
SEVERAL = ("takes", "models", "resolutions")
MID_ROWS = range(1, schemas.MAX_MID_FRAMES + 1)
# Where a problem of the request is shown: the first start that fits.
BESIDE = {
    "first_frame_image": "first_frame",
    "end_frame_image": "end_frame",
    "ref_videos.0.type": "clip",
    "ref_images": "prompt",
    "ref_videos": "prompt",
}


def _values(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, MODEL_LABELS.get(member, member.value)) for member in kind]


def _frame(label: str, name: str) -> HandleField:
    attrs = {"autocomplete": "off", "spellcheck": "false", "placeholder": "@handle of a picture"}
    return HandleField(
        label=label,
        required=False,
        widget=forms.TextInput(attrs={**attrs, "aria-describedby": f"id_{name}_problems"}),
    )


def _second(number: int) -> forms.IntegerField:
    attrs = {"min": 1, "max": schemas.MAX_DURATION - 1, "inputmode": "numeric", "placeholder": "any"}
    return forms.IntegerField(
        label="at second",
        required=False,
        widget=forms.NumberInput(attrs={**attrs, "aria-describedby": f"id_mid_{number}_problems"}),
        error_messages={"invalid": "Give the second as a whole number, or leave it empty for any time."},
    )


class ComposerForm(forms.Form):
    """What is asked for. Rules of the provider are not repeated here: `add_problems` shows them."""

    prompt = PromptField(
        widget=forms.Textarea(
            attrs={
                "rows": 5,
                "placeholder": "What is to be seen? Name assets by handle: @Mara walks along a neon street",
                "aria-describedby": "id_prompt_problems",
            }
        ),
        error_messages={"required": "Write what is to be seen."},
    )
    first_frame = _frame("First frame", "first_frame")
    mid_1, mid_1_at = _frame("Keyframe 1", "mid_1"), _second(1)
    mid_2, mid_2_at = _frame("Keyframe 2", "mid_2"), _second(2)
    mid_3, mid_3_at = _frame("Keyframe 3", "mid_3"), _second(3)
    mid_4, mid_4_at = _frame("Keyframe 4", "mid_4"), _second(4)
    mid_5, mid_5_at = _frame("Keyframe 5", "mid_5"), _second(5)
    mid_6, mid_6_at = _frame("Keyframe 6", "mid_6"), _second(6)
    end_frame = _frame("End frame", "end_frame")
    clip = forms.ChoiceField(
        label="The clip", choices=CLIP_USES, required=False, initial="reference", widget=forms.RadioSelect
    )
    voices = HandlesField(label="Own voices", required=False)
    model = forms.ChoiceField(choices=_values(schemas.Model), widget=forms.RadioSelect)
    resolution = forms.ChoiceField(choices=_values(schemas.Resolution), widget=forms.RadioSelect)
    aspect_ratio = forms.ChoiceField(
        label="Ratio", choices=_values(schemas.AspectRatio), widget=forms.RadioSelect
    )
    duration = forms.IntegerField(
        label="Seconds",
        widget=forms.NumberInput(
            attrs={
                "min": schemas.MIN_DURATION,
                "max": schemas.MAX_DURATION,
                "inputmode": "numeric",
                "aria-describedby": "id_duration_problems",
            }
        ),
        error_messages={
            "required": "Say how many seconds the take should last.",
            "invalid": "Give the seconds as a whole number.",
        },
        # The range that a draft can store; the composition checks which lengths can be rendered.
        validators=[MinValueValidator(0), MaxValueValidator(LONGEST_KEPT)],
    )
    prompt_optimizer = forms.BooleanField(label="Let the provider polish the prompt", required=False)
    shot = VisibleCharField(
        max_length=Shot._meta.get_field("code").max_length,
        required=False,
        help_text="A code such as 020. A new code makes a new shot.",
        widget=forms.TextInput(attrs={"list": "shots", "autocomplete": "off"}),
    )
    takes = forms.IntegerField(
        min_value=1,
        max_value=MOST_TAKES,
        required=False,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "aria-describedby": "id_takes_problems"}),
        error_messages={"invalid": "Give the number of takes as a whole number."},
    )
    models = forms.MultipleChoiceField(
        label="Also with",
        choices=_values(schemas.Model),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    resolutions = forms.MultipleChoiceField(
        label="Also in",
        choices=_values(schemas.Resolution),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    agreed = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    made_from = forms.UUIDField(required=False, widget=forms.HiddenInput)
    answers = forms.UUIDField(required=False, widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    @classmethod
    def of(
        cls, brief: Brief, *, form_key: UUID | None = None, made_from: UUID | None = None, **more: Any
    ) -> "ComposerForm":
        """A form filled in with what a brief asks for, under a key of its own unless one is given."""
        roles = brief.roles
        typed: dict[str, Any] = {
            "prompt": brief.prompt,
            "first_frame": _written(roles.first),
            "end_frame": _written(roles.end),
            "clip": roles.clip,
            "voices": list(roles.voices),
            "shot": brief.shot,
            "form_key": form_key or uuid4(),
            "made_from": made_from,
        }
        for row, mid in zip(MID_ROWS, roles.mids, strict=False):
            typed[f"mid_{row}"] = _written(mid.handle)
            typed[f"mid_{row}_at"] = None if mid.at == schemas.UNSPECIFIED_TIME else mid.at
        return cls(initial={**vars(brief.settings), **typed, **more})

    @property
    def several(self) -> dict[str, Any]:
        """How many takes, and of what beside the one model and resolution; what cannot be read is passed over. A draft
        has no place for it, so the page's address tells it."""
        found = {name: self.cleaned_data.get(name) for name in SEVERAL}
        return {name: value for name, value in found.items() if value and value != 1}

    def clean(self) -> dict[str, Any]:
        """A second without its picture says so; it would be lost otherwise."""
        values = self.cleaned_data
        for row in MID_ROWS:
            if values.get(f"mid_{row}_at") is not None and not values.get(f"mid_{row}"):
                self.add_error(f"mid_{row}", "Name the picture of this keyframe, or clear its second.")
        return values

    def brief(self) -> Brief:
        """What is asked for, as far as it can be read: a setting that cannot be read is as at the start."""
        values = self._values
        known = Settings()
        chosen = {name: values.get(name, getattr(known, name)) for name in Settings.__dataclass_fields__}
        return Brief(self.prompt_typed, Settings(**chosen), self.roles(), (values.get("shot") or "").strip())

    def roles(self) -> Roles:
        """Who plays which part; handles without the `@`."""
        values = self._values
        return Roles(
            first=_name(values.get("first_frame")),
            mids=tuple(self._mid(row) for row in self.mid_rows),
            end=_name(values.get("end_frame")),
            clip=cast(ClipUse, values.get("clip") or "reference"),
            voices=tuple(_name(name) for name in values.get("voices") or ()),
        )

    @property
    def mid_rows(self) -> list[int]:
        """The numbers of the rows that hold a keyframe, in order: the request's elements."""
        return [row for row in MID_ROWS if _name(self._values.get(f"mid_{row}"))]

    @property
    def prompt_typed(self) -> str:
        """The prompt even when it is refused, as it can be kept."""
        field = cast(PromptField, self.fields["prompt"])
        return field.kept(self["prompt"].value())

    def has_settings(self) -> bool:
        """Whether everything but the prompt can be read, so that a price can be given."""
        return not self.is_bound or not set(self.errors) & {*Settings.__dataclass_fields__}

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its field; what belongs to none is for the whole form."""
        for problem in problems:
            self.add_error(self.field_of(problem), problem.message)

    def field_of(self, problem: Problem) -> str | None:
        """The field beside which a problem is shown; a reference stands in the prompt."""
        if problem.param.endswith(".audio_url"):
            return "voices"
        if problem.param.startswith("mid_frame_images"):
            return self._field_of_mid(problem.param)
        if start := next((start for start in BESIDE if problem.param.startswith(start)), None):
            return BESIDE[start]
        return problem.param if problem.param in self.fields else None

    @property
    def _values(self) -> Mapping[str, Any]:
        """What was typed as far as it can be read. For a form that was asked whether it is valid, or not sent yet."""
        return self.cleaned_data if self.is_bound else self.initial

    def _mid(self, row: int) -> Keyframe:
        at = self._values.get(f"mid_{row}_at")
        return Keyframe(_name(self._values[f"mid_{row}"]), schemas.UNSPECIFIED_TIME if at is None else at)

    def _field_of_mid(self, param: str) -> str:
        """`mid_frame_images.1.tag` is shown beside the second row that holds a keyframe."""
        place = param.split(".")[1] if "." in param else "0"
        rows = self.mid_rows
        return f"mid_{rows[int(place)]}" if place.isdigit() and int(place) < len(rows) else "mid_1"


def _name(typed: Any) -> str:
    return str(typed or "").strip().removeprefix("@")


def _written(name: str) -> str:
    return f"@{name}" if name else ""
