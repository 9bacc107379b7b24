"""A table of shots: pasted or uploaded, looked at, agreed to, queued at once."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import Batch, Job, LedgerEntry, Shot
from library.models import Asset, Project
from tests import factories
from tests.generation.views.conftest import Visit

ADDRESS = "/projects/harbour-lights/shots/table/"
TABLE = "shot\ttitle\tprompt\tseconds\ttakes\n010\tThe quay\tA quay\t5\t2\n020\t\tA pier, {dawn|noon}\t10\t\n"


def typed(table: str = TABLE, **changes: Any) -> dict[str, Any]:
    """What the form sends."""
    return {
        "table": table,
        "model": "skyreels-v4-fast",
        "resolution": "480p",
        "aspect_ratio": "16:9",
        "duration": "5",
        "takes": "1",
        "prompt_optimizer": "on",
        "form_key": str(uuid4()),
        "agreed": "",
    } | changes


def look(client: Client, table: str = TABLE, **changes: Any) -> HttpResponse:
    return client.post(ADDRESS, typed(table, check="1", **changes))


def queue(client: Client, table: str = TABLE, **changes: Any) -> HttpResponse:
    return client.post(ADDRESS, typed(table, queue="1", **changes))


def test_a_table_is_shown_with_its_total_and_nothing_is_queued(as_alice: Client, project: Project) -> None:
    answer = look(as_alice)
    checked = answer.context["checked"]
    assert (answer.status_code, checked.agreed, checked.refusal) == (200, "4:1.9200", "")
    assert [(one.row.number, len(one.compositions), f"{one.total:.2f}") for one in checked.rows] == [
        (1, 2, "0.64"), (2, 2, "1.28"),
    ]  # fmt: skip
    seen = answer.content.decode()
    assert "Generate 4 takes for $1.92" in seen
    assert ('value="4:1.9200"' in seen, "The quay" in seen) == (True, True)
    assert not Job.objects.exists()


def test_what_was_agreed_to_is_queued_as_one_batch(as_alice: Client, project: Project) -> None:
    Shot.objects.create(project=project, code="020", title="Kept")
    answer = queue(as_alice, agreed="4:1.9200")
    batch = Batch.objects.get()
    assert answer["Location"] == batch.get_absolute_url()
    jobs = [(job.shot.code, job.prompt, job.duration) for job in batch.jobs.order_by("pk")]
    assert jobs == [
        ("010", "A quay", 5),
        ("010", "A quay", 5),
        ("020", "A pier, dawn", 10),
        ("020", "A pier, noon", 10),
    ]
    assert {shot.code: shot.title for shot in project.shots.all()} == {"010": "The quay", "020": "Kept"}
    assert LedgerEntry.objects.count() == 4


def test_a_form_sent_twice_makes_one_batch(as_alice: Client) -> None:
    sent = typed(queue="1", agreed="4:1.9200")
    assert as_alice.post(ADDRESS, sent)["Location"] == as_alice.post(ADDRESS, sent)["Location"]
    assert (Batch.objects.count(), Job.objects.count()) == (1, 4)


@pytest.mark.parametrize("agreed", ["", "4:1.9100", "3:1.9200", "x"])
def test_nothing_is_queued_that_was_not_agreed_to(as_alice: Client, agreed: str) -> None:
    answer = queue(as_alice, agreed=agreed)
    seen = answer.content.decode()
    assert (answer.status_code, "$1.92" in answer.context["refusal"]) == (422, True)
    assert 'value="4:1.9200"' in seen, "submitting again confirms it"
    assert not Job.objects.exists()


def test_rows_with_problems_are_listed_until_they_are_fixed_or_skipped(as_alice: Client) -> None:
    table = "prompt\tseconds\tfirst_frame\n@Who\t99\t\n@Nobody waits\t5\t\nA pier\t5\t@gone\nA ferry\t5\t\n"
    answer = look(as_alice, table)
    checked = answer.context["checked"]
    assert (checked.rows_with_errors, checked.agreed) == ([1, 2, 3], "1:0.3200")
    assert [(one.row.number, found.column) for one in checked.rows for found in one.problems] == [
        (1, "seconds"), (1, "prompt"), (2, "prompt"), (3, "first_frame"),
    ]  # fmt: skip
    refused = queue(as_alice, table, agreed=checked.agreed)
    assert (refused.status_code, "1, 2, 3" in refused.context["refusal"]) == (422, True)
    assert not Job.objects.exists()
    shown = look(as_alice, table, out=["1", "2", "3"])
    assert shown.context["checked"].agreed == "1:0.3200"
    assert shown.content.decode().count(" checked") == 7, "three rows, three choices, the polish"
    queue(as_alice, table, out=["1", "2", "3"], agreed="1:0.3200")
    assert Job.objects.get().prompt == "A ferry"


def test_nothing_is_queued_when_all_rows_are_skipped(as_alice: Client) -> None:
    answer = queue(as_alice, out=["1", "2", "nonsense", "²", "9" * 40], agreed="0:0.0000")
    assert (answer.status_code, bool(answer.context["refusal"])) == (422, True)


@pytest.mark.usefixtures("s3")
def test_handles_are_chips_and_frames_are_named(as_alice: Client, alice: User) -> None:
    factories.asset(alice, handle="Mara")
    factories.asset(alice, handle="quay", kind=Asset.Kind.IMAGE)
    table = "prompt\tfirst_frame\tkeyframes\n@mara and @Nobody\t\t\n@Mara at @quay\tquay\t@quay 3\n"
    rows = look(as_alice, table).context["checked"].rows
    mentions = [
        [(segment.text, segment.mention.state) for segment in row.prompt_segments if segment.mention]
        for row in rows
    ]
    assert mentions == [[("@mara", "ok"), ("@Nobody", "unknown")], [("@Mara", "text"), ("@quay", "ok")]]
    assert ["@quay" in frame for frame in rows[1].frames] == [True, True]
    assert [found.level for found in rows[1].problems] == ["warning"]
    assert rows[1].first.mode == "I2V"


def test_a_file_takes_the_place_of_what_is_pasted(as_alice: Client) -> None:
    content = 'shot;prompt\n010;"A quay;\nat dusk"\n'.encode("utf-8-sig")
    answer = look(as_alice, "old", file=SimpleUploadedFile("shots.csv", content))
    (one,) = answer.context["checked"].rows
    assert one.row.take_request.prompt == "A quay;\nat dusk"
    assert "A quay;\nat dusk&quot;" in answer.content.decode(), (
        "the text of the file can be mended on the page"
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"table": ""}, "table"),
        ({"table": "A quay\nA pier"}, "table"),
        ({"takes": "21"}, "takes"),
        ({"duration": "2"}, "duration"),
        ({"model": "x"}, "model"),
        ({"form_key": "x"}, "form_key"),
    ],
)
def test_an_invalid_field_is_reported(as_alice: Client, changes: dict[str, str], field: str) -> None:
    answer = look(as_alice, **changes)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


@pytest.mark.parametrize("content", [b"PK\x03\x04\0\0", b"x" * 2_000_001], ids=["binary", "too large"])
def test_a_file_that_is_not_a_table_is_refused(as_alice: Client, content: bytes) -> None:
    answer = look(as_alice, file=SimpleUploadedFile("shots.csv", content))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])
    assert "A pier" in answer.content.decode(), "the pasted table is kept"


def test_the_budget_is_asked_once_for_all(as_alice: Client, project: Project) -> None:
    project.budget_usd = 1
    project.save()
    answer = queue(as_alice, agreed="4:1.9200")
    assert (answer.status_code, "$1.00" in answer.context["refusal"]) == (422, True)
    assert not Job.objects.exists()


def test_one_batch_has_an_end(as_alice: Client) -> None:
    answer = look(as_alice, "prompt\n" + "A quay\n" * 101)
    assert ("101" in answer.context["checked"].refusal, "$32.32" in answer.content.decode()) == (True, True)
    alternatives = "{" + "|".join("abcdefghijklmnopqrst") + "}"
    checked = look(as_alice, "prompt\ttakes\n" + f"{alternatives}\t5\n" * 200).context["checked"]
    assert (checked.count, [len(one.compositions) for one in checked.rows]) == (20_000, [1] * 200)
    assert "20000" in checked.refusal


def test_a_long_table_costs_no_more_questions(as_alice: Client, project: Project) -> None:
    costs = []
    for count in (2, 60):
        with CaptureQueriesContext(connection) as seen:
            look(as_alice, "prompt\n" + "A quay with @Nobody\n" * count)
        costs.append(len(seen))
    assert costs[0] == costs[1]


@pytest.mark.usefixtures("s3")
def test_the_last_row_s_handle_is_known_however_many_are_named_before(as_alice: Client, alice: User) -> None:
    factories.asset(alice, handle="Mara")
    before = "".join(f"@one{number} @two{number} @three{number}\n" for number in range(90))
    checked = look(as_alice, f"prompt\n{before}@Mara waits\n").context["checked"]
    assert (len(checked.rows_with_errors), checked.rows[-1].problems) == (90, [])


def test_who_may_paste_a_table(project: Project, charlie: User, visit: Visit) -> None:
    people = (None, "charlie", "vera", "rita", "bob", "alice")
    assert [visit(name).get(ADDRESS).status_code for name in people] == [302, 404, 403, 403, 200, 200]
    assert [look(visit(name)).status_code for name in people] == [403, 404, 403, 403, 200, 200]
    project_page = "/projects/harbour-lights/"
    assert ADDRESS in visit("bob").get(project_page).content.decode()
    assert ADDRESS not in visit("vera").get(project_page).content.decode()
