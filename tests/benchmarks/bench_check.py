"""What checking a prompt with ten handles costs in a library of a thousand and of a hundred thousand assets.

On the configured database: SQLite, or PostgreSQL by `DATABASE_URL`.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from generation.composition import Composition, Settings, compose, compose_request
from library.models import Asset, Project
from tests.benchmarks.bench_library import _Library

SIZES, ROUNDS = [1_000, 100_000], 40
MOST_MILLISECONDS, MOST_QUERIES = 25, 12


@dataclass(frozen=True)
class Cost:
    """Milliseconds (median of `ROUNDS`) and queries of one check."""

    milliseconds: float
    queries: int


@pytest.mark.django_db(transaction=True)
def test_what_a_check_costs(alice: User) -> None:
    """Median and queries of each check at each size; none may take longer than 25 ms."""
    makers = _Library(alice)
    table: dict[str, list[Cost]] = {}
    for size in SIZES:
        makers.grow_to(size)
        for name, check in _checks(alice, makers.mine).items():
            table.setdefault(name, []).append(_measured(check))
    print(f"\n{connection.vendor}, medians in ms" + "".join(f"{size:>14,}{'queries':>9}" for size in SIZES))
    for name, row in table.items():
        print(f"{name:<28}" + "".join(f"{one.milliseconds:14.1f}{one.queries:9}" for one in row))
    slowest = max(one.milliseconds for row in table.values() for one in row)
    assert slowest <= MOST_MILLISECONDS
    assert max(one.queries for row in table.values() for one in row) <= MOST_QUERIES


def _checks(alice: User, project: Project) -> dict[str, Callable[[], Composition]]:
    """Ten handles that all mean something, and ten of which every second is mistyped."""
    seen = Asset.objects.visible_to(alice).active().order_by("pk").values_list("handle", flat=True)
    step = seen.count() // 10
    known = [seen[place * step] for place in range(10)]
    mistyped = [name[:-1] + "x" if place % 2 else name for place, name in enumerate(known)]
    typed, doubtful = (" and ".join(f"@{name}" for name in names) for names in (known, mistyped))
    data = {"model": "skyreels-v4-fast", "prompt": typed, "first_frame_image": f"@{known[0]}"}
    return {
        "ten handles": lambda: compose(user=alice, project=project, prompt=typed, settings=Settings()),
        "five of ten mistyped": lambda: compose(
            user=alice, project=project, prompt=doubtful, settings=Settings()
        ),
        "a request from frames": lambda: compose_request(user=alice, project=project, data=data),
    }


def _measured(check: Callable[[], Composition]) -> Cost:
    """What an answer tells is worked out too: the problems, the price and the request."""
    with CaptureQueriesContext(connection) as asked:
        check()
    queries, times = len(asked), []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        composed = check()
        assert composed.problems
        assert composed.preview()["prompt"]
        times.append(1000 * (time.perf_counter() - started))
    return Cost(statistics.median(times), queries)
