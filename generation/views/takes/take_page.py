"""The page of one take: player, verdicts, notes, the stack of its shot, and how it was made."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from generation.models import Job, Note, Promotion, Take
from generation.reviews.exports.file_names import name_of
from generation.reviews.notes import threads
from generation.reviews.verdicts.shot_stack import Stack, stack_of
from generation.views.compose import reuse
from generation.views.compose.prompts import references_of, request_json, split_prompt
from generation.views.notes import notes
from generation.views.notes.note_list import filter_of
from generation.views.notes.note_rows import ThreadRow
from generation.views.shared import polling_fragments
from generation.views.shared.access import Request, take_to_see, takes_to_see
from generation.views.takes import credentials, verdicts
from generation.views.takes.promote import assets_of
from generation.views.takes.stack_rows import stack_rows
from library import storage


@require_GET
def take(request: Request, uuid: UUID) -> HttpResponse:
    """Show a take. `?frame=` and `?note=` open the player at a frame."""
    found = _take(request, uuid)
    notes_context = notes.context(request, found)
    permissions = notes_context["permissions"]
    permissions.attach_creator(found.job)
    context = {
        "can_edit": permissions.can_edit,
        "at": _start_frame(request, found, notes_context["threads"]),
        "video_url": storage.signed_url(found.key),
        "download_url": storage.signed_url(found.key, download_name=download_name(found)),
        "assets": assets_of(request, found) if found.is_promoted else [],
        **_details(found),
        **_stack(found),
        **credentials.context(found),
        **reuse.reuse_options(found.job, found),
        **notes_context,
        **verdicts.context(request, found, can_decide=permissions.can_decide),
    }
    return render(request, "generation/takes/take.html", context)


@require_GET
def take_stack(request: Request, uuid: UUID) -> HttpResponse:
    """Return the stack of the take's shot as a fragment, which polls while a job is active."""
    found = take_to_see(request, uuid)
    context = {"take": found, **_stack(found)}
    if polling_fragments.is_refresh(request):
        return polling_fragments.refresh(request, "generation/takes/_take_stack.html", context)
    return render(request, "generation/takes/_take_stack.html", context)


@require_GET
def note_marks(request: Request, uuid: UUID) -> HttpResponse:
    """Return positions and drawings of all notes that match the filter of the list, which shows only the newest."""
    roots = threads.filtered_roots(take_to_see(request, uuid), filter_of(request).which, request.user)
    marked = roots.filter(frame__isnull=False, deleted_at__isnull=True).order_by("frame", "pk")
    marks = [
        {
            **mark,
            "drawing_json": json.dumps(mark["drawing"], separators=(",", ":")) if mark["drawing"] else "",
        }
        for mark in marked.values("uuid", "frame", "end_frame", "resolved_at", "drawing")
    ]
    return render(request, "generation/notes/_note_marks.html", {"notes": marks})


def download_name(take: Take) -> str:
    """Return the file name for a download."""
    return f"{name_of(take)}.mp4"


def _take(request: Request, uuid: UUID) -> Any:
    """Return the take with `is_promoted` (the library has an asset of it) and `has_descendants` (another job was made
    from it), each of which would otherwise be a query."""
    takes = takes_to_see(request).select_related("job__ledger")
    promoted = Exists(Promotion.objects.filter(take=OuterRef("pk")))
    descendants = Exists(Job.objects.filter(made_from=OuterRef("pk")))
    return get_object_or_404(takes.annotate(is_promoted=promoted, has_descendants=descendants), uuid=uuid)


def _fetch_origin(job: Job) -> None:
    """Fetch the take that a job was made from and the note it was made for, which is usually a note on that take.

    No query for a job without origin, else one, rarely two. As joins of the take's own query these are too many
    tables: PostgreSQL plans for longer than it reads.
    """
    if job.for_note_id:
        notes_with_take = Note.objects.select_related("take__shot", "take__job", "author", "guest")
        job.for_note = notes_with_take.get(pk=job.for_note_id)
        if job.for_note.take_id == job.made_from_id:
            job.made_from = job.for_note.take
    if job.made_from_id and not Job.made_from.is_cached(job):
        job.made_from = Take.objects.select_related("shot", "job").get(pk=job.made_from_id)


def _stack(take: Take) -> dict[str, Any]:
    """Return the newest takes of its shot, oldest first, and the active jobs for it; one query."""
    stack = stack_of(take.shot) if take.shot else Stack([], [])
    return {
        "stack": list(stack_rows(stack.takes, take)),
        "neighbour": stack.neighbour(take.pk),
        "active_jobs": stack.jobs,
        "mark": polling_fragments.mark(
            stack.jobs, [(one.pk, one.review, one.abandoned_at) for one in stack.takes]
        ),
    }


def _details(take: Take) -> dict[str, Any]:
    """Return how the take was made; two queries and those of `_fetch_origin`."""
    job = take.job
    job.project = take.project  # the same row, fetched already
    _fetch_origin(job)
    references = references_of(job)
    return {
        "job": job,
        "references": references,
        "prompt_segments": split_prompt(job.prompt, references),
        "request_json": request_json(bytes(job.request_body or b"")),
        "waited": _between(job.ledger.created_at if hasattr(job, "ledger") else None, job.submitted_at),
        "rendered": _between(job.submitted_at, job.rendered_at),
    }


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return end - start if start and end else None


def _start_frame(request: Request, take: Take, rows: Iterable[ThreadRow]) -> int | None:
    """Return the frame of `?frame=`, or of the thread of `?note=`; None if there is none on this take."""
    note = request.GET.get("note", "").lower()
    for thread in rows if note else ():
        if note in {row["uuid"] for row in (thread.note, *thread.replies)}:
            return int(thread.note["frame"]) if thread.note["frame"] else None
    text = request.GET.get("frame", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return min(int(text), take.frame_count - 1) if is_number else None
