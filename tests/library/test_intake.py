"""Many files at once: each is answered by itself, then they are proposed as assets and made by one press."""

import re

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from library import forms, ingest
from library.models import Asset, MediaFile, Project
from library.probe import Refusal, UnreadableMedia
from library.refusal_text import refusal_text
from tests import factories
from tests.library import files

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def sent(browser: Client, name: str, content: bytes) -> HttpResponse:
    return browser.post("/library/uploads/", {"file": SimpleUploadedFile(name, content)})


def token(user: User, name: str, content: bytes) -> str:
    return forms.keep_file(user, ingest.add_media(SimpleUploadedFile(name, content)), name).token


def page(answer: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def texts(answer: HttpResponse) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


# One file


def test_a_file_is_answered_with_what_it_is(browser: Client, alice: User) -> None:
    answer = sent(browser, "mara_voice.wav", files.sound(1.5))
    media = MediaFile.objects.get()
    found = answer.json()
    thumbnail = found.pop("thumbnail")
    assert (answer.status_code, found) == (
        200,
        {
            "name": "mara_voice.wav",
            "token": forms.keep_file(alice, media, "mara_voice.wav").token,
            "kind": "audio",
            "facts": "1.5 s",
            "handle": "mara",
            "duplicate_of": "",
            "looks_like": [],
            "problem": "",
        },
    )
    assert media.thumbnail_key in thumbnail


def test_the_same_bytes_are_noticed(browser: Client, alice: User) -> None:
    content = files.picture()
    ingest.create_asset(
        by=alice, handle="harbour", kind="image", media=[ingest.add_media(factories.upload(content=content))]
    )
    assert sent(browser, "copy.png", content).json()["duplicate_of"] == "@harbour"
    near = sent(browser, "small.jpg", files.picture("JPEG", (96, 60))).json()
    assert (near["duplicate_of"], near["looks_like"]) == ("", ["@harbour"])


def test_a_bad_file_is_answered_with_a_sentence(browser: Client) -> None:
    answer = sent(browser, "../notes.png", b"Scene 4")
    sentence = refusal_text(UnreadableMedia(Refusal.TEXT, "notes.png"))
    assert (answer.status_code, answer.json()) == (422, {"name": "notes.png", "problem": sentence})
    assert MediaFile.objects.count() == 0
    assert browser.post("/library/uploads/").status_code == 422


def test_only_people_who_are_logged_in_may_send_files(client: Client) -> None:
    for path in ("/library/uploads/", "/library/upload/", "/library/upload/create/"):
        answer = client.post(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/login/?next={path}")


# Proposals


def test_files_are_proposed_as_assets_without_a_script(browser: Client) -> None:
    voice = SimpleUploadedFile("mara_voice.wav", files.sound())
    sent_files = [factories.upload(name) for name in ("mara_2.png", "harbour.png", "mara_1.png")]
    answer = browser.post("/library/upload/", {"files": [*sent_files, voice]})
    assert answer.status_code == 200
    rows = [row for row, _ in answer.context["rows"]]
    assert [(row["handle"].value(), [one.name for one in row.kept]) for row in rows] == [
        ("mara", ["mara_1.png", "mara_2.png", "mara_voice.wav"]),
        ("harbour", ["harbour.png"]),
    ]
    assert "@mara_1, @mara_2, @mara_voice" in page(answer)
    assert Asset.objects.count() == 0


def test_a_taken_handle_is_not_proposed_and_known_bytes_are_noticed(browser: Client, alice: User) -> None:
    content = files.picture()
    ingest.create_asset(
        by=alice, handle="Mara", kind="image", media=[ingest.add_media(factories.upload(content=content))]
    )
    answer = browser.post("/library/upload/", {"files": [SimpleUploadedFile("mara.png", content)]})
    [(row, _)] = answer.context["rows"]
    assert row["handle"].value() == "mara_2"
    assert "Already in the library as @Mara" in page(answer)


def test_a_bad_file_does_not_hold_up_the_good_ones(browser: Client) -> None:
    bad = SimpleUploadedFile("notes.png", b"Scene 4")
    answer = browser.post("/library/upload/", {"files": [factories.upload("mara.png"), bad]})
    assert answer.status_code == 200
    assert "notes.png is not an image, video or audio file" in page(answer)
    assert [row["handle"].value() for row, _ in answer.context["rows"]] == ["mara"]
    alone = browser.post("/library/upload/", {"files": [SimpleUploadedFile("notes.png", b"Scene 4")]})
    assert alone.status_code == 422
    nothing = browser.post("/library/upload/")
    assert (nothing.status_code, "Choose at least one file." in page(nothing)) == (422, True)


# One press


def create(browser: Client, *rows: dict[str, object], **common: object) -> HttpResponse:
    data: dict[str, object] = {"is_shared": "on", **common}
    for number, row in enumerate(rows):
        data |= {f"row-{number}-{name}": value for name, value in row.items()}
    return browser.post("/library/upload/create/", data, follow=True)


def three(user: User) -> list[str]:
    names = ("mara_1.png", "mara_2.png", "mara_voice.wav")
    return [
        token(user, name, files.sound() if name.endswith("wav") else factories.picture()) for name in names
    ]


def test_one_press_makes_all(browser: Client, alice: User, project: Project) -> None:
    harbour = [token(alice, "harbour.png", factories.picture())]
    answer = create(
        browser,
        {"handle": "Mara", "kind": "character", "together": "on", "kept": three(alice)},
        {"handle": "harbour", "kind": "image", "kept": harbour},
        tags="night",
        home_project=project.pk,
        licence="CC BY 4.0",
    )
    assert answer.redirect_chain == [("/library/", 302)]
    assert texts(answer) == ["@Mara and @harbour created."]
    mara, made = Asset.objects.get(handle="Mara"), Asset.objects.get(handle="harbour")
    assert mara.current_version.contents == "2 images, voice"
    assert (made.kind, made.home_project, list(made.tags.names())) == ("image", project, ["night"])
    assert made.licence == "CC BY 4.0"


def test_handles_of_which_one_starts_the_other_are_notice_once(browser: Client, alice: User) -> None:
    factories.asset(alice, handle="harbour_at_night")
    rows = [
        {"handle": name, "kind": "image", "kept": token(alice, "m.png", factories.picture())}
        for name in ("harbour", "pier", "pier_2")
    ]
    assert texts(create(browser, *rows))[1:] == [
        "These handles are easy to confuse: @harbour and @harbour_at_night; @pier and @pier_2."
    ]


def test_a_group_that_is_no_character_becomes_an_asset_for_each_file(browser: Client, alice: User) -> None:
    create(browser, {"handle": "Mara", "kind": "character", "kept": three(alice)})
    assert sorted(Asset.objects.values_list("handle", "kind")) == [
        ("mara_1", "image"),
        ("mara_2", "image"),
        ("mara_voice", "audio"),
    ]


def test_a_row_that_cannot_be_made_stays_and_the_rest_is_made(browser: Client, alice: User) -> None:
    factories.asset(alice, handle="Tom", kind=Asset.Kind.IMAGE)
    one, other, third = (token(alice, f"{name}.png", factories.picture()) for name in ("a", "b", "c"))
    answer = create(
        browser,
        {"handle": "tom", "kind": "image", "kept": one},
        {"handle": "fine", "kind": "character", "kept": other},
        {"handle": "9 lives", "kind": "image", "kept": third},
    )
    assert answer.status_code == 422
    assert texts(answer) == ["@fine created."]
    left = {row["handle"].value(): list(row.errors["handle"]) for row, _ in answer.context["rows"]}
    assert len(left["tom"]) == 1
    assert list(left) == ["tom", "9 lives"]
    assert Asset.objects.get(handle="fine").kind == "character"


def test_two_rows_cannot_have_one_handle(browser: Client, alice: User) -> None:
    rows = [
        {"handle": "mara", "kind": "image", "kept": token(alice, "m.png", factories.picture())} for _ in "ab"
    ]
    answer = create(browser, *rows)
    assert [row["handle"].value() for row, _ in answer.context["rows"]] == ["mara"]
    assert Asset.objects.filter(handle="mara").count() == 1


def test_wrong_common_fields_make_nothing_and_lose_nothing(browser: Client, alice: User) -> None:
    row = {"handle": "mara", "kind": "image", "kept": token(alice, "m.png", factories.picture())}
    answer = create(browser, row, is_shared="")
    assert answer.status_code == 422
    assert list(answer.context["common"].errors) == ["home_project"]
    assert [one["handle"].value() for one, _ in answer.context["rows"]] == ["mara"]
    assert Asset.objects.count() == 0


def test_a_project_where_one_only_looks_cannot_be_chosen(
    client: Client, vera: User, project: Project
) -> None:
    client.force_login(vera)
    row = {"handle": "mara", "kind": "image", "kept": token(vera, "m.png", factories.picture())}
    assert create(client, row, home_project=project.pk).status_code == 422
    assert Asset.objects.count() == 0


def test_the_files_of_others_and_old_ones_are_not_used(browser: Client, bob: User) -> None:
    others = {"handle": "mara", "kind": "image", "kept": token(bob, "m.png", factories.picture())}
    forged = {"handle": "tom", "kind": "image", "kept": "forged"}
    answer = create(browser, others, forged)
    assert answer.status_code == 422
    assert Asset.objects.count() == 0


def test_the_plain_form_notices_what_is_there_already(browser: Client, alice: User) -> None:
    content = files.picture()
    media = ingest.add_media(factories.upload(content=content))
    ingest.create_asset(by=alice, handle="harbour", kind="image", media=[media])
    values = {"kind": "image", "handle": "pier", "is_shared": "on"}
    answer = browser.post(
        "/library/new/", {**values, "files": [SimpleUploadedFile("p.png", content)]}, follow=True
    )
    assert "p.png is already in the library as @harbour." in texts(answer)
