"""What is asked at the start."""

import pytest
from django.core.checks import run_checks

from generation.checks import CONSOLE


@pytest.mark.parametrize(
    ("production", "backend", "warned"),
    [
        (True, CONSOLE, True),
        (True, "django.core.mail.backends.smtp.EmailBackend", False),
        (False, CONSOLE, False),
    ],
)
def test_e_mails_that_would_reach_nobody_are_warned_of(settings, production, backend, warned):
    settings.PRODUCTION, settings.EMAIL_BACKEND = production, backend
    assert ("generation.W002" in {found.id for found in run_checks()}) == warned
