"""State that all workers share: pauses and request budgets of providers, and leases."""

from django.db import models


class GatewayState(models.Model):
    """One row for each base URL: why submits are paused, if they are, and how much of the request budget is spent.

    `budget_spent_until` is the unix time up to which requests have been granted at the steady rate
    (`generation.lifecycle.queue.rate_limit`).
    """

    base_url = models.CharField(max_length=300, unique=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_reason = models.TextField(blank=True)
    budget_spent_until = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"{self.base_url} ({'paused' if self.paused_at else 'open'})"


class Heartbeat(models.Model):
    """A lease on a task that only one worker should run at a time, with the time of the last heartbeat."""

    name = models.CharField(max_length=40, unique=True)
    token = models.CharField(max_length=80, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
