"""Copies of videos for the guests of a share link."""

from datetime import timedelta
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from generation.models.sharing import ShareLink
from generation.models.takes import Take
from library import storage

MAX_TRIES = 6
LONGEST_LEASE = timedelta(hours=1)


class LinkFilmQuerySet(models.QuerySet["LinkFilm"]):
    """Filters by state: current, due, leased or obsolete."""

    def current(self) -> Self:
        """Return the copies that were not replaced."""
        return self.filter(ended_at__isnull=True)

    def due(self) -> Self:
        """Return the copies that can be made, in the order of their random keys, which reveals nothing of takes."""
        waiting = self.current().filter(made_at__isnull=True, tries__lt=MAX_TRIES)
        waiting = waiting.filter(
            ~_is_leased(), link__in=ShareLink.objects.unended(), next_try_at__lte=timezone.now()
        )
        return waiting.order_by("next_try_at", "uuid")

    def leased(self) -> Self:
        """Return the copies that a worker is making."""
        return self.filter(_is_leased())

    def obsolete(self) -> Self:
        """Return the copies whose objects can be deleted: they were replaced, or their link has ended.

        Copies that are being made are left for later, or their objects would remain.
        """
        return self.filter(Q(ended_at__isnull=False) | ~Q(link__in=ShareLink.objects.unended())).filter(
            ~_is_leased()
        )


class LinkFilm(models.Model):
    """A copy of a take's video and poster for the guests of one link.

    With a `mark`, the text is burnt in. In a blind vote, the copies are also the candidates: their keys are random,
    they are made together, and their files do not reveal their source.

    A row is never changed into another copy: a new mark ends it and creates a new row.
    """

    uuid = models.UUIDField(
        default=uuid4, unique=True, editable=False, help_text=_("random, names the objects")
    )
    link = models.ForeignKey(ShareLink, models.CASCADE, related_name="films")
    take = models.ForeignKey(Take, models.CASCADE, related_name="link_films")
    mark = models.CharField(max_length=80, blank=True, help_text=_("burnt in; empty: none"))
    created_at = models.DateTimeField(auto_now_add=True)
    made_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text=_("when another copy took its place"))
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    lease_token = models.CharField(max_length=32, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = LinkFilmQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link", "take"],
                condition=Q(ended_at__isnull=True),
                name="one_film_for_each_link_and_take",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(made_at__isnull=True, ended_at__isnull=True),
                name="films_to_make",
            )
        ]

    def __str__(self) -> str:
        return f"{self.take} for {self.link}"

    @property
    def key(self) -> str:
        return storage.link_video_key(self.uuid)

    @property
    def poster_key(self) -> str:
        return storage.link_poster_key(self.uuid)

    @property
    def has_failed(self) -> bool:
        """Return whether all attempts failed."""
        return self.made_at is None and self.tries >= MAX_TRIES


def _is_leased() -> Q:
    # A lease that ends later than possible was acquired before the clock was set back.
    now = timezone.now()
    return Q(leased_until__isnull=False, leased_until__gt=now, leased_until__lt=now + LONGEST_LEASE)
