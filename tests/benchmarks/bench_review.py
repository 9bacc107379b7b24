"""What review costs: the page of a take with 500 notes in a shot of 60 takes, and a playlist of 200 takes.

On the configured database: SQLite, or PostgreSQL by `DATABASE_URL`.
"""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from generation.models import Promotion
from generation.reviews.playlists import playlists
from library.models import Project
from tests import factories
from tests.benchmarks.bench_library import _measured, _Visitor
from tests.generation.reviewed import reviewed_take
from tests.generation.views.conftest import make_take

TAKES, NOTES, LISTED, REFERENCES = 60, 500, 200, 4
MOST_MILLISECONDS, MOST_QUERIES = 60, 15


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("s3")
def test_what_review_costs(alice: User, project: Project, client: Client) -> None:
    """Median and queries of each page; none may take longer than 60 ms or ask more than 15 times."""
    client.force_login(alice)
    visitor, table, addresses = _Visitor(client), {}, _addresses(alice, project)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as a running database does by itself soon after many rows came
    for name, address in addresses:
        table[name] = _measured(visitor, address)
    print(f"\n{connection.vendor:<32}{'median':>10}{'best':>10}{'process':>10}{'queries':>10}")
    for name, one in table.items():
        print(f"{name:<32}{one.clock:10.1f}{one.best:10.1f}{one.process:10.1f}{one.queries:10}")
    assert max(one.queries for one in table.values()) <= MOST_QUERIES
    assert max(one.clock for one in table.values()) <= MOST_MILLISECONDS


def _addresses(alice: User, project: Project) -> list[tuple[str, str]]:
    take = reviewed_take(alice, project, takes=TAKES, notes=NOTES)
    for place in range(REFERENCES):
        asset = factories.asset(alice, handle=f"Mara_{place}", pictures=2)
        take.job.references.create(
            handle=asset.handle, asset=asset, version=asset.current_version, position=place
        )
    Promotion.objects.create(asset=asset, take=take)
    listed = [take, *(make_take(alice, project) for _ in range(LISTED - 1))]
    playlist = playlists.create(by=alice, project=project, name="Dailies", takes=listed)
    page = take.get_absolute_url()
    return [
        ("take", page),
        ("take, at its oldest note", take.notes.order_by("pk")[0].get_absolute_url().split("#")[0]),
        ("take, its list of notes", f"{page}notes/?notes=all"),
        ("take, its stack", f"{page}stack/"),
        ("playlist, its first take", playlist.get_absolute_url()),
        ("playlist, its summary", f"{playlist.get_absolute_url()}?at=end"),
        ("playlist, to edit", f"{playlist.get_absolute_url()}edit/"),
    ]
