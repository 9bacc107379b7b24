"""Schedules of recurring tasks, run by django-q's scheduler."""

from datetime import timedelta

from django.utils import timezone
from django_q.models import Schedule

SWEEP = "generation.tasks.sweep"
# Name of the schedule: task and minutes between two runs.
SCHEDULE = {
    "sweep": (SWEEP, 1),
    "notifications": ("generation.tasks.send_notifications", 1),
    "clean up": ("generation.tasks.clean_up", 60),
}
# Schedules of earlier versions, by task. A host that has not been upgraded yet may create them again.
RETIRED_TASKS = ("generation.tasks.tell",)
MINUTE = timedelta(minutes=1)


def ensure_schedule() -> None:
    """Create missing schedules, and delete duplicate and retired ones.

    The names are not unique: hosts that start at the same time may each create a row, and the next start deletes it.
    """
    Schedule.objects.filter(func__in=RETIRED_TASKS).delete()
    for name, (task, minutes) in SCHEDULE.items():
        found = list(Schedule.objects.filter(name=name).order_by("pk").values_list("pk", flat=True))
        Schedule.objects.filter(pk__in=found[1:]).delete()
        if not found:
            Schedule.objects.create(
                name=name,
                func=task,
                schedule_type=Schedule.MINUTES,
                minutes=minutes,
                next_run=timezone.now(),
            )


def reset_future_schedules() -> None:
    """Run tasks now that are due later than possible: they were scheduled before the clock was set back.

    Otherwise e-mails, notifications and sweeps would stop until the clock has caught up.
    """
    now = timezone.now()
    for name, (_, minutes) in SCHEDULE.items():
        Schedule.objects.filter(name=name, next_run__gt=now + 2 * minutes * MINUTE).update(next_run=now)
