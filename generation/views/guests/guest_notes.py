"""Guests' notes on a take: the threads that a guest may read, and saving a note or a reply."""

from typing import Any

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from generation.forms.guests import GuestNoteForm
from generation.models import Note, Take
from generation.reviews import timecode
from generation.reviews.notes import notes
from generation.reviews.sharing import guests
from generation.views.guests.guest_access import Visit
from generation.views.guests.guest_limits import NOTES
from library.client_address import Client

MAX_THREADS = 200


def notes_context(visit: Visit, take: Take, form: GuestNoteForm) -> dict[str, Any]:
    """Return the context of the notes panel."""
    threads = _threads(visit, take)
    return {
        "threads": threads,
        "max_threads": MAX_THREADS,
        "form": form,
        "replied_to": _replied_to(form, threads),
    }


def save(form: GuestNoteForm, visit: Visit, take: Take, client: Client) -> Note | None:
    """Return the new note, or None if the form has errors. Raise TooManyAttempts."""
    NOTES.spend(visit.link, client, visit.guest)
    note = _write(form, visit, take)
    if note is None:
        NOTES.give_back(visit.link, client, visit.guest)
    return note


def _threads(visit: Visit, take: Take) -> list[Note]:
    """Return the latest threads of guests, oldest first, with replies by the team and by guests of this link."""
    if not visit.link.allows_notes:
        return []
    visible = Note.objects.filter(Q(guest=None) | Q(guest__link=visit.link), deleted_at=None)
    replies = visible.select_related("author", "guest").order_by("pk")
    found = guests.notes_of(visit.link, take).select_related("guest").order_by("-pk")
    latest = found.prefetch_related(Prefetch("replies", replies, to_attr="visible_replies"))[:MAX_THREADS]
    return list(reversed(latest))


def _replied_to(form: GuestNoteForm, threads: list[Note]) -> Note | None:
    """Return the note to which the form replies, if it is one of these threads."""
    return next((note for note in threads if str(note.uuid) == form.data.get("parent")), None)


def _write(form: GuestNoteForm, visit: Visit, take: Take) -> Note | None:
    parent = _replied_to(form, _threads(visit, take))
    if form.data.get("parent") and parent is None:
        form.add_error(None, _("The note you replied to was deleted. Your text is kept here."))
        return None
    try:
        typed = form.cleaned_data["at"]
        frame = timecode.to_frame(typed, take.fps) if typed and parent is None else None
        return notes.write(
            take, text=form.cleaned_data["text"], guest=visit.guest, frame=frame, parent=parent
        )
    except ValueError as refusal:
        form.add_error("at", str(refusal))
    except notes.CannotSaveNote as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return None
