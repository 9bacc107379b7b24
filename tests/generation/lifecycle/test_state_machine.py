"""Any order of answers, crashes, clock jumps and decisions keeps the promises about paid work.

The same few runs each time; with `make faults` many, and always others.
"""

import pytest

from tests.generation.lifecycle.state_machine import IS_FULL, run_machine

pytestmark = pytest.mark.django_db


def test_paid_work_is_never_lost_and_never_paid_twice(monkeypatch, alice, project):
    runs = 500 if IS_FULL else 15
    assert run_machine(monkeypatch, alice, project, runs=runs) >= runs
