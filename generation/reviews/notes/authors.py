"""Names of the authors of notes and verdicts."""

from django.utils.translation import gettext as _


def display_name(*names: object) -> str:
    """Return the first name that is set; an author whose account was deleted is a former member."""
    return next((str(name) for name in names if name), "") or _("Former member")
