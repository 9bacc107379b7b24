"""Start a take from a note: the composer starts from the request of the note's take and offers the note's frame."""

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
from generation.composition import Keyframe, TakeRequest
from generation.forms import ComposerForm
from generation.models import Note
from generation.models.notes import NoteQuerySet
from generation.reviews import timecode
from generation.skyreels import schemas
from generation.views.compose import reuse
from generation.views.shared.access import Request, take_to_edit
from library import handles, storage
from library.models import Asset, Project


class FramePosition(StrEnum):
    """The role of the note's frame in the next take."""

    FIRST = "first"
    MID = "mid"
    END = "end"


@dataclass(frozen=True)
class QuotedNote:
    """A note as the composer shows it."""

    note: Note

    @property
    def has_frame(self) -> bool:
        """Return whether the note is about a frame rather than the whole take."""
        return self.note.frame is not None

    @property
    def second(self) -> int:
        """The whole second nearest to the note's frame."""
        return round((self.note.frame or 0) / (self.note.take.fps or 1))

    @property
    def title(self) -> str:
        """The take that the note is about: `Take 3 of 020`."""
        return promotion.title_of(self.note.take)


@require_POST
def note_next(request: Request, uuid: UUID) -> HttpResponse:
    """Redirect to the composer; with `part` the note's frame is added to the library first, for that role.

    A script gets `{"handle", "thumbnail", "second"}` of the frame instead, or 409 with `{"problem"}`.
    """
    note = get_object_or_404(_thread_root(uuid).visible_to(request.user))
    take_to_edit(request, note.take.uuid)
    is_script = not request.accepts("text/html")
    if request.POST.get("part", "") not in set(FramePosition):
        return redirect(composer_url(note))
    try:
        asset = _create_frame(note, request)
    except promotion.CannotPromote as refusal:
        if is_script:
            return JsonResponse({"problem": str(refusal)}, status=409)
        messages.error(request, _frame_not_added(str(refusal)))
        return redirect(composer_url(note))
    if is_script:
        return _frame_json(note, asset)
    chosen = {"part": request.POST["part"], "at": f"{asset.promotion.second:.3f}"}
    return redirect(composer_url(note, chosen))


def composer_url(note: Note, chosen: Mapping[str, str] | None = None) -> str:
    """Return the URL of the composer that starts from this note."""
    query = {"note": str(note.uuid), **(chosen or {})}
    return f"{reverse('generation:composer', args=[note.take.project.slug])}?{urlencode(query)}"


def find_note(project: Project, uuid: Any) -> Note | None:
    """Return the note with this UUID, or for a reply the note that starts its thread.

    Return None for notes of other projects, deleted notes and invalid UUIDs.
    """
    try:
        wanted = UUID(str(uuid))
    except ValueError:
        return None
    return _thread_root(wanted).filter(take__project=project, deleted_at__isnull=True).first()


def start(request: Request, project: Project) -> reuse.ComposerStart | None:
    """Return what the composer starts with at `?note=<uuid>`, and with `&part=…&at=<seconds>` the note's frame in that
    role."""
    note = find_note(project, request.GET.get("note", ""))
    if note is None:
        return None
    take_request = TakeRequest.of(note.take.job)
    notices = reuse.external_file_notices(note.take.job)
    position, asset = request.GET.get("part", ""), _existing_frame(request, note)
    if asset is None or position not in set(FramePosition):
        return reuse.ComposerStart(take_request, note.take, notices, note)
    second = QuotedNote(note).second
    with_it = with_frame(take_request, asset.handle, FramePosition(position), second)
    if with_it is None:
        return reuse.ComposerStart(take_request, note.take, [_no_free_keyframe(), *notices], note)
    return reuse.ComposerStart(with_it, note.take, notices, note)


def quoted_note(project: Project, form: ComposerForm) -> QuotedNote | None:
    """Return the note that the form's take is for."""
    note = find_note(project, uuid) if (uuid := form["answers"].value()) else None
    return QuotedNote(note) if note else None


def use_frame(request: Request, project: Project, form: ComposerForm) -> tuple[ComposerForm, list[str]]:
    """Return the form with the note's frame in the role that its button names, and notices."""
    note = find_note(project, form["answers"].value())
    if note is None or request.POST["part"] not in set(FramePosition):
        return form, []
    try:
        asset = _create_frame(note, request)
    except promotion.CannotPromote as refusal:
        return form, [_frame_not_added(str(refusal))]
    except storage.StorageFailed:
        return form, [_frame_not_added(_("The file storage is unavailable; try again in a moment."))]
    position, second = FramePosition(request.POST["part"]), QuotedNote(note).second
    take_request = with_frame(form.take_request(), asset.handle, position, second)
    if take_request is None:
        return form, [_no_free_keyframe()]
    kept = {name: form.cleaned_data.get(name) for name in ("form_key", "made_from", "answers")}
    notice = _("@%(handle)s was added.") % {"handle": asset.handle}
    return ComposerForm.of(take_request, **kept, **form.batch_options), [notice]


def with_frame(
    take_request: TakeRequest, handle: str, position: FramePosition, second: int
) -> TakeRequest | None:
    """Return the request with that image in one role and no other; None when no keyframe is free.

    A keyframe is at its second if the new take is longer than that, else at any time, and is named in the prompt.
    """
    roles = _without(take_request, handle).roles
    if position == FramePosition.FIRST:
        return replace(take_request, roles=replace(roles, first=handle))
    if position == FramePosition.END:
        return replace(take_request, roles=replace(roles, end=handle))
    if len(roles.mids) >= schemas.MAX_MID_FRAMES:
        return None
    at = second if 0 < second < take_request.settings.duration else schemas.UNSPECIFIED_TIME
    mids = (*roles.mids, Keyframe(handle, at))
    prompt = take_request.prompt
    named = {handles.fold(mention.name) for mention in handles.find_handles(prompt)}
    if handles.fold(handle) not in named:
        prompt = f"{prompt.rstrip()} @{handle}".lstrip()
    return replace(take_request, prompt=prompt, roles=replace(roles, mids=mids))


def _without(take_request: TakeRequest, handle: str) -> TakeRequest:
    def kept(name: str) -> str:
        return "" if handles.fold(name) == handles.fold(handle) else name

    roles = take_request.roles
    mids = tuple(mid for mid in roles.mids if kept(mid.handle))
    new_roles = replace(roles, first=kept(roles.first), end=kept(roles.end), mids=mids)
    return replace(take_request, roles=new_roles)


def _no_free_keyframe() -> str:
    message = _("All %(count)s keyframes are in use. Clear one first.")
    return message % {"count": schemas.MAX_MID_FRAMES}


def _frame_not_added(reason: str) -> str:
    return _("The frame was not added. %(reason)s") % {"reason": reason}


def _frame_json(note: Note, asset: Asset) -> JsonResponse:
    thumbnail = asset.cover.thumbnail_key if asset.cover else ""
    url = storage.signed_url(thumbnail) if thumbnail else ""
    return JsonResponse({"handle": asset.handle, "thumbnail": url, "second": QuotedNote(note).second})


def _existing_frame(request: Request, note: Note) -> Asset | None:
    """Return the asset that was made from the frame at the second in the URL."""
    try:
        second = float(request.GET.get("at", ""))
    except ValueError:
        return None
    return promotion.reference_at(note.take, by=request.user, second=second)


def _create_frame(note: Note, request: Request) -> Asset:
    """Return the image at the note's frame as an asset. Raise CannotPromote."""
    if note.frame is None:
        raise promotion.CannotPromote(_("The note is about the whole take and has no frame."), "part")
    second = timecode.middle_of_frame(note.frame, note.take.fps, note.take.times)
    return promotion.reference_to(note.take, by=request.user, at=second)


def _thread_root(uuid: UUID) -> NoteQuerySet:
    """Return the note that starts the thread of this one, with what the composer needs of it."""
    roots = Note.objects.filter(uuid=uuid, deleted_at__isnull=True).values(root=Coalesce("parent_id", "pk"))
    notes = Note.objects.select_related("author", "guest", "take__project", "take__shot", "take__job__shot")
    return notes.filter(pk__in=roots)
