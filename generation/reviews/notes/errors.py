"""Errors of changes to notes, with messages for users."""

from django.utils.translation import gettext as _

from generation.models import Note


class CannotSaveNote(Exception):
    """Nothing was written. The message is for users; `field` names the form field to correct, if any."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class StaleNote(CannotSaveNote):
    """The note was changed since it was read, by another user or in another window; `note` is the current version."""

    def __init__(self, note: Note) -> None:
        message = _("This note was changed since you opened it. Nothing was saved. Both versions are shown.")
        super().__init__(message, "text")
        self.note = note


def note_deleted() -> CannotSaveNote:
    """Return the error for a note that was deleted since the page was loaded."""
    return CannotSaveNote(_("This note was deleted in the meantime."))
