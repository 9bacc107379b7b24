"""Fields that hold handles, and the text in which they stand."""

from typing import Any

from django import forms

from generation.composition.take_request import LONGEST_PROMPT


class PromptField(forms.CharField):
    """A text kept as typed, blanks at its ends too; line ends are those of the database, not of the browser."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, max_length=LONGEST_PROMPT, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")

    def kept(self, value: Any) -> str:
        """Return the text without characters that databases cannot store, cut to the maximum length."""
        return self.to_python(value or "").replace("\0", "")[:LONGEST_PROMPT]


class HandleField(forms.CharField):
    """One handle, typed with or without its `@`; cleaned it has none. Whether there is such an asset is not asked."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).removeprefix("@")


class HandlesField(forms.MultipleChoiceField):
    """Several handles, ticked; what can be ticked is for the page to offer."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        return "\0" not in value
