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
    assert answer.status_code == 422
    assert (
        "Nothing was queued. It is 4 takes for $1.92 now. Look at the rows, then press Generate again."
        in seen
    )
    assert 'value="4:1.9200"' in seen, "pressed again it is agreed to"
    assert not Job.objects.exists()


def test_rows_with_problems_are_named_until_they_are_mended_or_left_out(as_alice: Client) -> None:
    table = "prompt\tseconds\tfirst_frame\n@Who\t99\t\n@Nobody waits\t5\t\nA pier\t5\t@gone\nA ferry\t5\t\n"
    answer = look(as_alice, table)
    checked = answer.context["checked"]
    assert (checked.in_the_way, checked.agreed) == ([1, 2, 3], "1:0.3200")
    assert [(one.row.number, column) for one in checked.rows for column, _, _ in one.problems] == [
        (1, "seconds"), (1, "prompt"), (2, "prompt"), (3, "first_frame"),
    ]  # fmt: skip
    refused = queue(as_alice, table, agreed=checked.agreed)
    said = "Nothing was queued. Rows 1, 2 and 3 have problems: mend them in the table, or leave them out."
    assert (refused.status_code, said in refused.content.decode()) == (422, True)
    assert not Job.objects.exists()
    shown = look(as_alice, table, out=["1", "2", "3"])
    assert shown.context["checked"].agreed == "1:0.3200"
    assert shown.content.decode().count(" checked") == 7, "three rows, three choices, the polish"
    queue(as_alice, table, out=["1", "2", "3"], agreed="1:0.3200")
    assert Job.objects.get().prompt == "A ferry"


def test_every_row_left_out_leaves_nothing_to_queue(as_alice: Client) -> None:
    answer = queue(as_alice, out=["1", "2", "nonsense", "²", "9" * 40], agreed="0:0.0000")
    assert "Every row is left out." in answer.content.decode()


@pytest.mark.usefixtures("s3")
def test_handles_are_chips_and_frames_are_named(as_alice: Client, alice: User) -> None:
    factories.asset(alice, handle="Mara")
    factories.asset(alice, handle="quay", kind=Asset.Kind.IMAGE)
    table = "prompt\tfirst_frame\tkeyframes\n@mara and @Nobody\t\t\n@Mara at @quay\tquay\t@quay 3\n"
    rows = look(as_alice, table).context["checked"].rows
    pieces = [[(piece.text, piece.mention.state) for piece in row.pieces if piece.mention] for row in rows]
    assert pieces == [[("@mara", "ok"), ("@Nobody", "unknown")], [("@Mara", "text"), ("@quay", "ok")]]
    assert rows[1].frames == ["first frame @quay", "@quay at 3 s"]
    assert [level for _, _, level in rows[1].problems] == ["warning"]
    assert rows[1].first.mode == "I2V"


def test_a_file_takes_the_place_of_what_is_pasted(as_alice: Client) -> None:
    content = 'shot;prompt\n010;"A quay;\nat dusk"\n'.encode("utf-8-sig")
    answer = look(as_alice, "old", file=SimpleUploadedFile("shots.csv", content))
    (one,) = answer.context["checked"].rows
    assert one.row.brief.prompt == "A quay;\nat dusk"
    assert "A quay;\nat dusk&quot;" in answer.content.decode(), (
        "the text of the file can be mended on the page"
    )


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"table": ""}, "table", "The table is empty."),
        ({"table": "A quay\nA pier"}, "table", "The first row has to name the columns"),
        ({"takes": "21"}, "takes", "less than or equal to 20"),
        ({"duration": "2"}, "duration", "greater than or equal to 3"),
        ({"model": "x"}, "model", "Select a valid choice."),
        ({"form_key": "x"}, "form_key", "Enter a valid UUID."),
    ],
)
def test_what_is_no_table_is_told(as_alice: Client, changes: dict[str, str], field: str, said: str) -> None:
    answer = look(as_alice, **changes)
    assert answer.status_code == 422
    assert said in answer.context["form"].errors[field].as_text()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04\0\0", "This file is no text."), (b"x" * 2_000_001, "a table may have 2 MB.")],
)
def test_a_file_that_is_no_table_is_told(as_alice: Client, content: bytes, said: str) -> None:
    answer = look(as_alice, file=SimpleUploadedFile("shots.csv", content))
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert "A pier" in answer.content.decode(), "what was pasted is kept"


def test_the_budget_is_asked_once_for_all(as_alice: Client, project: Project) -> None:
    project.budget_usd = 1
    project.save()
    answer = queue(as_alice, agreed="4:1.9200")
    page = answer.content.decode()
    assert "but only $1.00 of the project&#x27;s budget of $1.00 is left. Leave some rows out." in page
    assert not Job.objects.exists()


def test_one_batch_has_an_end(as_alice: Client) -> None:
    seen = look(as_alice, "prompt\n" + "A quay\n" * 101).content.decode()
    assert ("That makes 101 takes; 100 is the most at once." in seen, "$32.32" in seen) == (True, True)
    alternatives = "{" + "|".join("abcdefghijklmnopqrst") + "}"
    checked = look(as_alice, "prompt\ttakes\n" + f"{alternatives}\t5\n" * 200).context["checked"]
    assert (checked.count, [len(one.compositions) for one in checked.rows]) == (20_000, [1] * 200)
    assert checked.refusal.startswith("That makes 20000 takes;")


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
    assert (len(checked.in_the_way), checked.rows[-1].problems) == (90, [])


def test_who_may_paste_a_table(project: Project, charlie: User, visit: Visit) -> None:
    people = (None, "charlie", "vera", "rita", "bob", "alice")
    assert [visit(name).get(ADDRESS).status_code for name in people] == [302, 404, 403, 403, 200, 200]
    assert [look(visit(name)).status_code for name in people] == [403, 404, 403, 403, 200, 200]
    project_page = "/projects/harbour-lights/"
    assert ADDRESS in visit("bob").get(project_page).content.decode()
    assert ADDRESS not in visit("vera").get(project_page).content.decode()
