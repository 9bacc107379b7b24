"""Notes: the list beside the player, and what is done with a note."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from generation.forms.notes import EditForm, NoteForm, TextForm
from generation.models import Note, Take
from generation.reviews.notes import notes, threads
from generation.views.notes import note_access
from generation.views.notes.note_list import listing
from generation.views.notes.note_rows import Crew, code_of
from generation.views.shared import polling_fragments
from generation.views.shared.access import Request

REFUSED, STALE = 422, 409
NEW_IDS = "note-%s"


def context(request: Request, take: Take) -> dict[str, Any]:
    """What `_notes.html` shows; five queries at most."""
    return listing(request, take) | {"note_form": NoteForm(take=take, auto_id=NEW_IDS)}


@require_http_methods(["GET", "HEAD", "POST"])
def take_notes(request: Request, uuid: UUID) -> HttpResponse:
    """The list as a fragment, which asks for itself again and again; POST writes a note."""
    if request.method == "POST":
        return _write(request, note_access.take_to_note(request, uuid))
    take = note_access.take_with_notes(request, uuid)
    if polling_fragments.is_refresh(request) and request.GET["live"] == threads.counts_of(take).mark:
        return HttpResponse(status=204)
    return render(request, "generation/notes/_note_list.html", listing(request, take))


@require_http_methods(["GET", "HEAD", "POST"])
def note_reply(request: Request, uuid: UUID) -> HttpResponse:
    """A reply below a note."""
    note = note_access.note_to_answer(request, uuid)
    form = TextForm(request.POST if request.method == "POST" else None, auto_id=f"reply-{uuid}-%s")
    if form.is_valid():
        try:
            reply = notes.write(note.take, author=request.user, parent=note, **form.cleaned_data)
        except notes.CannotNote as refusal:
            _tell(form, refusal)
        else:
            return _done(request, note.take, reply)
    return _asked(request, note, does="reply", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def note_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Other words or another moment for one's own note."""
    note = note_access.note_to_edit(request, uuid)
    form = EditForm(request.POST if request.method == "POST" else None, note=note, auto_id=f"edit-{uuid}-%s")
    if form.is_valid():
        try:
            return _done(request, note.take, notes.edit(note, **form.asked()))
        except notes.CannotNote as refusal:
            return _refused_edit(request, note, form, refusal)
    return _asked(request, note, does="edit", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def note_delete(request: Request, uuid: UUID) -> HttpResponse:
    """Gone, after a question."""
    note = note_access.note_to_delete(request, uuid)
    if request.method != "POST":
        return _asked(request, note, does="delete")
    notes.delete(note)
    return _done(request, note.take)


@require_POST
def note_resolve(request: Request, uuid: UUID) -> HttpResponse:
    """The thread is done."""
    return _turned(request, uuid, lambda note: notes.resolve(note, by=request.user))


@require_POST
def note_reopen(request: Request, uuid: UUID) -> HttpResponse:
    """The thread is open again."""
    return _turned(request, uuid, notes.reopen)


def _write(request: Request, take: Take) -> HttpResponse:
    form, written = NoteForm(request.POST, take=take, auto_id=NEW_IDS), None
    if form.is_valid():
        try:
            written = notes.write(take, author=request.user, **form.asked())
        except notes.CannotNote as refusal:
            _tell(form, refusal)
    if written and not request.htmx:
        return redirect(written)
    if written:
        code = code_of(written, take.fps)
        seen = context(request, take) | {"written": written, "written_code": code}
        return render(request, "generation/notes/_note_written.html", seen)
    seen = {"take": take, "crew": Crew(take, request.user), "note_form": form}
    template = "generation/notes/_note_form.html" if request.htmx else "generation/notes/note.html"
    return render(request, template, seen, status=REFUSED)


def _turned(request: Request, uuid: UUID, turn: Callable[[Note], Note]) -> HttpResponse:
    note, told = note_access.note_to_answer(request, uuid), ""
    try:
        turn(note)
    except notes.CannotNote as refusal:
        told = str(refusal)
    return _done(request, note.take, note, told=told)


def _done(request: Request, take: Take, note: Note | None = None, *, told: str = "") -> HttpResponse:
    """The list as it is now, or the page with it; `told` says what stood in the way."""
    if request.htmx:
        return render(
            request, "generation/notes/_note_list.html", listing(request, take) | {"notes_told": told}
        )
    if told:
        messages.error(request, told)
    return redirect(note or take)


def _refused_edit(request: Request, note: Note, form: EditForm, refusal: notes.CannotNote) -> HttpResponse:
    _tell(form, refusal)
    if not isinstance(refusal, notes.StaleNote):
        return _asked(request, note, does="edit", form=form)
    # Both texts are seen by then: pressed once more, the button means it.
    typed = request.POST.copy()
    typed["seen"] = EditForm(note=refusal.note).initial["seen"]
    form.data = typed
    return _asked(request, note, does="edit", form=form, now=refusal.note)


def _asked(
    request: Request, note: Note, *, does: str, form: Form | None = None, now: Note | None = None
) -> HttpResponse:
    """The form of one note, in the list or as a page of its own; with `now` another text has come between."""
    is_refused = form is not None and form.is_bound
    status = STALE if now else REFUSED if is_refused else 200
    seen: dict[str, Any] = {"note": note, "take": note.take, "form": form, "does": does, "now": now}
    if not request.htmx:
        seen |= {"code": code_of(note, note.take.fps)}
        return render(request, "generation/notes/note.html", seen, status=status)
    answer = render(request, "generation/notes/_note_asked.html", seen, status=status)
    return reswap(retarget(answer, f"#asked-{note.uuid}"), "outerHTML") if is_refused else answer


def _tell(form: Form, refusal: notes.CannotNote) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
