"""Download one frame of a take."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from generation.models import Note, Take
from generation.reviews import timecode
from generation.reviews.exports.file_names import name_of
from generation.reviews.notes import drawings, stills
from generation.views.notes.note_access import take_to_read
from generation.views.shared.access import Request, uuid_in

CACHE_S = 3600


@require_GET
def still(request: Request, uuid: UUID, frame: int) -> HttpResponse:
    """Return the frame as a PNG, with `?note=<uuid>` including the drawing of that note."""
    take = take_to_read(request, uuid)
    try:
        content = stills.render(take, frame, strokes=_strokes(request, take))
    except stills.NoSuchFrame as error:
        return _error_page(request, take, str(error), status=404)
    except stills.StillUnavailable as error:
        return _error_page(request, take, str(error), status=503)
    response = HttpResponse(content, content_type="image/png")
    response["Content-Disposition"] = f'inline; filename="{_file_name(take, frame)}"'
    # A frame never changes, but permissions do.
    response["Cache-Control"] = f"private, max-age={CACHE_S}"
    return response


def _strokes(request: Request, take: Take) -> list[drawings.Stroke]:
    """Return the strokes of the requested note, which must be on this take."""
    if not (note := request.GET.get("note")):
        return []
    notes = Note.objects.visible_to(request.user).filter(take=take)
    return drawings.load_strokes(get_object_or_404(notes, uuid=uuid_in(note)).drawing)


def _file_name(take: Take, frame: int) -> str:
    """Return `harbour-lights-010-take-2-00.02.10.png`, without colons, which some file systems reject."""
    code = timecode.from_frame(frame, take.fps).replace(":", ".")
    return f"{name_of(take)}-{code}.png"


def _error_page(request: Request, take: Take, message: str, *, status: int) -> HttpResponse:
    context = {"take": take, "message": message}
    response = render(request, "generation/takes/no_still.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
