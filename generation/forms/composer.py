"""Forms read what was typed; whether it can be rendered is for `composition` to say, in one place."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import uuid4

from django import forms

from generation.composition import Problem, Settings
from generation.models import Job, Shot
from generation.skyreels import schemas

MODEL_LABELS: dict[StrEnum, str] = {schemas.Model.FAST: "Fast", schemas.Model.STD: "Standard"}


def _values(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, MODEL_LABELS.get(member, member.value)) for member in kind]


class ComposerForm(forms.Form):
    """A prompt and its settings. Rules of the provider are not repeated here: `add_problems` shows them."""

    prompt = forms.CharField(
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 7,
                "placeholder": "What is to be seen? Name assets by handle: @Mara walks along a neon street",
                "aria-describedby": "id_prompt_problems",
            }
        ),
        error_messages={"required": "Write what is to be seen."},
    )
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
    )
    prompt_optimizer = forms.BooleanField(label="Let the provider polish the prompt", required=False)
    shot = forms.CharField(
        max_length=Shot._meta.get_field("code").max_length,
        required=False,
        help_text="A code such as 020. A new code makes a new shot.",
        widget=forms.TextInput(attrs={"list": "shots", "autocomplete": "off"}),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    @classmethod
    def blank(cls, source: Job | None = None, *, by: Any = None, shot: str = "") -> "ComposerForm":
        """An empty form with a key of its own, or one filled in as an earlier job was. One's own draft goes on
        under its own key."""
        settings = Settings.of(source) if source else Settings()
        code = source.shot.code if source and source.shot else shot
        typed: dict[str, Any] = {"prompt": source.prompt if source else "", "shot": code, "form_key": uuid4()}
        if source and source.status == Job.Status.DRAFT and source.created_by == by:
            typed["form_key"] = source.form_key
        return cls(initial={**vars(settings), **typed})

    def settings(self) -> Settings:
        """What was chosen. For a form without errors, or one that was not sent yet."""
        values = self.cleaned_data if self.is_bound else self.initial
        return Settings(**{name: values[name] for name in Settings.__dataclass_fields__})

    def has_settings(self) -> bool:
        """Whether everything but the prompt can be read, so that a price can be given."""
        return not self.is_bound or not set(self.errors) & {*Settings.__dataclass_fields__}

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its field; what belongs to none is for the whole form."""
        for problem in problems:
            self.add_error(self.field_of(problem), problem.message)

    def field_of(self, problem: Problem) -> str | None:
        """The field beside which a problem is shown; a reference stands in the prompt."""
        if problem.param.startswith(("ref_images", "ref_videos")):
            return "prompt"
        return problem.param if problem.param in self.fields else None
