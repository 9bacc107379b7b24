"""Benchmarks render templates as production does."""

from collections.abc import Iterator

import pytest
from django.template.base import Template
from django.test import utils


@pytest.fixture(autouse=True)
def production_rendering(django_test_environment: None) -> Iterator[None]:
    """Remove Django's test instrumentation, which copies the whole context for every `{% include %}`."""
    instrumented = Template._render
    Template._render = utils._TestState.saved_data.template_render
    yield
    Template._render = instrumented
