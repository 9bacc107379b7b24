"""The provider calls: its task is asked about now instead of later."""

from django.utils import timezone

from generation.models import Job


def called_back(hook_token: str) -> bool:
    """Make the job of this token due, if it runs and nobody is just asking; False when no job has the token.

    The sweep looks several times a second, so that nothing more is needed to wake it.
    """
    called = Job.objects.exclude(hook_token="").filter(hook_token=hook_token)
    running = called.filter(status=Job.Status.RUNNING, lease_token="")
    return bool(running.update(next_step_at=timezone.now())) or called.exists()
