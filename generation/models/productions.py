"""Settings of a project's queue and budget, render prices, and measured render times."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from generation.models.jobs import choices
from generation.skyreels.schemas import Model, Resolution
from library.models import Project


class Production(models.Model):
    """The queue and budget settings of a project. Without a row, nothing is paused and the warning is at 80 %."""

    project = models.OneToOneField(Project, models.CASCADE, related_name="production")
    paused_at = models.DateTimeField(null=True, blank=True, help_text="since when nothing of it is submitted")
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    warn_at = models.PositiveSmallIntegerField(
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="per cent of the budget from which on it is warned",
    )
    approvals_needed = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="how many people have to approve a take",
    )

    def __str__(self) -> str:
        return f"Production of {self.project}"


class Price(models.Model):
    """The price of one second of output from a day on, in US dollars (skyreels-api.md, section 4)."""

    model = models.CharField(max_length=40, choices=choices(Model))
    resolution = models.CharField(max_length=5, choices=choices(Resolution))
    with_video = models.BooleanField(help_text="with a reference or extend video")
    usd_per_second = models.DecimalField(max_digits=8, decimal_places=4, validators=[MinValueValidator(0)])
    since = models.DateField()

    class Meta:
        ordering = ["-since", "model", "resolution", "with_video"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "resolution", "with_video", "since"], name="one_price_for_each_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.resolution} {self.usd_per_second} USD/s since {self.since}"


class RenderTime(models.Model):
    """The latest render times for one set of parameters, in seconds from submit to completion; polls are timed by
    them."""

    model = models.CharField(max_length=40, choices=choices(Model))
    resolution = models.CharField(max_length=5, choices=choices(Resolution))
    duration = models.PositiveSmallIntegerField(help_text="seconds of output")
    samples = models.JSONField(default=list, help_text="seconds, the latest last")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["model", "resolution", "duration"], name="render_times_of_each_sort_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.resolution} {self.duration} s"
