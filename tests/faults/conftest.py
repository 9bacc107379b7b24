"""What the fault suite counts stands in its closing lines."""

from collections.abc import Callable

import pytest

from tests.generation.lifecycle.conftest import bring_to, poll, queued

__all__ = ["bring_to", "poll", "queued"]

COUNTED = pytest.StashKey[list[str]]()


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Put a line of counts at the end of the run."""
    return request.config.stash.setdefault(COUNTED, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(COUNTED, []):
        terminalreporter.write_line(line)
