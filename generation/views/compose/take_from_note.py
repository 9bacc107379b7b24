"""From a note to the next take: the composer begins with what the note's take was made with, and offers its frame."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models.functions import Coalesce
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from generation import promotion
from generation.composition import Brief, Keyframe
from generation.forms import ComposerForm
from generation.models import Note
from generation.models.notes import NoteQuerySet
from generation.reviews import timecode
from generation.skyreels import schemas
from generation.views.compose import reuse
from generation.views.shared.access import Request, take_to_edit
from library import handles, storage
from library.models import Asset, Project

FULL = f"All {schemas.MAX_MID_FRAMES} keyframes are taken: clear one first."


class Part(StrEnum):
    """What the note's frame can be in the next take."""

    FIRST = "first"
    MID = "mid"
    END = "end"


@dataclass(frozen=True)
class Quoted:
    """A note as the composer shows it."""

    note: Note

    @property
    def has_frame(self) -> bool:
        """A note on the whole take offers none."""
        return self.note.frame is not None

    @property
    def second(self) -> int:
        """The whole second that its frame comes nearest to; 0 stands for none between first and last."""
        return round((self.note.frame or 0) / (self.note.take.fps or 1))

    @property
    def title(self) -> str:
        """The take that it is about: `Take 3 of 020`."""
        return promotion.title_of(self.note.take)


@require_POST
def note_next(request: Request, uuid: UUID) -> HttpResponse:
    """Leads to the composer. With `part` the note's frame is put in the library first, for that part of the new take;
    a script gets its handle instead: `{"handle", "thumbnail", "second"}`, or 409 with `{"problem"}`."""
    note = get_object_or_404(_thread_of(uuid).visible_to(request.user))
    take_to_edit(request, note.take.uuid)
    is_script = not request.accepts("text/html")
    if request.POST.get("part", "") not in set(Part):
        return redirect(composer_url(note))
    try:
        asset = _frame_of(note, request)
    except promotion.CannotPromote as refusal:
        if is_script:
            return JsonResponse({"problem": str(refusal)}, status=409)
        messages.error(request, f"The frame was not taken. {refusal}")
        return redirect(composer_url(note))
    if is_script:
        thumbnail = asset.cover.thumbnail_key if asset.cover else ""
        url = storage.signed_url(thumbnail) if thumbnail else ""
        return JsonResponse({"handle": asset.handle, "thumbnail": url, "second": Quoted(note).second})
    chosen = {"part": request.POST["part"], "at": f"{asset.promotion.second:.3f}"}
    return redirect(composer_url(note, chosen))


def composer_url(note: Note, chosen: Mapping[str, str] | None = None) -> str:
    """The composer that starts from this note."""
    asked = {"note": str(note.uuid), **(chosen or {})}
    return f"{reverse('generation:composer', args=[note.take.project.slug])}?{urlencode(asked)}"


def answered(project: Project, uuid: Any) -> Note | None:
    """The note of this project that a form or an address names, of a reply the one that it replies to; None for any
    other, and for one that was deleted meanwhile."""
    try:
        wanted = UUID(str(uuid))
    except ValueError:
        return None
    return _thread_of(wanted).filter(take__project=project, deleted_at__isnull=True).first()


def start(request: Request, project: Project) -> reuse.Start | None:
    """What the composer begins with at `?note=<uuid>`; with `&part=…&at=<seconds>` the note's frame is in its place."""
    note = answered(project, request.GET.get("note", ""))
    if note is None:
        return None
    brief, notices = Brief.of(note.take.job), reuse.left_out(note.take.job)
    part, asset = request.GET.get("part", ""), _frame_made(request, note)
    if asset is None or part not in set(Part):
        return reuse.Start(brief, note.take, notices, note)
    with_it = with_frame(brief, asset.handle, Part(part), Quoted(note).second)
    return reuse.Start(with_it or brief, note.take, notices if with_it else [FULL, *notices], note)


def quoted(project: Project, form: ComposerForm) -> Quoted | None:
    """The note that the form answers."""
    note = answered(project, uuid) if (uuid := form["answers"].value()) else None
    return Quoted(note) if note else None


def placed(request: Request, project: Project, form: ComposerForm) -> tuple[ComposerForm, list[str]]:
    """The form as it was typed with the note's frame in the part that its button names, and what to say about it."""
    note = answered(project, form["answers"].value())
    if note is None or request.POST["part"] not in set(Part):
        return form, []
    try:
        asset = _frame_of(note, request)
    except promotion.CannotPromote as refusal:
        return form, [f"The frame was not taken. {refusal}"]
    except storage.StorageFailed:
        return form, [_("The frame was not taken. The file storage is unavailable; try again in a moment.")]
    brief = with_frame(form.brief(), asset.handle, Part(request.POST["part"]), Quoted(note).second)
    if brief is None:
        return form, [FULL]
    kept = {name: form.cleaned_data.get(name) for name in ("form_key", "made_from", "answers")}
    return ComposerForm.of(brief, **kept, **form.several), [f"@{asset.handle} is in its place."]


def with_frame(brief: Brief, handle: str, part: Part, second: int) -> Brief | None:
    """The brief with that picture in one part and in no other; None when there is no room for another keyframe.

    A keyframe stands at its second when the new take is longer than that, else at any time, and is named in the prompt.
    """
    roles = _without(brief, handle).roles
    if part == Part.FIRST:
        return replace(brief, roles=replace(roles, first=handle))
    if part == Part.END:
        return replace(brief, roles=replace(roles, end=handle))
    if len(roles.mids) >= schemas.MAX_MID_FRAMES:
        return None
    at = second if 0 < second < brief.settings.duration else schemas.UNSPECIFIED_TIME
    mids = (*roles.mids, Keyframe(handle, at))
    named = {handles.fold(mention.name) for mention in handles.find_handles(brief.prompt)}
    prompt = brief.prompt if handles.fold(handle) in named else f"{brief.prompt.rstrip()} @{handle}".lstrip()
    return replace(brief, prompt=prompt, roles=replace(roles, mids=mids))


def _without(brief: Brief, handle: str) -> Brief:
    def kept(name: str) -> str:
        return "" if handles.fold(name) == handles.fold(handle) else name

    roles = brief.roles
    mids = tuple(mid for mid in roles.mids if kept(mid.handle))
    return replace(brief, roles=replace(roles, first=kept(roles.first), end=kept(roles.end), mids=mids))


def _frame_made(request: Request, note: Note) -> Asset | None:
    """The asset that the frame has become already, at the second that the address names."""
    try:
        second = float(request.GET.get("at", ""))
    except ValueError:
        return None
    return promotion.reference_at(note.take, by=request.user, second=second)


def _frame_of(note: Note, request: Request) -> Asset:
    """The picture that is shown at the note's frame, as an asset. Raises CannotPromote."""
    if note.frame is None:
        raise promotion.CannotPromote("The note is about the whole take and has no frame.", "part")
    second = timecode.middle_of(note.frame, note.take.fps, note.take.times)
    return promotion.reference_to(note.take, by=request.user, at=second)


def _thread_of(uuid: UUID) -> NoteQuerySet:
    """The note that begins the thread of this one, with what the composer needs of it."""
    said = Note.objects.filter(uuid=uuid, deleted_at__isnull=True).values(root=Coalesce("parent_id", "pk"))
    told = Note.objects.select_related("author", "guest", "take__project", "take__shot", "take__job__shot")
    return told.filter(pk__in=said)
