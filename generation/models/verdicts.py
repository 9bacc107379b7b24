"""Verdicts: decisions on takes, with author and time."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from generation.models.review_states import ReviewState
from generation.models.takes import Take


class Verdict(models.Model):
    """One decision on a take. A user's latest verdict counts, unless it was withdrawn; earlier ones are history.

    Only `generation.reviews` writes this table, and `Take.review` with it.
    """

    take = models.ForeignKey(Take, models.CASCADE, related_name="verdicts")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="verdicts"
    )
    guest = models.ForeignKey(
        "generation.Guest",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="verdicts",
        help_text="a guest's verdict is advice: it is told, and does not decide",
    )
    decision = models.CharField(max_length=10, choices=ReviewState.verdict_choices())
    reason = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["take", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=True) | Q(guest__isnull=True), name="verdicts_have_one_author"
            ),
            models.CheckConstraint(
                condition=Q(decision=ReviewState.APPROVED.value) | ~Q(reason="") | Q(by__isnull=True),
                name="other_verdicts_than_approval_have_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()}: {self.take}"
