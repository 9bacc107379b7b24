"""Exports: approved takes as a zip, notes as CSV and for print, and notes as markers for editing software."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from generation.models import Take
from generation.reviews.exports import approved_zip as exporting
from generation.reviews.exports import file_names, markers
from generation.reviews.exports import notes_csv as notes_sheet
from generation.reviews.exports.exported_notes import threads_on, writer_of
from generation.reviews.notes.threads import Thread
from generation.views.shared.access import Request, project_to_see, take_to_see
from generation.views.shared.pagination import query_text
from library import storage
from library.models import Project

Download = TypeVar("Download", bound=HttpResponseBase)
MIMES = {markers.EDL: "text/plain; charset=utf-8", markers.OTIO: "application/json"}
# Every still is decoded from the video; longer lists have stills only on request.
MAX_DEFAULT_STILLS = 12


@require_GET
def approved_zip(request: Request, slug: str) -> HttpResponseBase:
    """Return the approved takes of a project, with `?shot=` of one shot, with their provenance."""
    project, shot = project_to_see(request, slug), query_text(request, "shot")
    try:
        takes = exporting.approved(project, shot=shot)
    except exporting.CannotExport as error:
        return _redirect_with_warning(request, str(error), project)
    # After the first byte, an error can only be reported by aborting the response.
    storage.check_bucket()
    sent = StreamingHttpResponse(
        exporting.packed(project, takes, by=request.user), content_type="application/zip"
    )
    return _as_download(sent, f"{project.slug}-approved.zip")


@require_GET
def notes_csv(request: Request, uuid: UUID) -> HttpResponseBase:
    """Return the notes of a take as CSV."""
    take = take_to_see(request, uuid)
    sent = StreamingHttpResponse(notes_sheet.csv_lines(take), content_type="text/csv; charset=utf-8")
    return _as_download(sent, f"{file_names.name_of(take)}-notes.csv")


@require_GET
def notes_print(request: Request, uuid: UUID) -> HttpResponse:
    """Show the notes of a take for print; with stills if there are few, or with `?stills=1`."""
    take = take_to_see(request, uuid)
    threads = threads_on([take])[take.pk]
    framed = sum(thread.note.frame is not None and not thread.note.deleted_at for thread in threads)
    stills = query_text(request, "stills")
    context = {
        "take": take,
        "threads": [_printed(thread) for thread in threads],
        "shows_stills": stills == "1" or (not stills and framed <= MAX_DEFAULT_STILLS),
        "framed": framed,
    }
    return render(request, "generation/notes/notes_print.html", context)


@require_GET
def take_markers(request: Request, uuid: UUID, kind: str) -> HttpResponse:
    """Return the notes of a take as markers."""
    take = take_to_see(request, uuid)
    return _markers(request, [take], name=file_names.name_of(take), kind=kind, page=take)


@require_GET
def project_markers(request: Request, slug: str, kind: str) -> HttpResponse:
    """Return the approved takes of a project in sequence, with their notes as markers."""
    project = project_to_see(request, slug)
    try:
        takes = exporting.approved(project, shot=query_text(request, "shot"))
    except exporting.CannotExport as error:
        return _redirect_with_warning(request, str(error), project)
    return _markers(request, takes, name=f"{project.slug}-approved", kind=kind, page=project)


def _markers(
    request: Request, takes: Sequence[Take], *, name: str, kind: str, page: Project | Take
) -> HttpResponse:
    if kind not in markers.FORMATS:
        raise Http404
    try:
        content = markers.written(takes, name=name, kind=kind)
    except markers.NoSuchRate as error:
        return _redirect_with_warning(request, str(error), page)
    return _as_download(HttpResponse(content, content_type=MIMES[kind]), f"{name}.{kind}")


def _printed(thread: Thread) -> dict[str, Any]:
    note = thread.note
    return {
        "note": note,
        "author": writer_of(note),
        "replies": [{"note": reply, "author": writer_of(reply)} for reply in thread.replies],
    }


def _redirect_with_warning(request: Request, message: str, page: Project | Take) -> HttpResponse:
    messages.warning(request, message)
    return redirect(page)


def _as_download(response: Download, name: str) -> Download:
    """Make the response a download with this ASCII file name."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
