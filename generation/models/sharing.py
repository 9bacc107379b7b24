"""Share links, the guests who come through them, and their votes."""

import secrets
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from generation.models.playlists import Playlist
from generation.models.shots import Shot
from generation.models.takes import Take
from library.models import Project
from library.models.projects import MAKERS, AnyUser, in_projects_of


def new_token() -> str:
    """256 bits: guessing is hopeless."""
    return secrets.token_urlsafe(32)


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Look-up and permission in one call."""

    def visible_to(self, user: AnyUser) -> Self:
        """The links into projects in which the user may make things: whoever sees a link can pass it on."""
        return self.filter(in_projects_of(user, MAKERS))


class ShareLink(models.Model):
    """An address that lets guests without an account see chosen takes, and nothing else.

    What it shows: a take, the takes of a shot, a playlist, or the approved takes of its project. A playlist's takes of
    other projects are shown as far as whoever made the link may share them there. A link whose shot or playlist was
    deleted opens nothing any more, and stays, with its guests, what they said and how they voted.
    """

    class Kind(models.TextChoices):
        TAKE = "take", "One take"
        SHOT = "shot", "The takes of a shot"
        PLAYLIST = "playlist", "A playlist"
        PROJECT = "project", "The approved takes of a project"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    token = models.CharField(max_length=43, unique=True, default=new_token, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="share_links")
    kind = models.CharField(max_length=8, choices=Kind)
    take = models.ForeignKey(Take, models.CASCADE, null=True, blank=True, related_name="share_links")
    shot = models.ForeignKey(Shot, models.SET_NULL, null=True, blank=True, related_name="share_links")
    playlist = models.ForeignKey(Playlist, models.SET_NULL, null=True, blank=True, related_name="share_links")
    label = models.CharField(max_length=120, blank=True, help_text="for whom it is; guests do not see it")
    password = models.CharField(max_length=128, blank=True, editable=False, help_text="hashed; empty: none")
    expires_at = models.DateTimeField(null=True, blank=True)
    allows_notes = models.BooleanField(default=True)
    allows_verdicts = models.BooleanField(default=False)
    allows_download = models.BooleanField(default=False)
    has_watermark = models.BooleanField(default=False, help_text="the guest's name over the picture")
    is_blind = models.BooleanField(default=False, help_text="a vote between takes without labels")
    closed_at = models.DateTimeField(null=True, blank=True, help_text="when the vote was closed")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    views = models.PositiveIntegerField(default=0)
    last_viewed_at = models.DateTimeField(null=True, blank=True)

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
        return self.label or f"Share link {str(self.uuid)[:8]}"

    def get_absolute_url(self) -> str:
        return reverse("generation:shared", args=[self.token])

    @property
    def has_lost_what_it_showed(self) -> bool:
        """Whether its shot or playlist was deleted."""
        return self.kind in (self.Kind.SHOT, self.Kind.PLAYLIST) and not (self.shot_id or self.playlist_id)


class Guest(models.Model):
    """Somebody without an account who came through a share link and gave a name.

    Remembered by a signed cookie that holds the key; the same name typed again by another is another guest.
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


class Vote(models.Model):
    """A guest's choice in a blind vote; it may be changed until the vote is closed."""

    link = models.ForeignKey(ShareLink, models.CASCADE, related_name="votes")
    guest = models.ForeignKey(Guest, models.CASCADE, related_name="votes")
    take = models.ForeignKey(Take, models.CASCADE, related_name="votes")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "guest"], name="one_vote_for_each_guest")]

    def __str__(self) -> str:
        return f"{self.guest} for {self.take}"
