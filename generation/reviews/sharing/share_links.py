"""Create, find, change and revoke share links. Together with `guests`, the only writer of links and guests."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from generation import sealing
from generation.models import Playlist, ShareLink, Shot, Take
from generation.models.sharing import TOKENS, new_token
from generation.reviews.playlists import playlists
from generation.reviews.sharing import link_videos
from generation.reviews.sharing.shared_takes import MAX_CANDIDATES, takes_of
from library.models import Project
from library.watermark_fonts import undrawable

MIN_PASSWORD_LENGTH = 8
COPIES_AHEAD = 36  # a page of takes

Target = Take | Shot | Playlist | Project
_FIELDS: dict[type[Any], str] = {Take: "take", Shot: "shot", Playlist: "playlist"}


class CannotShare(Exception):
    """No link was created. The message is shown to the user; `field` is the form field to change, if there is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Terms:
    """The rights of guests besides viewing. A blind vote allows only one choice.

    `mark` is the watermark text; if empty, it is derived from the project and the link.
    """

    notes: bool = True
    verdicts: bool = False
    download: bool = False
    watermark: bool = False
    blind: bool = False
    by_invitation: bool = False
    mark: str = ""

    def normalized(self) -> "Terms":
        """Return these without what a blind vote excludes. Raise CannotShare for a mark that no font can draw."""
        if self.watermark:
            check_mark(self.mark)
        if self.blind:
            return replace(self, notes=False, verdicts=False, download=False)
        return replace(self, by_invitation=False)


def share(
    target: Target, *, by: User, terms: Terms, expires_at: datetime, label: str = "", password: str = ""
) -> ShareLink:
    """Create a link to a take, the takes of a shot, a playlist or a project's approved takes. Raise CannotShare."""
    terms = terms.normalized()
    _check_request(terms, expires_at, password)
    link = _new_link(target, terms)
    link.created_by, link.label, link.expires_at = by, label, expires_at
    link.password = make_password(password) if password else ""
    link.watermark_text = (terms.mark or _usual_mark(link)) if terms.watermark else ""
    if terms.blind:
        _check_candidates(takes_of(link).count())
    link.save()
    _request_copies(link)
    return link


def revoke(link: ShareLink) -> None:
    """Close the link at once; a second call keeps the first date. Notes and votes remain."""
    if ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        link_videos.enqueue_copies()


def change_mark(link: ShareLink, mark: str) -> None:
    """Change the text that is burnt into what guests of this link see. Raise CannotShare."""
    check_mark(mark)
    text = mark or _usual_mark(link)
    if link.has_watermark and text != link.watermark_text:
        link.watermark_text = text
        link.save(update_fields=["watermark_text"])
        link_videos.replace_copies(link)


def check_mark(mark: str) -> None:
    """Raise CannotShare for a text with characters that no installed font has."""
    if missing := undrawable(mark):
        named = ", ".join(char if char.isprintable() else f"U+{ord(char):04X}" for char in missing[:5])
        raise CannotShare(
            _("The watermark cannot be drawn with these characters: %(named)s. Remove them.")
            % {"named": named},
            "watermark_text",
        )


def fix_candidates(link: ShareLink) -> None:
    """Fix the candidates of an open blind vote that an earlier version created without doing so."""
    if link.is_blind and link.frozen_at is None:
        _request_copies(link)


@transaction.atomic
def take_over(link: ShareLink, *, by: User) -> bool:
    """Make this user the creator of a paused link; return False if it is no longer paused.

    Guests then see what the user may share. Takes that the former creator added to a playlist stay in it.
    """
    paused = ShareLink.objects.paused().filter(pk=link.pk).values("pk")
    changed = ShareLink.objects.filter(pk__in=paused).update(created_by=by, owners_notified_at=None)
    if changed and link.playlist is not None:
        playlists.vouch(link.playlist, by=by, instead_of=link.created_by_id)
    return bool(changed)


def find(token: str) -> ShareLink | None:
    """Return the link of this token, even if it has ended, with `is_paused`."""
    links = ShareLink.objects.select_related("project", "take__shot", "shot", "playlist", "created_by")
    hashes = sealing.fingerprints(TOKENS, token)
    link = links.with_paused().filter(token_hash__in=hashes).first()
    if link is not None:
        link.token = token
    return link


def is_alive(link: ShareLink) -> bool:
    """Return whether the link is neither revoked nor expired and its target still exists."""
    if link.has_lost_target:
        return False
    return link.revoked_at is None and (link.expires_at is None or link.expires_at > timezone.now())


def is_paused(link: ShareLink) -> bool:
    """Return whether its creator may not share the project at present, read from the database."""
    return ShareLink.objects.paused().filter(pk=link.pk).exists()


def _check_request(terms: Terms, expires_at: datetime, password: str) -> None:
    if password and terms.by_invitation:
        raise CannotShare(_("Each invitation has its own secret URL. Leave the password empty."), "password")
    if password and len(password) < MIN_PASSWORD_LENGTH:
        text = _("Use at least %(count)s characters, or leave the password empty.")
        raise CannotShare(text % {"count": MIN_PASSWORD_LENGTH}, "password")
    if expires_at <= timezone.now():
        raise CannotShare(_("This date is in the past. Choose a later one."), "until")


def _new_link(target: Target, terms: Terms) -> ShareLink:
    """Return an unsaved link with a new token."""
    field = _FIELDS.get(type(target), "")
    project = target if isinstance(target, Project) else target.project
    link = ShareLink(project=project, kind=field or "project", created_at=timezone.now())
    if field:
        setattr(link, field, target)
    link.allows_notes, link.allows_verdicts = terms.notes, terms.verdicts
    link.allows_download, link.has_watermark, link.is_blind = terms.download, terms.watermark, terms.blind
    link.by_invitation = terms.by_invitation
    link.set_token(new_token())
    return link


def _request_copies(link: ShareLink) -> None:
    """Queue the copies that guests see: all of them for a vote, else the first page; a visit queues the rest."""
    if not link.has_own_copies:
        return
    with transaction.atomic():
        link_videos.request_copies(link, takes_of(link)[: MAX_CANDIDATES if link.is_blind else COPIES_AHEAD])
        if link.is_blind:
            link.frozen_at = timezone.now()
            link.save(update_fields=["frozen_at"])


def _usual_mark(link: ShareLink) -> str:
    """Return a text that identifies project and link, without characters that cannot be drawn."""
    text = f"{link.project.name[:40]} · {str(link.uuid)[:8]}"
    return link.default_mark if undrawable(text) else text


def _check_candidates(count: int) -> None:
    if count < 2:
        raise CannotShare(_("A vote needs at least two takes."), "is_blind")
    if count > MAX_CANDIDATES:
        text = _("A vote can have at most %(most)s takes, not %(count)s. Share a playlist with fewer takes.")
        raise CannotShare(text % {"most": MAX_CANDIDATES, "count": count}, "is_blind")
