"""The page on which a take, or a frame of it, becomes an asset; and where that is told."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation import promotion
from generation.models import Shot, Take
from library.models import Asset, Project
from tests import factories
from tests.generation.films import stored_take
from tests.generation.views.conftest import Visit

TYPED = {
    "what": "frame",
    "at": "1.05",
    "handle": "@Dusk",
    "title": "Dusk",
    "tags": "Sea, dusk",
    "is_shared": "on",
}


@pytest.fixture
def take(s3: None, alice: User, project: Project) -> Take:
    """The first take of shot 020: two seconds."""
    return stored_take(alice, project, shot=Shot.objects.create(project=project, code="020"))


def page(take: Take) -> str:
    return f"{take.get_absolute_url()}promote/"


def test_the_form_suggests_a_free_handle(as_alice: Client, alice: User, take: Take) -> None:
    form = as_alice.get(page(take)).context["form"]
    assert (form["handle"].value(), form["what"].value(), form["title"].value()) == (
        "clip_take_1_020", "clip", "Take 1 of 020",
    )  # fmt: skip
    factories.asset(alice, handle="frame_1_50s_take_1_020")
    form = as_alice.get(page(take), {"at": "1.5"}).context["form"]
    assert (form["handle"].value(), form["what"].value(), form["at"].value()) == (
        "frame_1_50s_take_1_020_2", "frame", 1.5,
    )  # fmt: skip
    for odd in ("-1", "99", "nan", "x"):
        assert as_alice.get(page(take), {"at": odd}).context["form"]["what"].value() == "clip"


def test_a_frame_goes_into_the_library_as_typed(as_alice: Client, project: Project, take: Take) -> None:
    answer = as_alice.post(page(take), TYPED, follow=True)
    asset = Asset.objects.get()
    assert answer.redirect_chain == [("/library/@Dusk/", 302)]
    (message,) = answer.context["messages"]
    assert (message.level_tag, "@Dusk" in message.message) == ("success", True)
    assert (asset.kind, asset.title, asset.is_shared, sorted(asset.tags.names())) == (
        "image", "Dusk", True, ["dusk", "sea"],
    )  # fmt: skip
    assert (asset.home_project, asset.promotion.take) == (project, take)


def test_the_take_and_the_asset_tell_of_each_other(
    as_alice: Client, alice: User, take: Take, charlie: User, visit: Visit
) -> None:
    asset = promotion.promote(take, by=alice, handle="Dusk", at=1.05, is_shared=True)
    seen = as_alice.get(take.get_absolute_url()).content.decode()
    assert ("@Dusk" in seen, "at 1.04 s" in seen) == (True, True)
    used = f"{asset.get_absolute_url()}used/"
    for headers in ({}, {"HX-Request": "true"}):
        told = as_alice.get(used, headers=headers).content.decode()
        assert f'<a href="{take.get_absolute_url()}"><bdi>{take}</bdi></a>' in told
        assert "Harbour Lights" in told
        hidden = visit("charlie").get(used, headers=headers).content.decode()
        assert ("a take that you cannot see" in hidden, "Harbour" in hidden, "020" in hidden) == (
            True, False, False,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"handle": ""}, "handle", "required"),
        ({"handle": "3rd"}, "handle", "A handle starts with a letter"),
        ({"handle": "mara"}, "handle", "@mara is taken"),
        ({"at": ""}, "at", ""),
        ({"at": "soon"}, "at", "Enter a number."),
        ({"at": "9"}, "at", "2.00"),
        ({"what": "all"}, "what", "Select a valid choice."),
        ({"tags": "x" * 41}, "tags", "40 characters"),
    ],
)
def test_what_cannot_be_kept_is_told_beside_its_field(
    as_alice: Client, alice: User, take: Take, changes: dict[str, str], field: str, said: str
) -> None:
    factories.asset(alice, handle="Mara")
    answer = as_alice.post(page(take), TYPED | changes)
    assert answer.status_code == 422
    assert said in answer.context["form"].errors[field].as_text()
    assert 'value="Dusk"' in answer.content.decode(), "what was typed is kept"
    assert Asset.objects.count() == 1


def test_a_clip_too_long_to_be_a_reference_is_kept_and_told(
    as_alice: Client, alice: User, project: Project
) -> None:
    take = stored_take(alice, project, seconds=16)
    assert "message-warning" in as_alice.get(page(take)).content.decode()
    answer = as_alice.post(page(take), TYPED | {"what": "clip"}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]][:2] == ["success", "warning"]
    assert Asset.objects.get().uses == 0


def test_only_makers_promote(take: Take, charlie: User, visit: Visit) -> None:
    people = (None, "charlie", "vera", "rita", "bob", "alice")
    assert [visit(name).get(page(take)).status_code for name in people] == [302, 404, 403, 403, 200, 200]
    wrong = TYPED | {"handle": ""}
    writes = [visit(name).post(page(take), wrong).status_code for name in people]
    assert writes == [403, 404, 403, 403, 422, 422]
