"""Share links, the guests who come through them, and their votes."""

import secrets
from functools import cached_property
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Case, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from generation import sealing
from generation.models.playlists import Playlist
from generation.models.shots import Shot
from generation.models.takes import Take
from library.models import Project
from library.models.projects import MAKERS, AnyUser, in_projects_of, makes_in

TOKENS = "share-token"  # the purpose under which share tokens are sealed


def new_token() -> str:
    """Return a random token of 256 bits."""
    return secrets.token_urlsafe(32)


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Filters by permission and state."""

    def visible_to(self, user: AnyUser) -> Self:
        """Return the links of projects that the user may edit, since seeing a link is enough to pass it on."""
        return self.filter(in_projects_of(user, MAKERS))

    def create(self, **fields: Any) -> "ShareLink":  # type: ignore[override]  # it is this model's
        """Create a link with a new token."""
        made = self.model(**fields)
        made.set_token(new_token())
        made.save(force_insert=True, using=self.db)
        return made

    def unended(self) -> Self:
        """Return the links that are neither revoked nor expired and whose target still exists."""
        ends_later = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
        kinds = (ShareLink.Kind.SHOT, ShareLink.Kind.PLAYLIST)
        lost = Q(kind__in=kinds, shot__isnull=True, playlist__isnull=True)
        return self.filter(ends_later, ~lost, revoked_at__isnull=True)

    def paused(self) -> Self:
        """Return the links whose creator may no longer share their project."""
        return self.with_paused().filter(is_paused=True)

    def with_paused(self) -> Self:
        """Annotate each link with `is_paused`: its creator may no longer share its project."""
        may_share = makes_in(user="created_by", project="project")
        return self.annotate(
            is_paused=Case(When(may_share, then=Value(False)), default=True, output_field=BooleanField())
        )

    def sealed_otherwise(self) -> Self:
        """Return the links whose token is not sealed under the current key."""
        return self.exclude(token_key=sealing.key_id(TOKENS))


class ShareLink(models.Model):
    """A URL at which guests without an account can see selected takes, and nothing else.

    Its target is a take, the takes of a shot, a playlist, or the approved takes of its project. Takes of other projects
    in a playlist are shown as far as the link's creator may share them. A link whose shot or playlist was deleted shows
    nothing; it is kept with its guests, their notes and votes.

    Links belong to the project. If the creator of a link may no longer share the project (having left or been
    deactivated), the link is paused until an owner takes it over or revokes it.

    The token is found by `token_hash` and shown again from `sealed_token`; see `generation.sealing`.
    """

    class Kind(models.TextChoices):
        TAKE = "take", _("One take")
        SHOT = "shot", _("The takes of a shot")
        PLAYLIST = "playlist", _("A playlist")
        PROJECT = "project", _("The approved takes of a project")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    # Held the token in plain text. It now contains a random, useless value, so that the previous version still runs; a
    # later migration removes the column.
    plain_token = models.CharField(
        max_length=43, unique=True, default=new_token, editable=False, db_column="token"
    )
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - unique
    sealed_token = models.TextField(blank=True, default="", db_default="", editable=False)
    token_key = models.CharField(
        max_length=sealing.KEY_ID_LENGTH,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("which key both are made with"),
    )
    project = models.ForeignKey(Project, models.CASCADE, related_name="share_links")
    kind = models.CharField(max_length=8, choices=Kind)
    take = models.ForeignKey(Take, models.CASCADE, null=True, blank=True, related_name="share_links")
    shot = models.ForeignKey(Shot, models.SET_NULL, null=True, blank=True, related_name="share_links")
    playlist = models.ForeignKey(Playlist, models.SET_NULL, null=True, blank=True, related_name="share_links")
    label = models.CharField(max_length=120, blank=True, help_text=_("for whom it is; guests do not see it"))
    password = models.CharField(
        max_length=128, blank=True, editable=False, help_text=_("hashed; empty: none")
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    allows_notes = models.BooleanField(default=True)
    allows_verdicts = models.BooleanField(default=False)
    allows_download = models.BooleanField(default=False)
    has_watermark = models.BooleanField(default=False, help_text=_("a text burnt into what guests see"))
    watermark_text = models.CharField(
        max_length=60, blank=True, default="", db_default="", help_text=_("empty: what `default_mark` says")
    )
    is_blind = models.BooleanField(default=False, help_text=_("a vote between takes without labels"))
    frozen_at = models.DateTimeField(
        null=True, blank=True, help_text=_("when it was settled which takes a blind vote is between")
    )
    by_invitation = models.BooleanField(
        default=False, db_default=False, help_text=_("only voters with a URL of their own take part")
    )
    closed_at = models.DateTimeField(null=True, blank=True, help_text=_("when the vote was closed"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    owners_notified_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("when the owners were notified that it is paused")
    )
    views = models.PositiveIntegerField(default=0)
    last_viewed_at = models.DateTimeField(null=True, blank=True)

    is_paused: bool  # set by `with_paused`

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="take", take__isnull=False, shot__isnull=True, playlist__isnull=True)
                    | Q(kind="shot", take__isnull=True, playlist__isnull=True)
                    | Q(kind="playlist", take__isnull=True, shot__isnull=True)
                    | Q(kind="project", take__isnull=True, shot__isnull=True, playlist__isnull=True)
                ),
                name="share_links_show_one_thing",
            )
        ]

    def __str__(self) -> str:
        return self.label or gettext("Share link %(id)s") % {"id": str(self.uuid)[:8]}

    def get_absolute_url(self) -> str:
        return reverse("generation:shared", args=[self.token])

    @cached_property
    def token(self) -> str:
        """Return the secret in its URL. Raise sealing.CannotUnseal if the installation's key was changed."""
        return sealing.unseal(TOKENS, self.sealed_token)

    @property
    def has_token(self) -> bool:
        """Return whether its URL can be shown."""
        try:
            return bool(self.token)
        except sealing.CannotUnseal:
            return False

    def set_token(self, token: str) -> None:
        """Seal this token into the row under the current key, without saving."""
        self.token_hash, self.sealed_token = sealing.fingerprint(TOKENS, token), sealing.seal(TOKENS, token)
        self.token_key, self.token = sealing.key_id(TOKENS), token

    @property
    def mark(self) -> str:
        """Return the text that is burnt into what guests see; empty for none."""
        return (self.watermark_text or self.default_mark) if self.has_watermark else ""

    @property
    def default_mark(self) -> str:
        """Return a text that identifies this link and that every font can draw."""
        return f"BACKLOT {str(self.uuid)[:8]}"

    @property
    def has_own_copies(self) -> bool:
        """Return whether guests see copies made for this link instead of the originals."""
        return self.has_watermark or self.is_blind

    @property
    def has_lost_target(self) -> bool:
        """Return whether its shot or playlist was deleted."""
        return self.kind in (self.Kind.SHOT, self.Kind.PLAYLIST) and not (self.shot_id or self.playlist_id)


class Guest(models.Model):
    """A visitor of a share link, without an account, who entered a name.

    A signed cookie with the key identifies the guest. Another visitor who enters the same name is another guest.
    """

    link = models.ForeignKey(ShareLink, models.CASCADE, related_name="guests")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Voter(models.Model):
    """An invitation to a blind vote. Its URL identifies the voter, who has one ballot.

    The URL is derived from `key` and the installation's secret (`generation.reviews.sharing.ballots`).
    """

    link = models.ForeignKey(ShareLink, models.CASCADE, related_name="voters")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=60, blank=True)
    guest = models.OneToOneField(Guest, models.SET_NULL, null=True, blank=True, related_name="voter")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name or gettext("Voter %(id)s") % {"id": str(self.key)[:8]}


class Vote(models.Model):
    """A guest's choice in a blind vote; it may be changed until the vote is closed."""

    link = models.ForeignKey(ShareLink, models.CASCADE, related_name="votes")
    guest = models.ForeignKey(Guest, models.CASCADE, related_name="votes")
    take = models.ForeignKey(Take, models.CASCADE, related_name="votes")
    at = models.DateTimeField(auto_now=True)
    origin = models.CharField(
        max_length=32,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("a keyed hash of the address it was first cast from; empty: not known"),
    )
    left_out_at = models.DateTimeField(
        null=True, blank=True, help_text=_("when it was left out of the result")
    )
    left_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "guest"], name="one_vote_for_each_guest")]

    def __str__(self) -> str:
        return f"{self.guest} for {self.take}"
