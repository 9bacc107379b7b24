"""Notes looked up together with the permission: a stranger gets 404, who may not write 403."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404

from generation.models import Note, Take
from generation.models.notes import NoteQuerySet
from generation.views.shared.access import Request
from library.models import Membership, Project
from library.models.projects import COMMENTERS


def take_with_notes(request: Request, uuid: UUID) -> Take:
    """A take whose notes the user may read; one query."""
    return get_object_or_404(
        Take.objects.visible_to(request.user).select_related("project", "shot"), uuid=uuid
    )


def take_to_note(request: Request, uuid: UUID) -> Take:
    """A take on which the user may write notes."""
    take = take_with_notes(request, uuid)
    if not Take.objects.commented_by(request.user).filter(pk=take.pk).exists():
        raise PermissionDenied
    return take


def note_to_answer(request: Request, uuid: UUID) -> Note:
    """A note that the user may answer, resolve and reopen."""
    return _allowed(request, uuid, _commented_by(request))


def note_to_edit(request: Request, uuid: UUID) -> Note:
    """A note of the user's own."""
    return _allowed(request, uuid, _commented_by(request).filter(author=request.user))


def note_to_delete(request: Request, uuid: UUID) -> Note:
    """A note of the user's own; for an owner of the project also one whose author cannot delete it: a guest's, and that
    of somebody who has left or only looks by now. An administrator is kept from nothing."""
    user = request.user
    own = Q(author=user, take__project__in=Project.objects.commented_by(user))
    owned = Q(take__project__in=Project.objects.owned_by(user))
    writes = Membership.objects.filter(
        project=OuterRef("take__project"), user=OuterRef("author"), user__is_active=True, role__in=COMMENTERS
    )
    is_left = Q() if user.is_superuser else Q(~Exists(writes))
    return _allowed(request, uuid, Note.objects.filter(own | owned & is_left))


def _commented_by(request: Request) -> NoteQuerySet:
    return Note.objects.filter(take__project__in=Project.objects.commented_by(request.user))


def _allowed(request: Request, uuid: UUID, permitted: NoteQuerySet) -> Note:
    notes = Note.objects.visible_to(request.user).select_related(
        "take__project", "take__shot", "author", "guest"
    )
    note = get_object_or_404(notes, uuid=uuid)
    if not permitted.filter(pk=note.pk).exists():
        raise PermissionDenied
    return note
