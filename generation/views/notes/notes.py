"""Notes beside the player: list, write, reply, edit, delete, resolve and reopen."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from generation.forms.notes import EditForm, NoteForm, ReplyForm
from generation.models import Note, Take
from generation.reviews.notes import notes, threads
from generation.reviews.notes.notes import CannotSaveNote
from generation.views.notes import note_access
from generation.views.notes.note_list import list_context
from generation.views.notes.note_rows import code_of
from generation.views.notes.permissions import TakePermissions
from generation.views.shared import polling_fragments
from generation.views.shared.access import Request

UNPROCESSABLE, CONFLICT = 422, 409
NEW_NOTE_IDS = "note-%s"


def context(request: Request, take: Take) -> dict[str, Any]:
    """Return the context of `_notes.html`; at most five queries."""
    return list_context(request, take) | {"note_form": NoteForm(take=take, auto_id=NEW_NOTE_IDS)}


@require_http_methods(["GET", "HEAD", "POST"])
def take_notes(request: Request, uuid: UUID) -> HttpResponse:
    """Return the list as a fragment, which polls for changes; POST writes a note."""
    if request.method == "POST":
        return _write(request, note_access.take_to_comment(request, uuid))
    take = note_access.take_to_read(request, uuid)
    if polling_fragments.is_refresh(request) and request.GET["live"] == threads.count_threads(take).mark:
        return HttpResponse(status=204)
    return render(request, "generation/notes/_note_list.html", list_context(request, take))


@require_http_methods(["GET", "HEAD", "POST"])
def note_reply(request: Request, uuid: UUID) -> HttpResponse:
    """Reply to a note."""
    note = note_access.note_to_reply_to(request, uuid)
    form = ReplyForm(request.POST if request.method == "POST" else None, auto_id=f"reply-{uuid}-%s")
    if form.is_valid():
        try:
            reply = notes.write(note.take, author=request.user, parent=note, **form.cleaned_data)
        except CannotSaveNote as error:
            _add_error(form, error)
        else:
            return _list_response(request, note.take, reply)
    return _form_response(request, note, action="reply", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def note_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Edit the text and the time code of the user's note."""
    note = note_access.note_to_edit(request, uuid)
    form = EditForm(request.POST if request.method == "POST" else None, note=note, auto_id=f"edit-{uuid}-%s")
    if form.is_valid():
        try:
            return _list_response(request, note.take, notes.edit(note, **form.values()))
        except CannotSaveNote as error:
            return _edit_error_response(request, note, form, error)
    return _form_response(request, note, action="edit", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def note_delete(request: Request, uuid: UUID) -> HttpResponse:
    """Delete a note after confirmation."""
    note = note_access.note_to_delete(request, uuid)
    if request.method != "POST":
        return _form_response(request, note, action="delete")
    notes.delete(note)
    return _list_response(request, note.take)


@require_POST
def note_resolve(request: Request, uuid: UUID) -> HttpResponse:
    """Resolve a thread."""
    return _change_thread(request, uuid, lambda note: notes.resolve(note, by=request.user))


@require_POST
def note_reopen(request: Request, uuid: UUID) -> HttpResponse:
    """Reopen a thread."""
    return _change_thread(request, uuid, notes.reopen)


def _write(request: Request, take: Take) -> HttpResponse:
    form, note = NoteForm(request.POST, take=take, auto_id=NEW_NOTE_IDS), None
    if form.is_valid():
        try:
            note = notes.write(take, author=request.user, **form.values())
        except CannotSaveNote as error:
            _add_error(form, error)
    if note and not request.htmx:
        return redirect(note)
    if note:
        saved = {"saved_note": note, "saved_code": code_of(note, take.fps)}
        return render(request, "generation/notes/_note_written.html", context(request, take) | saved)
    shown = {"take": take, "permissions": TakePermissions(take, request.user), "note_form": form}
    template = "generation/notes/_note_form.html" if request.htmx else "generation/notes/note.html"
    return render(request, template, shown, status=UNPROCESSABLE)


def _change_thread(request: Request, uuid: UUID, change: Callable[[Note], Note]) -> HttpResponse:
    note, message = note_access.note_to_reply_to(request, uuid), ""
    try:
        change(note)
    except CannotSaveNote as error:
        message = str(error)
    return _list_response(request, note.take, note, error=message)


def _list_response(
    request: Request, take: Take, note: Note | None = None, *, error: str = ""
) -> HttpResponse:
    """Return the list for htmx, or redirect to the note or the take; `error` is shown above it."""
    if request.htmx:
        shown = list_context(request, take) | {"notes_error": error}
        return render(request, "generation/notes/_note_list.html", shown)
    if error:
        messages.error(request, error)
    return redirect(note or take)


def _edit_error_response(request: Request, note: Note, form: EditForm, error: CannotSaveNote) -> HttpResponse:
    _add_error(form, error)
    if not isinstance(error, notes.StaleNote):
        return _form_response(request, note, action="edit", form=form)
    # Both versions are shown now, so that submitting again overwrites the other one.
    data = request.POST.copy()
    data["seen"] = EditForm(note=error.note).initial["seen"]
    form.data = data
    return _form_response(request, note, action="edit", form=form, current=error.note)


def _form_response(
    request: Request, note: Note, *, action: str, form: Form | None = None, current: Note | None = None
) -> HttpResponse:
    """Return the form of one note as a fragment or as a page; `current` is a version saved in the meantime."""
    has_errors = form is not None and form.is_bound
    status = CONFLICT if current else UNPROCESSABLE if has_errors else 200
    shown: dict[str, Any] = {
        "note": note, "take": note.take, "form": form, "action": action, "current": current
    }  # fmt: skip
    if not request.htmx:
        shown |= {"code": code_of(note, note.take.fps)}
        return render(request, "generation/notes/note.html", shown, status=status)
    response = render(request, "generation/notes/_note_action.html", shown, status=status)
    return reswap(retarget(response, f"#asked-{note.uuid}"), "outerHTML") if has_errors else response


def _add_error(form: Form, error: CannotSaveNote) -> None:
    form.add_error(error.field if error.field in form.fields else None, str(error))
