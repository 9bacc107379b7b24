"""One take: its player, the stack of its shot, and the story of how it was made."""

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
from generation.views.notes.note_list import wanted_of
from generation.views.notes.note_rows import ShownThread
from generation.views.shared import polling_fragments
from generation.views.shared.access import Request, take_to_see, takes_to_see
from generation.views.takes import credentials, verdicts
from generation.views.takes.promote import assets_of
from library import storage


@require_GET
def take(request: Request, uuid: UUID) -> HttpResponse:
    """The player, the stack of its shot, what it was made with. `?frame=` and `?note=` open it at a frame."""
    found = _found(request, uuid)
    listed = notes.context(request, found)
    crew = listed["crew"]
    crew.name_maker(found.job)
    context = {
        "can_edit": crew.can_make,
        "at": _frame_asked(request, found, listed["threads"]),
        "video_url": storage.signed_url(found.key),
        "download_url": storage.signed_url(found.key, download_name=download_name(found)),
        "assets": assets_of(request, found) if found.is_promoted else [],
        **_story(found),
        **_stack(found),
        **credentials.context(found),
        **reuse.reuse_options(found.job, found),
        **listed,
        **verdicts.context(request, found, can_decide=crew.can_decide),
    }
    return render(request, "generation/takes/take.html", context)


@require_GET
def take_stack(request: Request, uuid: UUID) -> HttpResponse:
    """The takes of its shot and what is in hand for it, as the page's list asks for them while a job is."""
    found = take_to_see(request, uuid)
    context = {"take": found, **_stack(found)}
    if polling_fragments.is_refresh(request):
        return polling_fragments.refresh(request, "generation/takes/_take_stack.html", context)
    return render(request, "generation/takes/_take_stack.html", context)


def _found(request: Request, uuid: UUID) -> Any:
    """The take, with what would otherwise take a query each: `is_promoted` if the library holds something of it,
    `has_descendants` if another job was made from it."""
    takes = takes_to_see(request).select_related("job__ledger")
    promoted = Exists(Promotion.objects.filter(take=OuterRef("pk")))
    descendants = Exists(Job.objects.filter(made_from=OuterRef("pk")))
    return get_object_or_404(takes.annotate(is_promoted=promoted, has_descendants=descendants), uuid=uuid)


def _read_origin(job: Job) -> None:
    """Where it came from, with what the page says of it: the take that it was made from and the note that it
    answers, which is mostly a note on that take. No query for a take that begins anew, else one, seldom two.

    With the take itself these are so many tables that PostgreSQL plans for longer than it reads.
    """
    if job.for_note_id:
        told = Note.objects.select_related("take__shot", "take__job", "author", "guest")
        job.for_note = told.get(pk=job.for_note_id)
        if job.for_note.take_id == job.made_from_id:
            job.made_from = job.for_note.take
    if job.made_from_id and not Job.made_from.is_cached(job):
        job.made_from = Take.objects.select_related("shot", "job").get(pk=job.made_from_id)


@require_GET
def note_marks(request: Request, uuid: UUID) -> HttpResponse:
    """Where the notes of a take stand and what is drawn in them, for the player of a page whose list shows the newest
    of them only; narrowed as the list is."""
    found = threads.chosen(take_to_see(request, uuid), wanted_of(request).which, request.user)
    shown = found.filter(frame__isnull=False, deleted_at__isnull=True).order_by("frame", "pk")
    marks = [
        {**mark, "drawn": json.dumps(mark["drawing"], separators=(",", ":")) if mark["drawing"] else ""}
        for mark in shown.values("uuid", "frame", "end_frame", "resolved_at", "drawing")
    ]
    return render(request, "generation/notes/_note_marks.html", {"notes": marks})


def download_name(take: Take) -> str:
    """What the file is called on somebody's disk."""
    return f"{name_of(take)}.mp4"


def _stack(take: Take) -> dict[str, Any]:
    """The newest takes of its shot, the oldest of them first, and the jobs in hand for it; one query."""
    stack = stack_of(take.shot) if take.shot else Stack([], [])
    return {
        "stack": stack.takes,
        "neighbour": stack.beside(take.pk),
        "jobs_in_hand": stack.jobs,
        "mark": polling_fragments.mark(
            stack.jobs, [(one.pk, one.review, one.abandoned_at) for one in stack.takes]
        ),
    }


def _story(take: Take) -> dict[str, Any]:
    """What it was made with; two queries, and what `_read_origin` asks."""
    job = take.job
    job.project = take.project  # the same row, read already
    _read_origin(job)
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


def _frame_asked(request: Request, take: Take, shown: Iterable[ShownThread]) -> int | None:
    """The frame that the address names, itself or by a note or reply; None when it names none of this take."""
    note = request.GET.get("note", "").lower()
    for thread in shown if note else ():
        if note in {line.uuid for line in (thread.first, *thread.replies)}:
            return thread.first.frame
    typed = request.GET.get("frame", "")
    is_number = typed.isascii() and typed.isdigit() and len(typed) < 10
    return min(int(typed), take.frame_count - 1) if is_number else None
