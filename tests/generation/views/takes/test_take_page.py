"""The take page: what it opens at, what it tells, and what it costs."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from generation.models import Job, Note, Promotion, Shot, Take
from generation.reviews.verdicts import verdicts
from library import ingest
from library.models import Project
from tests import factories
from tests.generation.reviewed import reviewed_take
from tests.generation.views.conftest import make_take

MOST_QUERIES = 15


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def queries(client: Client, address: str) -> int:
    """How often a page asks the database."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.usefixtures("s3")
def test_many_notes_and_takes_cost_fifteen_queries_at_most(
    as_alice: Client, alice: User, project: Project
) -> None:
    take = reviewed_take(alice, project, takes=60, notes=500)
    for place, handle in enumerate(("Mara_1", "Mara_2")):
        asset = factories.asset(alice, handle=handle, pictures=2)
        take.job.references.create(handle=handle, asset=asset, version=asset.current_version, position=place)
    Promotion.objects.create(asset=asset, take=take)
    oldest = take.notes.order_by("pk")[0]
    verdicts.decide(take, by=alice, decision="approved")
    page = as_alice.get(take.get_absolute_url())
    assert (len(page.context["stack"]), page.context["note_counts"].open) == (60, 250)
    for address in (take.get_absolute_url(), oldest.get_absolute_url()):
        assert queries(as_alice, address) <= MOST_QUERIES


def test_the_stack_tells_states_and_what_is_in_hand(as_alice: Client, alice: User, project: Project) -> None:
    shot = Shot.objects.create(project=project, code="020")
    first, second = make_take(alice, project, shot=shot), make_take(alice, project, shot=shot)
    Take.objects.filter(pk=first.pk).update(review=Take.Review.CHANGES)
    job = factories.job(alice, project, shot=shot, status=Job.Status.RUNNING, progress=62)
    factories.job(alice, project, shot=shot, status=Job.Status.FAILED)
    page = as_alice.get(second.get_absolute_url())
    strip = page.content.decode().split('class="stack-strip"')[1].split("</ul>")[0]
    assert (
        strip.count("<img"),
        len(re.findall(r"rendering\s+62 %", strip, re.I)),
        strip.count("badge-amber"),
    ) == (2, 1, 1)
    assert page.context["neighbour"].uuid == first.uuid

    # The fragment: nothing while nothing has changed, then the next take in the place of its job.
    address = f"/takes/{second.uuid}/stack/?live={page.context['mark']}"
    assert as_alice.get(address).status_code == 204
    Job.objects.filter(pk=job.pk).update(progress=80)
    assert "80 %" in as_alice.get(address).content.decode()
    Job.objects.filter(pk=job.pk).update(status=Job.Status.FAILED, next_step_at=None)
    told = as_alice.get(address).content.decode()
    assert ("every 2s" in told, 'hx-trigger="take-decided from:body"' in told) == (False, True)


@pytest.mark.parametrize(
    ("query", "second"),
    [
        ("", None),
        ("?frame=58", "2.4375"),
        ("?frame=9999", "4.9792"),
        ("?frame=x", None),
        ("?note=none", None),
    ],
)
def test_a_link_opens_at_its_frame_even_without_scripts(
    as_alice: Client, alice: User, project: Project, query: str, second: str | None
) -> None:
    take = make_take(alice, project)
    page = as_alice.get(take.get_absolute_url() + query).content.decode()
    video = page.split("<video")[1].split(">")[0]
    assert ("controls" in video.split(), f'#t={second}"' in video if second else "#t=" not in video) == (
        True,
        True,
    )


def test_the_link_of_a_note_or_a_reply_opens_at_its_frame(
    as_alice: Client, alice: User, project: Project
) -> None:
    take, other = make_take(alice, project), make_take(alice, project)
    note = Note.objects.create(take=take, author=alice, text="Here", frame=58)
    reply = Note.objects.create(take=take, author=alice, text="Yes", parent=note)
    seen = [
        as_alice.get(of.get_absolute_url(), {"note": asked.uuid}).context["at"]
        for of, asked in ((take, note), (take, reply), (other, note))
    ]
    assert seen == [58, 58, None]


def test_the_line_marks_more_notes_than_the_list_shows(
    as_alice: Client, alice: User, project: Project
) -> None:
    take = make_take(alice, project)
    notes = [Note(take=take, author=alice, text="Here", frame=at) for at in range(60)]
    stroke = {"tool": "box", "color": "red", "width": 0.01, "points": [[0, 0], [1, 1]]}
    notes[0].drawing, notes[1].resolved_at = [stroke], timezone.now()
    Note.objects.bulk_create([*notes, Note(take=take, author=alice, text="All of it")])
    address = f"/takes/{take.uuid}/marks/"
    assert address in as_alice.get(take.get_absolute_url()).content.decode()
    marks = as_alice.get(address).content.decode()
    assert (marks.count("data-frame"), f'data-of="{notes[0].uuid}" data-frame="0"' in one_line(marks)) == (
        60,
        True,
    )
    # What is drawn there is shown at its moment too, and a narrowed list is marked as narrow.
    drawn = unescape(marks.partition('data-drawing="')[2].partition('"')[0])
    assert (marks.count("data-drawing"), json.loads(drawn)) == (1, [stroke])
    narrow = as_alice.get(f"{address}?notes=open").content.decode()
    assert (narrow.count("data-frame"), str(notes[1].uuid) in narrow) == (59, False)


def test_a_page_whose_list_shows_all_asks_for_no_marks(
    as_alice: Client, alice: User, project: Project
) -> None:
    take = make_take(alice, project)
    Note.objects.create(take=take, author=alice, text="Here", frame=3)
    assert "/marks/" not in as_alice.get(take.get_absolute_url()).content.decode()


@pytest.mark.usefixtures("s3")
def test_the_story_tells_what_it_was_made_with(as_alice: Client, alice: User, project: Project) -> None:
    first = make_take(alice, project, shot=Shot.objects.create(project=project, code="020"))
    note = Note.objects.create(take=first, author=alice, text="Softer light", frame=58)
    sent = timezone.now()
    take = make_take(
        alice,
        project,
        prompt="@Mara waits",
        for_note=note,
        made_from=first,
        request_body=b'{"prompt": "Mara", "image": "http://files/a.png?X-Amz-Signature=secret"}',
        submitted_at=sent,
        rendered_at=sent + timedelta(seconds=72),
    )
    mara = factories.asset(alice, handle="Mara")
    take.job.references.create(handle="Mara", asset=mara, version=mara.current_version, position=0)
    ingest.add_version(mara, by=alice, media=[factories.media()])
    page = as_alice.get(take.get_absolute_url()).content.decode()
    for told in (
        "Softer light",
        "00:02.10",
        f'href="{first.get_absolute_url()}"',
        "1 min 12 s",
        "?a=1&amp;b=2",
        "&quot;http://files/a.png&quot;",
    ):
        assert told in page, told
    assert "X-Amz-Signature=secret" not in page
