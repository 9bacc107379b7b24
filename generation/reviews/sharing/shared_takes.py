"""Select the takes that guests of a share link see."""

import string

from django.db.models import F, OuterRef, Q, Subquery

from generation.models import PlaylistItem, ShareLink, Take
from generation.models.takes import TakeQuerySet
from library.models import Project

# A vote labels its takes A to Z.
MAX_CANDIDATES = len(string.ascii_uppercase)


def takes_of(link: ShareLink) -> TakeQuerySet:
    """Return the takes that the link shows, in order.

    Of a playlist, these are the takes that both its creator and the user who added the take may share now. The
    candidates of a vote are fixed when the link is created: takes that are removed from the playlist or abandoned leave
    the vote, and none can join.
    """
    if link.has_lost_target:
        return Take.objects.none()
    takes = Take.objects.filter(_may_share(link)).select_related("shot", "project")
    if link.is_blind:
        takes = takes.filter(_is_candidate(link))
    if link.take_id:
        return takes.filter(pk=link.take_id)
    if link.kind == ShareLink.Kind.SHOT:
        return takes.wanted().filter(shot=link.shot_id).order_by("-number", "-pk")
    if link.kind == ShareLink.Kind.PLAYLIST:
        return _in_playlist(takes, link)
    by_shot = F("shot__code").asc(nulls_last=True)
    return takes.wanted().filter(review=Take.Review.APPROVED).order_by(by_shot, "number", "pk")


def _may_share(link: ShareLink) -> Q:
    """Match the link's project; for a playlist also other projects in which its creator is owner or editor now.

    The creator's role in the link's own project needs no check here: without it, the link is paused.
    """
    own = Q(project=link.project_id)
    if link.kind != ShareLink.Kind.PLAYLIST or link.created_by is None or not link.created_by.is_active:
        return own
    return own | Q(project__in=Project.objects.editable_by(link.created_by))


def _is_candidate(link: ShareLink) -> Q:
    if link.frozen_at is None:
        return Q(created_at__lte=link.created_at)
    return Q(pk__in=link.films.current().values("take"))


def _in_playlist(takes: TakeQuerySet, link: ShareLink) -> TakeQuerySet:
    items = PlaylistItem.objects.vouched_for().filter(playlist=link.playlist_id, take=OuterRef("pk"))
    placed = takes.annotate(place=Subquery(items.values("position")[:1]))
    return placed.filter(place__isnull=False).order_by("place", "pk")
