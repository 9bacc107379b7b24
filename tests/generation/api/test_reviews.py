"""Notes and verdicts by programs."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import Note, Notification, Take, Verdict
from generation.reviews.notes import notes
from generation.reviews.verdicts import verdicts
from library.models import Project
from tests.generation.api.conftest import Program, error_of
from tests.generation.views.conftest import make_take

BOX = {"tool": "box", "color": "red", "width": 0.01, "points": [[0.1, 0.1], [0.4, 0.5]]}


@pytest.fixture
def take(bob: User, project: Project) -> Take:
    """Five seconds at 24 frames."""
    return make_take(bob, project)


def write(program: Client, take: Take, **wish: Any) -> Any:
    address = f"/api/v1/takes/{take.uuid}/notes"
    return program.post(address, wish, content_type="application/json")


def decide(program: Client, take: Take, **wish: Any) -> Any:
    address = f"/api/v1/takes/{take.uuid}/verdict"
    return program.post(address, wish, content_type="application/json")


def test_a_note_at_a_time_code_with_a_drawing(alices: Client, take: Take) -> None:
    answer = write(alices, take, text="Her coat, @rita", timecode="00:02.10", end_frame=60, drawing=[BOX])
    made = answer.json()
    note = Note.objects.get()
    assert (answer.status_code, made["uuid"]) == (201, str(note.uuid))
    facts = (
        "author",
        "guest",
        "text",
        "frame",
        "end_frame",
        "timecode",
        "drawing",
        "parent",
        "mentions",
        "resolved_at",
    )
    assert [made[name] for name in facts] == [
        "alice", None, "Her coat, @rita", 58, 60, "00:02.10", [BOX], None, ["rita"], None,
    ]  # fmt: skip
    assert made["page"].endswith(f"/takes/{take.uuid}/?note={note.uuid}#note-{note.uuid}")
    assert Notification.objects.filter(to__username="rita", kind="mention").count() == 1


@pytest.mark.parametrize(
    ("wish", "frame"),
    [({}, None), ({"frame": 7}, 7), ({"at": 0.5}, 12), ({"at": 4.999}, 119), ({"timecode": "1"}, 24)],
)
def test_the_ways_to_tell_a_moment(
    alices: Client, take: Take, wish: dict[str, Any], frame: int | None
) -> None:
    assert write(alices, take, text="Look", **wish).json()["frame"] == frame


@pytest.mark.parametrize(
    ("wish", "param"),
    [
        ({"text": ""}, "text"),
        ({"text": " "}, "text"),
        ({"frame": 120}, "frame"),
        ({"at": 5.2}, "at"),
        ({"timecode": "soon"}, "timecode"),
        ({"timecode": "00:09.00"}, "timecode"),
        ({"frame": 1, "at": 1.0}, "at"),
        ({"frame": 9, "end_frame": 3}, "end_frame"),
        ({"end_frame": 3}, "frame"),
        ({"drawing": [BOX]}, "frame"),
        ({"frame": 1, "drawing": [BOX | {"color": "mauve"}]}, "drawing.0.color"),
        ({"frame": 1, "drawing": [BOX | {"points": [[0.1, 0.1]]}]}, "drawing"),
        ({"parent": str(uuid4())}, "parent"),
        ({"parent": "first"}, "parent"),
        ({"second": 1}, "second"),
    ],
)
def test_what_cannot_be_written_names_its_field(
    alices: Client, take: Take, wish: dict[str, Any], param: str
) -> None:
    assert error_of(write(alices, take, **{"text": "Look", **wish})) == (422, "invalid_parameter", param)
    assert not Note.objects.exists()


def test_a_reply(alices: Client, take: Take, rita: User) -> None:
    root = notes.write(take, text="Look", author=rita, frame=3)
    made = write(alices, take, text="Where?", parent=str(root.uuid)).json()
    assert (made["parent"], made["frame"]) == (str(root.uuid), None)
    assert error_of(write(alices, take, text="There", parent=made["uuid"])) == (
        422,
        "invalid_parameter",
        None,
    )


def test_notes_come_in_pieces_without_deleted_ones(alices: Client, take: Take, rita: User) -> None:
    for number in range(52):
        notes.write(take, text=f"{number}", author=rita)
    notes.delete(Note.objects.get(text="7"))
    address = f"/api/v1/takes/{take.uuid}/notes"
    first = alices.get(address).json()
    second = alices.get(address, {"cursor": first["next"]}).json()
    seen = [int(note["text"]) for note in first["items"] + second["items"]]
    assert (seen, second["next"]) == ([number for number in reversed(range(52)) if number != 7], None)
    assert error_of(alices.get(address, {"cursor": "x"})) == (422, "invalid_parameter", "cursor")


def test_a_hundred_notes_cost_as_much_as_one(alices: Client, take: Take, rita: User, vera: User) -> None:
    alices.get("/api/v1/takes")  # the token's first use is written down
    counts = []
    for number in (1, 20):
        for _ in range(number):
            root = notes.write(take, text="@vera look", author=rita)
            notes.write(take, text="@rita yes", author=vera, parent=root)
        with CaptureQueriesContext(connection) as seen:
            alices.get(f"/api/v1/takes/{take.uuid}/notes")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_verdict_and_what_it_comes_to(alices: Client, take: Take, program: Program, rita: User) -> None:
    verdicts.set_approvals_needed(take.project, approvals=2, by=rita)
    first = decide(alices, take, decision="approved")
    told = {name: first.json()[name] for name in ("decision", "reason", "by", "review", "approvals_needed")}
    assert (first.status_code, told) == (201, {
        "decision": "approved", "reason": "", "by": "alice", "review": "waiting", "approvals_needed": 2,
    })  # fmt: skip
    assert decide(alices, take, decision="approved").json() == first.json()
    assert decide(program("rita"), take, decision="approved").json()["review"] == "approved"
    assert Verdict.objects.count() == 2
    assert alices.get(f"/api/v1/takes/{take.uuid}").json()["review"] == "approved"
    listed = [
        len(alices.get("/api/v1/takes", {"review": state}).json()["items"])
        for state in ("approved", "waiting")
    ]
    assert listed == [1, 0]


@pytest.mark.parametrize(
    ("wish", "param"),
    [
        ({"decision": "changes"}, "reason"),
        ({"decision": "rejected", "reason": " "}, "reason"),
        ({"decision": "perhaps"}, "decision"),
        ({}, "decision"),
    ],
)
def test_what_cannot_be_decided_names_its_field(
    alices: Client, take: Take, wish: dict[str, Any], param: str
) -> None:
    assert error_of(decide(alices, take, **wish)) == (422, "invalid_parameter", param)
    assert not Verdict.objects.exists()


def test_a_token_that_may_only_read_neither_writes_nor_decides(
    take: Take, program: Program, alice: User
) -> None:
    reader = program("alice", can_write=False)
    refused = (403, "read_only_token", None)
    assert (
        error_of(write(reader, take, text="Look")),
        error_of(decide(reader, take, decision="approved")),
    ) == (refused, refused)
    assert reader.get(f"/api/v1/takes/{take.uuid}/notes").status_code == 200


def test_a_token_of_another_project_knows_of_no_such_take(
    take: Take, program: Program, charlie: User
) -> None:
    elsewhere = Project.objects.create(name="Else", slug="else")
    limited = program("alice", project=elsewhere)
    assert error_of(write(limited, take, text="Look")) == (404, "not_found", None)
    assert error_of(decide(limited, take, decision="approved")) == (404, "not_found", None)
