"""Share links: what each shows, what it allows, and the guests who come through. The only writer of both tables."""

import string
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from generation import sealing
from generation.models import Guest, Note, Playlist, PlaylistItem, ShareLink, Shot, Take
from generation.models.sharing import TOKENS, new_token
from generation.models.takes import TakeQuerySet
from generation.reviews.playlists import playlists
from generation.reviews.sharing import link_videos
from library.models import Project
from library.watermark_fonts import undrawable

SHORTEST_PASSWORD = 8
# A vote names its takes by letters.
MOST_CANDIDATES = len(string.ascii_uppercase)
# Who was silent for so long and comes back is a new view.
VISIT_ENDS_AFTER = timedelta(minutes=30)
NOTED_EVERY = timedelta(minutes=1)
FILMS_AHEAD = 36  # a page of takes

Shown = Take | Shot | Playlist | Project
_FIELDS: dict[type[Any], str] = {Take: "take", Shot: "shot", Playlist: "playlist"}


class CannotShare(Exception):
    """No link was made. The message is a sentence for people; `field` is what to change, where that helps."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Terms:
    """What guests may do besides viewing. A blind vote allows only one choice. `mark` is the watermark text; if empty,
    it is derived from the project and the link."""

    notes: bool = True
    verdicts: bool = False
    download: bool = False
    watermark: bool = False
    blind: bool = False
    by_invitation: bool = False
    mark: str = ""

    def settled(self) -> "Terms":
        """Return these without what a blind vote excludes. Raise CannotShare for a mark that no font can draw."""
        if self.watermark:
            check_mark(self.mark)
        if self.blind:
            return replace(self, notes=False, verdicts=False, download=False)
        return replace(self, by_invitation=False)


def share(
    shown: Shown, *, by: User, terms: Terms, expires_at: datetime, label: str = "", password: str = ""
) -> ShareLink:
    """A new link to a take, the takes of a shot, a playlist or a project's approved takes. Raises CannotShare."""
    terms = terms.settled()
    if password and terms.by_invitation:
        raise CannotShare(_("Each invitation has its own secret URL. Leave the password empty."), "password")
    if password and len(password) < SHORTEST_PASSWORD:
        raise CannotShare(f"Use at least {SHORTEST_PASSWORD} characters, or none.", "password")
    if expires_at <= timezone.now():
        raise CannotShare("That is over already. Choose a later day.", "until")
    field = _FIELDS.get(type(shown), "")
    link = ShareLink(project=shown if isinstance(shown, Project) else shown.project, kind=field or "project")
    if field:
        setattr(link, field, shown)
    link.created_by, link.label, link.expires_at = by, label, expires_at
    link.password = make_password(password) if password else ""
    link.allows_notes, link.allows_verdicts = terms.notes, terms.verdicts
    link.allows_download, link.has_watermark, link.is_blind = terms.download, terms.watermark, terms.blind
    link.by_invitation = terms.by_invitation
    link.created_at = timezone.now()
    link.set_token(new_token())
    link.watermark_text = (terms.mark or _usual_mark(link)) if terms.watermark else ""
    if terms.blind:
        _check_ballot(takes_of(link).count())
    link.save()
    _order_films(link)
    return link


def revoke(link: ShareLink) -> None:
    """It opens nothing from now on; revoked before, it keeps its date. Notes and votes stay."""
    if ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        link_videos.wake()


def change_mark(link: ShareLink, mark: str) -> None:
    """Change the text that is burnt into what guests of this link see. Raise CannotShare."""
    check_mark(mark)
    text = mark or _usual_mark(link)
    if link.has_watermark and text != link.watermark_text:
        link.watermark_text = text
        link.save(update_fields=["watermark_text"])
        link_videos.replace(link)


def check_mark(mark: str) -> None:
    """Raise CannotShare for a text with characters that no installed font has."""
    if missing := undrawable(mark):
        named = ", ".join(char if char.isprintable() else f"U+{ord(char):04X}" for char in missing[:5])
        raise CannotShare(
            _("The watermark cannot be drawn with these characters: %(named)s. Remove them.")
            % {"named": named},
            "watermark_text",
        )


def freeze(link: ShareLink) -> None:
    """Fix the candidates of an open blind vote that an earlier version created without doing so."""
    if link.is_blind and link.frozen_at is None:
        _order_films(link)


@transaction.atomic
def take_over(link: ShareLink, *, by: User) -> bool:
    """Make this user the creator of a paused link; return False if it is no longer paused.

    Guests then see what the user may share. Takes that the former creator added to a playlist stay in it.
    """
    paused = ShareLink.objects.paused().filter(pk=link.pk).values("pk")
    taken = ShareLink.objects.filter(pk__in=paused).update(created_by=by, owners_notified_at=None)
    if taken and link.playlist is not None:
        playlists.vouch(link.playlist, by=by, instead_of=link.created_by_id)
    return bool(taken)


def find(token: str) -> ShareLink | None:
    """Return the link of this token, even if it has ended, with `is_paused`."""
    links = ShareLink.objects.select_related("project", "take__shot", "shot", "playlist", "created_by")
    hashes = sealing.fingerprints(TOKENS, token)
    link = links.with_paused().filter(token_hash__in=hashes).first()
    if link is not None:
        link.token = token
    return link


def is_alive(link: ShareLink) -> bool:
    """Neither revoked nor run out, and what it shows was not deleted."""
    if link.has_lost_what_it_showed:
        return False
    return link.revoked_at is None and (link.expires_at is None or link.expires_at > timezone.now())


def is_paused(link: ShareLink) -> bool:
    """Return whether its creator may not share the project at present, read from the database."""
    return ShareLink.objects.paused().filter(pk=link.pk).exists()


def takes_of(link: ShareLink) -> TakeQuerySet:
    """Return the takes that the link shows, in order: of a playlist those that both its creator and the user who added
    the take may share now. The candidates of a vote were fixed when the link was created; takes that are removed from
    the playlist or abandoned leave the vote, and none can join."""
    if link.has_lost_what_it_showed:
        return Take.objects.none()
    takes = Take.objects.filter(_shareable(link)).select_related("shot", "project")
    if link.is_blind:
        takes = takes.filter(_settled(link))
    if link.take_id:
        return takes.filter(pk=link.take_id)
    if link.kind == ShareLink.Kind.SHOT:
        return takes.wanted().filter(shot=link.shot_id).order_by("-number", "-pk")
    if link.kind == ShareLink.Kind.PLAYLIST:
        return _listed(takes, link)
    by_shot = F("shot__code").asc(nulls_last=True)
    return takes.wanted().filter(review=Take.Review.APPROVED).order_by(by_shot, "number", "pk")


def knows_password(link: ShareLink, password: str) -> bool:
    """Return whether the password is right; a link without one accepts any. Replace hashes of older algorithms."""

    def rehash(typed: str) -> None:
        ShareLink.objects.filter(pk=link.pk, password=link.password).update(password=make_password(typed))

    return not link.password or check_password(password, link.password, rehash)


def enter(link: ShareLink, *, name: str) -> Guest:
    """Somebody new has come, which is a view."""
    guest = Guest.objects.create(link=link, name=name)
    _count_view(link, views=1)
    return guest


def note_visit(guest: Guest) -> None:
    """Write down that the guest looks, at most once a minute; after a silence it is another view."""
    now = timezone.now()
    silent = now - guest.seen_at
    if silent < NOTED_EVERY:
        return
    # Of two requests at once one finds the row as it was read.
    if Guest.objects.filter(pk=guest.pk, seen_at=guest.seen_at).update(seen_at=now):
        _count_view(guest.link, views=int(silent >= VISIT_ENDS_AFTER))


def notes_of(link: ShareLink, take: Take) -> QuerySet[Note]:
    """What guests see of the notes on a take: the threads that guests of this link began. The team's own notes stay
    with the team."""
    return Note.objects.roots().filter(take=take, guest__link=link, deleted_at__isnull=True)


def _shareable(link: ShareLink) -> Q:
    """Return the link's project; for a playlist also the other projects in which its creator is owner or editor now. If
    the creator is neither in the link's own project, the link is paused and this is not reached."""
    own = Q(project=link.project_id)
    if link.kind != ShareLink.Kind.PLAYLIST or link.created_by is None or not link.created_by.is_active:
        return own
    return own | Q(project__in=Project.objects.editable_by(link.created_by))


def _settled(link: ShareLink) -> Q:
    if link.frozen_at is None:
        return Q(created_at__lte=link.created_at)
    return Q(pk__in=link.films.current().values("take"))


def _order_films(link: ShareLink) -> None:
    """Queue the copies that guests see: all of them for a vote, else the first page; a visit queues the rest."""
    if not link.has_own_films:
        return
    with transaction.atomic():
        link_videos.order(link, takes_of(link)[: MOST_CANDIDATES if link.is_blind else FILMS_AHEAD])
        if link.is_blind:
            link.frozen_at = timezone.now()
            link.save(update_fields=["frozen_at"])


def _usual_mark(link: ShareLink) -> str:
    """Return a text that identifies project and link, without characters that cannot be drawn."""
    text = f"{link.project.name[:40]} · {str(link.uuid)[:8]}"
    return link.default_mark if undrawable(text) else text


def _check_ballot(count: int) -> None:
    if count < 2:
        raise CannotShare("A vote needs at least two takes to choose from.", "is_blind")
    if count > MOST_CANDIDATES:
        raise CannotShare(
            f"A vote is between {MOST_CANDIDATES} takes at most, and these are {count}. Put the ones to choose from "
            "into a playlist, and share that.",
            "is_blind",
        )


def _listed(takes: TakeQuerySet, link: ShareLink) -> TakeQuerySet:
    places = PlaylistItem.objects.vouched_for().filter(playlist=link.playlist_id, take=OuterRef("pk"))
    placed = takes.annotate(place=Subquery(places.values("position")[:1]))
    return placed.filter(place__isnull=False).order_by("place", "pk")


def _count_view(link: ShareLink, *, views: int) -> None:
    ShareLink.objects.filter(pk=link.pk).update(views=F("views") + views, last_viewed_at=timezone.now())
