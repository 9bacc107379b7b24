"""The form of a shot list: the pasted or uploaded table, and defaults for its missing cells."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from generation.composition import Settings
from generation.composition.shot_table import MAX_ROWS, Table, decode_file, read_table
from generation.composition.table_parsing import MAX_TAKES
from generation.composition.take_settings import SETTING_NAMES
from generation.forms.take_settings import TakeSettingsForm

MAX_FILE_BYTES = 2_000_000
EXAMPLE = (
    "shot\tprompt\tseconds\n010\t@Mara walks along the quay at dusk\t5\n020\tRain on the pier, {dawn|noon}\t8"
)


class ShotTableForm(TakeSettingsForm):
    """A table, its defaults, the rows to skip, and the total that the user has confirmed."""

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
        label=_("Or a file"),
        help_text=_("CSV with commas, semicolons or tabs. It replaces the pasted table."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )
    takes = forms.IntegerField(
        label=_("Takes per row"),
        min_value=1,
        max_value=MAX_TAKES,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    agreed = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        rows = data.getlist("out")[: 5 * MAX_ROWS] if data else []
        self.skipped_rows = {int(row) for row in rows if row.isascii() and row.isdecimal() and len(row) < 5}

    def clean_file(self) -> str:
        """Return the text of the file, which replaces the table."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return ""
        size = file.size or 0
        if size > MAX_FILE_BYTES:
            message = _("%(name)s has %(size)s MB; the maximum is %(limit)s MB.")
            limit = MAX_FILE_BYTES // 10**6
            raise forms.ValidationError(
                message, params={"name": file.name, "size": f"{size / 1e6:.1f}", "limit": limit}
            )
        try:
            return decode_file(file.read())
        except ValueError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def text(self) -> str:
        """Return the table: of the file if there is one, else as pasted."""
        return str(self.cleaned_data.get("file") or self.cleaned_data.get("table") or "")

    def read(self) -> Table:
        """Return the rows; none, with an error on the field, if the text is not a table. The form must be valid."""
        values = self.cleaned_data
        defaults = Settings(**{name: values[name] for name in SETTING_NAMES})
        try:
            return read_table(self.text(), defaults=defaults, takes=values["takes"])
        except ValueError as refusal:
            self.add_error("table", str(refusal))
            return Table()

    def redisplay(self, agreed: str) -> None:
        """Show the text that was read, with `agreed` as the total that the next submit confirms."""
        self.data = {**self.data.dict(), "table": self.text(), "agreed": agreed}  # type: ignore[attr-defined]
