"""Takes."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from generation.models.jobs import Job, JobReference
from generation.models.shots import Shot
from library.models import Project
from library.models.projects import COMMENTERS, DECIDERS, MAKERS, AnyUser, in_projects_of


class TakeQuerySet(models.QuerySet["Take"]):
    """Look-up and permission in one call."""

    def visible_to(self, user: AnyUser) -> Self:
        """The takes of the projects that the user may see."""
        return self.filter(in_projects_of(user))

    def editable_by(self, user: AnyUser) -> Self:
        """The takes of the projects in which the user may make things."""
        return self.filter(in_projects_of(user, MAKERS))

    def decidable_by(self, user: AnyUser) -> Self:
        """The takes of the projects in which the user's verdict counts."""
        return self.filter(in_projects_of(user, DECIDERS))

    def commented_by(self, user: AnyUser) -> Self:
        """The takes of the projects in which the user may write notes."""
        return self.filter(in_projects_of(user, COMMENTERS))

    def wanted(self) -> Self:
        """Without those whose job was abandoned: they are kept, but stand in nobody's way."""
        return self.filter(job__abandoned_at__isnull=True)

    def for_cards(self) -> Self:
        """What a card shows, in one query."""
        return self.select_related("job", "project", "shot").with_rights()

    def with_rights(self) -> Self:
        """Whether the rights of something that it was made with have ended by today, as `has_ended_rights`."""
        ended = JobReference.objects.filter(
            job=OuterRef("job"), asset__rights_end_on__lt=timezone.localdate()
        )
        return self.annotate(has_ended_rights=Exists(ended))


class Take(models.Model):
    """The video that a job brought home. It exists only after the file was opened and probed.

    Size in bytes, pixels, seconds and frames for each second are those of the file, not those asked for.
    """

    class Review(models.TextChoices):
        WAITING = "waiting", "To review"
        APPROVED = "approved", "Approved"
        CHANGES = "changes", "Changes requested"
        REJECTED = "rejected", "Rejected"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    job = models.OneToOneField(Job, models.PROTECT, related_name="take")
    project = models.ForeignKey(Project, models.PROTECT, related_name="takes")
    shot = models.ForeignKey(Shot, models.SET_NULL, null=True, blank=True, related_name="takes")
    number = models.PositiveIntegerField(
        help_text="counts the takes of the shot, or of the project's loose takes"
    )
    key = models.CharField(max_length=200, unique=True)
    original_key = models.CharField(
        max_length=200, blank=True, help_text="the provider's own bytes, where `key` holds them signed"
    )
    poster_key = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="bytes")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    seconds = models.FloatField()
    fps = models.FloatField("frames per second")
    frames = models.PositiveIntegerField(default=0, help_text="pictures, as PyAV decodes them")
    times = models.JSONField(
        default=list,
        blank=True,
        help_text="seconds at which the pictures begin, where they do not follow from the rate",
    )
    codec = models.CharField(max_length=40)
    has_audio = models.BooleanField(default=False)
    review = models.CharField(
        max_length=10,
        choices=Review,
        default=Review.WAITING,
        help_text="what the verdicts come to; only `generation.reviews` writes it",
    )
    announced_at = models.DateTimeField(null=True, blank=True, help_text="when the reviewers were told of it")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TakeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["project", "review", "-id"], name="takes_by_review"),
            models.Index(fields=["id"], condition=Q(announced_at__isnull=True), name="takes_to_announce"),
        ]

    def __str__(self) -> str:
        return f"Take {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("generation:take", args=[self.uuid])

    @property
    def frame_count(self) -> int:
        """How many pictures it has; by length and rate where they were never counted."""
        return self.frames or max(1, round(self.seconds * self.fps))

    @property
    def end(self) -> float:
        """The second up to which a player's clock runs: longer than the film lasts, where its pictures begin late."""
        return max([self.seconds, *(begin + 1 / (self.fps or 1) for begin in self.times[-1:])])
