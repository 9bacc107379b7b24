"""Fields for handles, and for the prompts that contain them."""

from typing import Any

from django import forms

from generation.composition.take_request import MAX_PROMPT_LENGTH


class PromptField(forms.CharField):
    """Text kept as typed, with surrounding blanks; line endings are the database's, not the browser's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, max_length=MAX_PROMPT_LENGTH, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")

    def storable(self, value: Any) -> str:
        """Return the text without characters that databases cannot store, cut to the maximum length."""
        return self.to_python(value or "").replace("\0", "")[:MAX_PROMPT_LENGTH]


class HandleField(forms.CharField):
    """One handle, typed with or without its `@`; the cleaned value has none. It need not exist."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).removeprefix("@")


class HandlesField(forms.MultipleChoiceField):
    """Several handles as checkboxes; the page offers the choices."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        return "\0" not in value
