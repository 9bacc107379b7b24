"""Bad input is answered with a clear sentence beside its field, and nothing that was good is lost."""

import re

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from library import storage
from library.forms import KEPT_SALT, keep_file
from library.forms.files import EXPIRED
from library.models import Asset, MediaFile, Project
from library.probe import Refusal
from tests import factories
from tests.library import files
from tests.library.refusals import is_message

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def send(browser: Client, *uploads: SimpleUploadedFile, **typed: object) -> HttpResponse:
    values = {"kind": "character", "handle": "Mara", "is_shared": "on", "files": list(uploads), **typed}
    return browser.post("/library/new/", values)


def errors(answer: HttpResponse) -> dict[str, list[str]]:
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


def object_count() -> int:
    return len(list(storage._bucket().objects.all()))


def test_a_character_comes_into_the_library(browser: Client, alice: User, project: Project) -> None:
    answer = send(
        browser,
        factories.upload("front.png"),
        factories.upload("side.png"),
        factories.upload("voice.wav", files.sound()),
        handle="@Mara",
        title="Mara Voss",
        tags="Lead,  night  shoot ,lead",
        home_project=project.pk,
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/library/@Mara/")
    mara = Asset.objects.get(handle="Mara")
    assert (mara.title, mara.home_project, mara.created_by) == ("Mara Voss", project, alice)
    assert sorted(mara.tags.names()) == ["lead", "night shoot"]
    assert mara.current_version.contents == "2 images, voice"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("notes.png", b"Scene 4: the harbour.", Refusal.TEXT),
        ("cut.jpg", files.picture("JPEG", (300, 200))[:1500], Refusal.DAMAGED),
        ("sky.png", files.png_header(20000, 20000), Refusal.TOO_MANY_PIXELS),
        ("empty.png", b"", Refusal.EMPTY),
        ("large.png", files.picture() + bytes(10_000_000), Refusal.IMAGE_TOO_LARGE),
    ],
)
def test_an_unusable_file_is_refused_by_name_and_not_stored(
    browser: Client, name: str, content: bytes, code: Refusal
) -> None:
    before = (MediaFile.objects.count(), object_count())
    answer = send(browser, SimpleUploadedFile(name, content, "image/png"))
    assert answer.status_code == 422
    [message] = errors(answer)["files"]
    assert is_message(message, code, name)
    assert (MediaFile.objects.count(), object_count()) == before
    assert Asset.objects.count() == 0


@pytest.mark.parametrize(
    ("handle", "mentioned"),
    [
        ("Mara Voss", "Mara_Voss"),
        ("9lives", "lives"),
        ("m", ""),
        ("Käthe", "Kathe"),
        ("m" * 33, "m" * 32),
        ("🎬", ""),
        ("inez", "Inez Blau"),
        ("INEZ", "Inez Blau"),
        ("tom", "Bob Reyes"),
        ("hidden", "@hidden"),
    ],
)
def test_an_invalid_or_taken_handle_is_refused(
    browser: Client, alice: User, bob: User, charlie: User, handle: str, mentioned: str
) -> None:
    User.objects.filter(pk=bob.pk).update(first_name="Bob", last_name="Reyes")
    factories.asset(alice, handle="Inez", title="Inez Blau")
    factories.asset(bob, handle="Tom", kind=Asset.Kind.IMAGE)
    factories.asset(
        charlie, handle="Hidden", title="Plot", project=factories.project(charlie), is_shared=False
    )
    answer = send(browser, factories.upload(), handle=handle)
    assert (answer.status_code, list(errors(answer))) == (422, ["handle"])
    [message] = errors(answer)["handle"]
    assert mentioned in message
    assert "Plot" not in message
    assert Asset.objects.count() == 3


def test_good_files_stay_with_a_refused_form(browser: Client) -> None:
    answer = send(
        browser,
        factories.upload("front.png"),
        SimpleUploadedFile("notes.png", b"only text"),
        factories.upload("side.png"),
        handle="Mara Voss",
        title="Mara Voss",
    )
    form, page = answer.context["form"], answer.content.decode()
    assert sorted(errors(answer)) == ["files", "handle"]
    assert [kept.name for kept in form.kept] == ["front.png", "side.png"]
    assert form.kept_note in page
    assert 'value="Mara Voss"' in page
    tokens = re.findall(r'name="kept" value="([^"]+)" checked', page)
    assert tokens == [kept.token for kept in form.kept]
    again = send(browser, kept=tokens)
    assert again.status_code == 302
    uses = Asset.objects.get(handle="Mara").current_version.files.order_by("position")
    assert [use.media for use in uses] == form.media_files


def test_a_kept_file_can_be_left_out(browser: Client) -> None:
    refused = send(browser, factories.upload("front.png"), factories.upload("side.png"), handle="")
    front, side = refused.context["form"].kept
    assert send(browser, kept=[side.token]).status_code == 302
    uses = Asset.objects.get(handle="Mara").current_version.files.all()
    assert [use.media for use in uses] == [side.media] != [front.media]


def test_kept_files_belong_to_the_person_who_brought_them(browser: Client, bob: User) -> None:
    refused = send(browser, factories.upload("front.png"), handle="")
    (front,) = refused.context["form"].kept
    other = Client()
    other.force_login(bob)
    answer = send(other, kept=[front.token])
    assert list(errors(answer)) == ["files"]


def test_a_forged_or_old_token_keeps_nothing(browser: Client, alice: User) -> None:
    media = factories.asset(alice, handle="Inez").cover
    token = keep_file(alice, media, "front.png").token
    answer = send(browser, kept=[token[:-3] + "abc"])
    assert str(EXPIRED) in errors(answer)["files"]
    assert KEPT_SALT not in token


def test_files_and_kind_have_to_fit(browser: Client) -> None:
    answer = send(browser, factories.upload(), factories.upload(), kind="image")
    assert list(errors(answer)) == ["files"]
    assert len(answer.context["form"].kept) == 2


def test_too_many_files_at_once_are_refused_before_they_are_read(browser: Client) -> None:
    uploads = [factories.upload(content=b"x") for _ in range(21)]
    assert list(errors(send(browser, *uploads))) == ["files"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            {"is_shared": ""},
            ["home_project"],
        ),
        (
            {"home_project": "999"},
            ["home_project"],
        ),
        ({"tags": "x" * 41}, ["tags"]),
        ({"tags": ",".join(map(str, range(21)))}, ["tags"]),
        (
            {"kind": "spaceship"},
            ["kind"],
        ),
    ],
)
def test_the_rest_of_the_form_is_checked(browser: Client, typed: dict[str, str], expected: object) -> None:
    assert list(errors(send(browser, factories.upload(), **typed))) == expected


def test_nobody_puts_an_asset_into_a_project_in_which_they_only_read(
    client: Client, vera: User, project: Project
) -> None:
    client.force_login(vera)
    answer = send(client, factories.upload(), home_project=project.pk)
    assert sorted(errors(answer)) == ["home_project"]


def test_names_that_would_be_trouble_are_harmless(browser: Client) -> None:
    for name in ("../../etc/passwd.png", "x" * 300 + ".png", "🎬.png", "a'b\"c<script>.png"):
        answer = send(browser, SimpleUploadedFile(name, b"text"), handle="Mara")
        assert answer.status_code == 422
        assert "<script>.png" not in answer.content.decode()
        assert len(errors(answer)["files"]) == 1


def test_a_storage_that_is_away_is_said_beside_the_files(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = storage.PrivateStorage(endpoint_url="http://127.0.0.1:9").connection
    monkeypatch.setattr(storage.PrivateStorage, "connection", property(lambda _: away))
    answer = send(browser, factories.upload("front.png"), title="Mara Voss")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert errors(answer) == {
        "files": ["front.png was not saved: the file storage is unavailable. Try again in a moment."]
    }
    assert 'value="Mara Voss"' in answer.content.decode()
    assert MediaFile.objects.count() == 0


def test_a_link_can_fill_in_the_form(browser: Client, project: Project) -> None:
    page = browser.get("/library/new/?handle=Tom&kind=image&project=harbour-lights").context["form"]
    assert (page["handle"].value(), page["kind"].value(), page["home_project"].value()) == (
        "Tom",
        "image",
        project.pk,
    )


def test_a_stale_form_shows_both_texts_and_overwrites_nothing(browser: Client, alice: User) -> None:
    mara = factories.asset(alice, handle="Mara", title="Mara", tags=["lead"])
    opened = browser.get("/library/@Mara/edit/").context["form"]
    typed = {"title": "Mara, mine", "description": "", "tags": "lead", "is_shared": "on"}
    revision = opened["revision"].value()
    browser.post("/library/@Mara/edit/", {**typed, "title": "Mara, hers", "revision": revision})
    answer = browser.post("/library/@Mara/edit/", {**typed, "revision": revision})
    mara.refresh_from_db()
    page = answer.content.decode()
    assert (answer.status_code, mara.title) == (409, "Mara, hers")
    assert answer.context["differences"] == [("Title", "Mara, hers", "Mara, mine")]
    assert "Mara, hers" in page
    assert 'value="Mara, mine"' in page
    chosen = re.search(r'name="revision" value="(\d+)"', page)[1]
    assert browser.post("/library/@Mara/edit/", {**typed, "revision": chosen}).status_code == 302
    mara.refresh_from_db()
    assert mara.title == "Mara, mine"


def test_a_version_starts_from_the_present_files(browser: Client, alice: User) -> None:
    mara = factories.asset(alice, handle="Mara", pictures=2)
    first, second = browser.get("/library/@Mara/versions/").context["form"].kept
    sent = {"kept": [second.token], "files": [factories.upload("coat.png")], "note": "new coat"}
    assert browser.post("/library/@Mara/versions/", sent).status_code == 302
    mara.refresh_from_db()
    uses = mara.current_version.files.order_by("position")
    assert (mara.current_version.number, mara.current_version.note, len(uses)) == (2, "new coat", 2)
    assert uses[0].media == second.media != first.media


def test_a_version_without_a_change_is_not_made(browser: Client, alice: User) -> None:
    mara = factories.asset(alice, handle="Mara", pictures=2)
    kept = browser.get("/library/@Mara/versions/").context["form"].kept
    answer = browser.post("/library/@Mara/versions/", {"kept": [one.token for one in kept], "note": ""})
    assert list(errors(answer)) == ["files"]
    assert mara.versions.count() == 1
