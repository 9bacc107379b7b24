"""One small library for each test."""

import pytest
from django.contrib.auth.models import User

from library.models import Project
from tests.generation.composition import cast


@pytest.fixture
def stage(alice: User, project: Project) -> cast.Stage:
    """alice before her library."""
    cast.fill(alice)
    return cast.Stage(alice, project)
