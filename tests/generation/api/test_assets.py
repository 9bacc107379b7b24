"""The library over the JSON API."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import Job
from library.models import Asset, Project
from tests import factories
from tests.generation.api.conftest import Program, error_of

pytestmark = pytest.mark.usefixtures("s3")
ASSETS = "/api/v1/assets"


@pytest.fixture
def library(alice: User, charlie: User, project: Project) -> None:
    factories.asset(alice, handle="Mara", title="Mara Voss", tags=["lead"], project=project)
    factories.asset(alice, handle="secret", project=project, is_shared=False)
    factories.asset(charlie, handle="harbour", kind=Asset.Kind.IMAGE, tags=["place"])
    factories.asset(charlie, handle="far", project=factories.project(charlie, slug="far"), is_shared=False)


def found(client: Client, **query: str) -> list[str]:
    answer = client.get(ASSETS, query)
    assert answer.status_code == 200, answer.content
    return [item["handle"] for item in answer.json()["items"]]


def new(**changes: Any) -> dict[str, Any]:
    return {"handle": "Nova", "kind": "character", "files": [factories.upload()]} | changes


@pytest.mark.parametrize(
    ("query", "handles"),
    [
        ({}, ["harbour", "secret", "Mara"]),
        ({"q": "voss"}, ["Mara"]),
        ({"kind": "image"}, ["harbour"]),
        ({"kind": "IMAGE"}, ["harbour"]),
        ({"tag": "lead"}, ["Mara"]),
        ({"project": "harbour-lights"}, ["secret", "Mara"]),
        ({"archived": "true"}, []),
    ],
)
def test_the_list_is_filtered(
    library: None, alices: Client, query: dict[str, str], handles: list[str]
) -> None:
    assert found(alices, **query) == handles


def test_a_limited_token_sees_what_its_project_may_use(
    library: None, alice: User, program: Program, project: Project
) -> None:
    other = factories.project(alice, slug="other")
    factories.asset(alice, handle="kept_there", project=other, is_shared=False)
    client = program("alice", project=project)
    assert found(client) == ["harbour", "secret", "Mara"]
    assert error_of(client.get(f"{ASSETS}/kept_there")) == (404, "not_found", None)
    assert error_of(client.get(ASSETS, {"project": "other"})) == (404, "not_found", None)


def test_the_list_goes_on_behind_its_cursor(alice: User, alices: Client, settings: object) -> None:
    media = factories.asset(alice, handle="first").cover
    made = [
        Asset(handle=f"row_{number}", kind="image", created_by=alice, cover=media) for number in range(60)
    ]
    Asset.objects.bulk_create(made)
    first = alices.get(ASSETS).json()
    rest = alices.get(ASSETS, {"cursor": first["next"]}).json()
    handles = [item["handle"] for item in first["items"] + rest["items"]]
    assert (len(first["items"]), len(handles), len(set(handles)), rest["next"]) == (50, 61, 61, None)


@pytest.mark.parametrize("cursor", ["x", "%00", "W10", "WyJuZXdlc3QiLG51bGwsMV", "9" * 40])
def test_an_unknown_cursor_is_told(alices: Client, cursor: str) -> None:
    assert error_of(alices.get(f"{ASSETS}?cursor={cursor}")) == (422, "invalid_parameter", "cursor")


def test_ten_cost_as_many_queries_as_one(
    alice: User, alices: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        factories.asset(alice, handle=f"row_{number}", tags=["lead"], project=project)
    found(alices)
    with django_assert_max_num_queries(6):
        found(alices)


def test_one_asset_with_its_files(library: None, alices: Client) -> None:
    seen = alices.get(f"{ASSETS}/@mara").json()
    assert (seen["handle"], seen["title"], seen["tags"], seen["project"], seen["version"]) == (
        "Mara",
        "Mara Voss",
        ["lead"],
        "harbour-lights",
        1,
    )
    assert (seen["created_by"], seen["usable_as"]) == ("alice", ["reference"])
    [file] = seen["files"]
    assert (file["role"], file["mime"], file["width"]) == ("picture", "image/png", 320)
    assert "X-Amz-Signature" in file["url"]


@pytest.mark.parametrize("handle", ["far", "nobody", "x", "%00", "a" * 200, "..%2F..", "ä"])
def test_what_is_not_mine_is_not_there(library: None, alices: Client, handle: str) -> None:
    assert alices.get(f"{ASSETS}/{handle}").status_code == 404


def test_an_asset_is_added(alices: Client, project: Project) -> None:
    answer = alices.post(
        ASSETS,
        new(
            handle="@Nova",
            title="Nova Reed",
            tags=["Lead, night", "robot"],
            project=project.slug,
            shared="false",
            files=[factories.upload(), factories.upload()],
        ),
    )
    assert answer.status_code == 201, answer.content
    made = Asset.objects.get(handle="Nova")
    assert (made.home_project, made.is_shared, made.created_by.username) == (project, False, "alice")
    seen = answer.json()
    assert (seen["tags"], len(seen["files"]), seen["shared"]) == (["lead", "night", "robot"], 2, False)


def test_a_kind_is_read_whatever_its_case(alices: Client) -> None:
    answer = alices.post(ASSETS, new(kind="CHARACTER"))
    assert (answer.status_code, answer.json()["kind"]) == (201, "character")
    assert error_of(alices.post(ASSETS, new(handle="Tom", kind="robot"))) == (
        422,
        "invalid_parameter",
        "kind",
    )


def test_a_limited_token_s_asset_belongs_to_its_project(
    alice: User, project: Project, program: Program
) -> None:
    factories.project(alice, slug="other")
    client = program("alice", project=project)
    assert client.post(ASSETS, new()).json()["project"] == "harbour-lights"
    assert error_of(client.post(ASSETS, new(handle="Two", project="other"))) == (404, "not_found", None)


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"handle": "two words"}, "handle"),
        ({"handle": ""}, "handle"),
        ({"kind": "song"}, "kind"),
        ({"kind": "video"}, "files"),
        ({"files": []}, "files"),
        ({"files": [factories.upload("notes.txt", b"no picture")]}, "files"),
        ({"title": "x" * 121}, "title"),
        ({"title": "nul \0"}, "title"),
        ({"shared": "false"}, "project"),
        ({"shared": "perhaps"}, "shared"),
        ({"tags": ["x" * 41]}, "tags"),
        ({"rights_end_on": "2026-02-30"}, "rights_end_on"),
    ],
)
def test_what_is_wrong_is_named(library: None, alices: Client, changes: dict[str, Any], param: str) -> None:
    assert error_of(alices.post(ASSETS, new(**changes))) == (422, "invalid_parameter", param)
    assert not Asset.objects.filter(handle="Nova").exists()


def test_a_taken_handle_of_a_stranger_tells_nothing_of_it(library: None, alices: Client) -> None:
    answer = alices.post(ASSETS, new(handle="far"))
    assert error_of(answer) == (409, "handle_taken", "handle")
    assert answer.json()["error"]["message"] == "@far is taken. Choose another handle."


def test_what_is_left_out_stays(library: None, alices: Client) -> None:
    answer = alices.patch(f"{ASSETS}/Mara", {"title": "Mara V."}, content_type="application/json")
    seen = answer.json()
    assert (answer.status_code, seen["title"], seen["tags"], seen["project"], seen["revision"]) == (
        200,
        "Mara V.",
        ["lead"],
        "harbour-lights",
        2,
    )


def test_the_last_day_is_text_in_json_and_may_be_empty_in_a_form(alices: Client) -> None:
    assert alices.post(ASSETS, new(rights_end_on="")).json()["rights_end_on"] is None
    sent = {"rights_end_on": "2100-12-31"}
    answer = alices.patch(f"{ASSETS}/Nova", sent, content_type="application/json")
    assert answer.json()["rights_end_on"] == "2100-12-31"


def test_a_rename_reaches_drafts(library: None, alice: User, alices: Client, project: Project) -> None:
    draft = factories.job(alice, project, prompt="@Mara waits", status=Job.Status.DRAFT)
    sent = {"handle": "Marlene", "title": "Marlene Voss"}
    seen = alices.patch(f"{ASSETS}/Mara", sent, content_type="application/json").json()
    draft.refresh_from_db()
    assert (seen["handle"], seen["title"], seen["earlier_handles"], draft.prompt) == (
        "Marlene",
        "Marlene Voss",
        ["Mara"],
        "@Marlene waits",
    )
    assert alices.get(f"{ASSETS}/Mara").json()["handle"] == "Marlene"


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"revision": 7}, (409, "stale_revision", "revision")),
        ({"revision": 7, "title": "x"}, (409, "stale_revision", "revision")),
        ({"revision": 7, "handle": "Other"}, (409, "stale_revision", "revision")),
        ({"handle": "harbour"}, (409, "handle_taken", "handle")),
        ({"title": "kept?", "handle": "harbour"}, (409, "handle_taken", "handle")),
        ({"shared": 0}, (422, "invalid_parameter", "shared")),
        ({"rights_end_on": "2026-02-30"}, (422, "invalid_parameter", "rights_end_on")),
        ({"project": "far"}, (404, "not_found", None)),
        ({"project": None, "shared": False}, (422, "invalid_parameter", "project")),
        ({"title": 3}, (422, "invalid_parameter", "title")),
        ({"tags": "lead"}, (422, "invalid_parameter", "tags")),
        ({"revision": 10**30}, (422, "invalid_parameter", "revision")),
        ({"titel": "a slip"}, (422, "invalid_parameter", "titel")),
        ([], (422, "invalid_parameter", None)),
    ],
)
def test_a_refused_change_changes_nothing(
    library: None, alices: Client, sent: Any, error: tuple[int, str, str | None]
) -> None:
    before = alices.get(f"{ASSETS}/Mara").json()
    assert error_of(alices.patch(f"{ASSETS}/Mara", sent, content_type="application/json")) == error
    after = alices.get(f"{ASSETS}/Mara").json()
    assert (after["title"], after["revision"]) == (before["title"], before["revision"])


def test_an_asset_that_others_link_cannot_be_kept_to_one(library: None, alice: User, alices: Client) -> None:
    other = factories.project(alice)
    other.links.create(asset=Asset.objects.get(handle="Mara"))
    answer = alices.patch(f"{ASSETS}/Mara", {"shared": False}, content_type="application/json")
    assert error_of(answer) == (409, "linked_elsewhere", "shared")


def test_deleting_archives_and_a_patch_brings_it_back(library: None, alices: Client) -> None:
    assert alices.delete(f"{ASSETS}/Mara").json()["archived"] is True
    assert "Mara" not in found(alices)
    assert found(alices, archived="true") == ["Mara"]
    answer = alices.patch(f"{ASSETS}/Mara", {"archived": False}, content_type="application/json")
    assert answer.json()["archived"] is False


def test_a_version_has_the_new_files_alone(library: None, alices: Client) -> None:
    sent = {"files": [factories.upload(), factories.upload()], "note": "from the fitting"}
    answer = alices.post(f"{ASSETS}/Mara/versions", sent)
    seen = answer.json()
    assert (answer.status_code, seen["number"], seen["note"], len(seen["files"])) == (
        201,
        2,
        "from the fitting",
        2,
    )
    assert alices.get(f"{ASSETS}/Mara").json()["version"] == 2
    empty = alices.post(f"{ASSETS}/Mara/versions", {"note": "nothing"})
    assert error_of(empty) == (422, "invalid_parameter", "files")


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("patch", "Mara", {"title": "x"}),
        ("delete", "Mara", {}),
        ("post", "Mara/versions", {"files": "<a picture>"}),
    ],
)
def test_readers_change_nothing(
    library: None, program: Program, bob: User, method: str, path: str, sent: dict[str, str]
) -> None:
    """A viewer's token, and an editor's that may read only or is for another project."""
    other = factories.project(bob)
    statuses = []
    for client in (
        program("vera"),
        program("bob", can_write=False),
        program("bob", project=other),
        program(None),
        program("charlie"),
    ):
        call = getattr(client, method)
        sent = {name: factories.upload() if value == "<a picture>" else value for name, value in sent.items()}
        options = {"content_type": "application/json"} if method != "post" else {}
        statuses.append(error_of(call(f"{ASSETS}/{path}", sent, **options))[:2])
    forbidden = (403, "forbidden")
    assert statuses == [
        forbidden,
        (403, "read_only_token"),
        forbidden,
        (401, "invalid_token"),
        forbidden,
    ]
    assert Asset.objects.get(handle="Mara").revision == 1


def test_a_limited_token_takes_nothing_out_of_its_project(
    library: None, project: Project, program: Program
) -> None:
    client = program("alice", project=project)
    answer = client.patch(f"{ASSETS}/Mara", {"project": None}, content_type="application/json")
    assert error_of(answer) == (403, "forbidden", None)
    assert Asset.objects.get(handle="Mara").home_project == project


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (b"x", "multipart/form-data", (400, "unreadable_body")),
        (b"x", "multipart/form-data; boundary=y", (422, "invalid_parameter")),
        (b"{}", "application/json", (422, "invalid_parameter")),
        (b"a=" + b"x" * 3_000_000, "application/x-www-form-urlencoded", (413, "too_large")),
        (b"&".join(b"a=1" for _ in range(1100)), "application/x-www-form-urlencoded", (413, "too_large")),
    ],
)
def test_a_form_that_is_none(alices: Client, body: bytes, kind: str, error: tuple[int, str]) -> None:
    assert error_of(alices.post(ASSETS, body, content_type=kind))[:2] == error


def test_too_many_files_are_too_large(alices: Client) -> None:
    many = [factories.upload(f"{number}.png", b"x") for number in range(201)]
    assert error_of(alices.post(ASSETS, new(files=many)))[:2] == (413, "too_large")
    assert error_of(alices.post(ASSETS, new(files=many[:21])))[:2] == (422, "invalid_parameter")
