"""One frame of a take as a file."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from generation.models import Note, Take
from generation.reviews import timecode
from generation.reviews.exports.file_names import name_of
from generation.reviews.notes import drawings, stills
from generation.views.notes.note_access import take_with_notes
from generation.views.shared.access import Request, uuid_in

HOUR = 3600


@require_GET
def still(request: Request, uuid: UUID, frame: int) -> HttpResponse:
    """The frame as a PNG, with `?note=<uuid>` what is drawn in that note."""
    take = take_with_notes(request, uuid)
    try:
        content = stills.still(take, frame, strokes=_strokes(request, take))
    except stills.NoSuchFrame as error:
        return _sentence(request, take, str(error), status=404)
    except stills.NoStill as error:
        return _sentence(request, take, str(error), status=503)
    answer = HttpResponse(content, content_type="image/png")
    answer["Content-Disposition"] = f'inline; filename="{_name(take, frame)}"'
    # A frame never changes, but who may see it does.
    answer["Cache-Control"] = f"private, max-age={HOUR}"
    return answer


def _strokes(request: Request, take: Take) -> list[drawings.Stroke]:
    """Those of the note that is asked for, which has to be on this take."""
    if not (asked := request.GET.get("note")):
        return []
    notes = Note.objects.visible_to(request.user).filter(take=take)
    return drawings.strokes_of(get_object_or_404(notes, uuid=uuid_in(asked)).drawing)


def _name(take: Take, frame: int) -> str:
    """`harbour-lights-010-take-2-00.02.10.png`: a colon is not welcome in the names of files."""
    code = timecode.told(frame, take.fps).replace(":", ".")
    return f"{name_of(take)}-{code}.png"


def _sentence(request: Request, take: Take, told: str, *, status: int) -> HttpResponse:
    context = {"take": take, "told": told}
    answer = render(request, "generation/takes/no_still.html", context, status=status)
    answer["Cache-Control"] = "private, no-store"
    return answer
