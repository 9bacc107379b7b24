"""Databases of earlier versions as the default database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.upgrade.restored import restored


@pytest.fixture
def restore(django_db_setup: None, django_db_blocker) -> Iterator[Callable[[str], None]]:
    """Make a copy of the named fixture the default database until the test ends."""
    with django_db_blocker.unblock(), ExitStack() as kept:
        yield lambda name: kept.enter_context(restored(name))
