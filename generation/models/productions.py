"""How a project's queue and money are run, and what is known of prices and of how long renders take."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from generation.models.jobs import choices
from generation.skyreels.schemas import Model, Resolution
from library.models import Project


class Production(models.Model):
    """The producer's switches of one project; without a row nothing is paused and the warning stands at 80 %."""

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
    """What one second of output costs from a day on, in US dollars (skyreels-api.md, section 4)."""

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
    """How long the latest renders of one sort took, in seconds from submit to completed: polls are timed by it."""

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
