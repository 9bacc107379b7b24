"""The form of a table of shots: the table itself, pasted or as a file, and what its missing cells mean."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile

from generation.composition import Settings
from generation.composition.shot_table import Table, decoded, read_table
from generation.composition.table_parsing import MAX_TAKES
from generation.forms.composer import MODEL_LABELS
from generation.skyreels import schemas

MAX_FILE_BYTES = 2_000_000
EXAMPLE = (
    "shot\tprompt\tseconds\n010\t@Mara walks along the quay at dusk\t5\n020\tRain on the pier, {dawn|noon}\t8"
)
SETTINGS = ("model", "resolution", "duration", "aspect_ratio", "prompt_optimizer")


class ShotTableForm(forms.Form):
    """A table, its defaults, the rows that are left out, and what was agreed to."""

    table = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 10,
                "placeholder": EXAMPLE,
                "spellcheck": "false",
                "aria-describedby": "id_table_error",
            }
        ),
    )
    file = forms.FileField(
        required=False,
        label="Or a file",
        help_text="CSV, with commas, semicolons or tabs. It takes the place of what is pasted.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )
    model = forms.ChoiceField(
        choices=[(one.value, MODEL_LABELS[one]) for one in schemas.Model],
        initial=schemas.Model.FAST.value,
        widget=forms.RadioSelect,
    )
    resolution = forms.ChoiceField(
        choices=[(one.value, one.value) for one in schemas.Resolution],
        initial=schemas.Resolution.P480.value,
        widget=forms.RadioSelect,
    )
    aspect_ratio = forms.ChoiceField(
        label="Ratio",
        choices=[(one.value, one.value) for one in schemas.AspectRatio],
        initial=schemas.AspectRatio.WIDE.value,
        widget=forms.RadioSelect,
    )
    duration = forms.IntegerField(
        label="Seconds",
        min_value=schemas.MIN_DURATION,
        max_value=schemas.MAX_DURATION,
        initial=Settings.duration,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    takes = forms.IntegerField(
        label="Takes of each row",
        min_value=1,
        max_value=MAX_TAKES,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    prompt_optimizer = forms.BooleanField(
        label="Let the provider polish the prompts", required=False, initial=True
    )
    agreed = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        rows = data.getlist("out") if data else []
        self.left_out = {
            int(row) for row in rows[:1000] if row.isascii() and row.isdecimal() and len(row) < 5
        }

    def clean_file(self) -> str:
        """The text of the file, which becomes the table."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return ""
        if (file.size or 0) > MAX_FILE_BYTES:
            raise forms.ValidationError(
                f"{file.name} has {(file.size or 0) / 1e6:.1f} MB; a table may have {MAX_FILE_BYTES // 10**6} MB."
            )
        try:
            return decoded(file.read())
        except ValueError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def text(self) -> str:
        """The table: of the file if there is one, else as pasted."""
        return str(self.cleaned_data.get("file") or self.cleaned_data.get("table") or "")

    def read(self) -> Table:
        """The rows; none, with a sentence beside the field, when it is no table. For a valid form."""
        values = self.cleaned_data
        defaults = Settings(**{name: values[name] for name in SETTINGS})
        try:
            return read_table(self.text(), defaults=defaults, takes=values["takes"])
        except ValueError as refusal:
            self.add_error("table", str(refusal))
            return Table()

    def shown_again(self, agreed: str) -> None:
        """Shows the text that was read, and lets the next press of the button agree to this total."""
        self.data = {**self.data.dict(), "table": self.text(), "agreed": agreed}  # type: ignore[attr-defined]
