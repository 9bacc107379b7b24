"""Targets of share links: the choices of a project, and finding the chosen one."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from generation.models import Playlist, Shot, Take
from generation.reviews.sharing.share_links import Target
from library.models import Project

MAX_CHOICES = 500  # per kind


def target_choices(project: Project, chosen: str = "") -> list[tuple[str, Any]]:
    """Return the choices for a link of this project. A single take is offered only if it is `chosen` already."""
    shots = project.shots.filter(takes__isnull=False).distinct()[:MAX_CHOICES]
    playlists = project.playlists.all()[:MAX_CHOICES]
    choices: list[tuple[str, Any]] = [("project", _("Approved takes of the project"))]
    take = find_target(project, chosen) if chosen.startswith("take:") else None
    if isinstance(take, Take):
        choices.insert(0, (chosen, _take_label(take)))
    if playlists:
        choices.append((_("Playlists"), [(f"playlist:{found.uuid}", found.name) for found in playlists]))
    if shots:
        options = [(f"shot:{shot.code}", _("Shot %(shot)s") % {"shot": shot}) for shot in shots]
        choices.append((_("Takes of a shot"), options))
    return choices


def find_target(project: Project, chosen: str) -> Target | None:
    """Find `project`, `take:<uuid>`, `shot:<code>` or `playlist:<uuid>` in this project."""
    kind, _colon, key = chosen.partition(":")
    if kind == "project":
        return project
    if kind == "shot":
        return Shot.objects.filter(project=project, code=key.replace("\0", "")).first()
    try:
        uuid = UUID(key)
    except ValueError:
        return None
    if kind == "take":
        return Take.objects.filter(project=project, uuid=uuid).select_related("shot").first()
    return Playlist.objects.filter(project=project, uuid=uuid).first() if kind == "playlist" else None


def _take_label(take: Take) -> str:
    if not take.shot:
        return _("Take %(number)s") % {"number": take.number}
    return _("Take %(number)s of shot %(shot)s") % {"number": take.number, "shot": take.shot.code}
