"""The composer keeps what was typed, as it was typed."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import Job, Shot
from library.models import Project
from tests import factories
from tests.generation.views.compose.composing import COMPOSER, FRAMES, check
from tests.generation.views.conftest import composed, make_take


def keep(client: Client, **typed: Any) -> Any:
    return client.post(f"{COMPOSER}draft/", composed(**typed))


def test_a_draft_keeps_every_role(editor: Client) -> None:
    asked = {**FRAMES, "end_frame": "@dawn", "mid_5": "@dawn", "voices": ["Mara"], "clip": "extend"}
    address = keep(editor, **asked).json()["address"]
    form = editor.get(address).context["form"]
    names = ("prompt", "first_frame", "mid_1", "mid_1_at", "mid_2", "mid_2_at", "end_frame", "voices", "clip")
    assert [form[name].value() for name in names] == [
        FRAMES["prompt"], "@pier", "@neon", 3, "@dawn", None, "@dawn", ["Mara"], "extend",
    ]  # fmt: skip


def test_the_address_of_a_draft_tells_how_many_takes_are_asked_for(editor: Client) -> None:
    asked = {"takes": "3", "models": ["skyreels-v4-std"], "resolutions": ["720p", "1080p"]}
    page = editor.get(keep(editor, **asked).json()["address"])
    form = page.context["form"]
    assert [form[name].value() for name in asked] == [3, ["skyreels-v4-std"], ["720p", "1080p"]]
    assert page.context["quote"].count == 18
    unread = editor.get(f"{COMPOSER}?from={Job.objects.get().uuid}&takes=x&models=y")
    assert unread.context["quote"].count == 1


def test_a_shot_is_made_by_its_whole_code_not_by_each_letter(editor: Client, project: Project) -> None:
    form = composed(prompt="a quay")
    for code in ("0", "02", "020"):
        address = editor.post(f"{COMPOSER}draft/", form | {"shot": code}).json()["address"]
    assert not Shot.objects.exists()
    assert editor.get(address).context["form"]["shot"].value() == "020"
    Shot.objects.create(project=project, code="020")
    address = editor.post(f"{COMPOSER}draft/", form | {"shot": "020"}).json()["address"]
    assert (Job.objects.get().shot.code, "shot=" in address) == ("020", False)
    assert editor.get(address).context["form"]["shot"].value() == "020"


def test_typing_on_writes_the_same_draft(editor: Client) -> None:
    form = composed(prompt="one")
    addresses = {
        editor.post(f"{COMPOSER}draft/", form | {"prompt": text}).json()["address"] for text in ("one", "two")
    }
    assert (len(addresses), list(Job.objects.values_list("status", "prompt"))) == (1, [("draft", "two")])


def test_an_empty_form_is_no_draft_until_it_was_one(editor: Client) -> None:
    form = composed(prompt=" ")
    assert (editor.post(f"{COMPOSER}draft/", form).json(), Job.objects.count()) == ({"address": ""}, 0)
    editor.post(f"{COMPOSER}draft/", form | {"prompt": "a quay"})
    assert editor.post(f"{COMPOSER}draft/", form).json()["address"]
    assert Job.objects.get().prompt == " "


def test_what_cannot_be_read_does_not_lose_the_prompt(editor: Client) -> None:
    assert keep(editor, prompt="a quay\0 at dusk", duration="soon", mid_1_at="x").status_code == 200
    assert (Job.objects.get().prompt, Job.objects.get().duration) == ("a quay at dusk", 5)


@pytest.mark.parametrize("takes", ["1", "2"])
def test_a_form_that_was_sent_meanwhile_is_told_and_not_written_over(editor: Client, takes: str) -> None:
    form = composed(prompt="a quay", takes=takes, agreed="2:0.6400")
    made = editor.post(COMPOSER, form).url
    answer = editor.post(f"{COMPOSER}draft/", form | {"prompt": "changed"})
    assert (answer.status_code, answer.json()["address"]) == (409, made)
    assert not Job.objects.filter(prompt="changed").exists()


def test_a_key_of_another_is_not_told_about(editor: Client, charlie: User) -> None:
    theirs = factories.job(charlie, factories.project(charlie), status=Job.Status.QUEUED)
    answer = keep(editor, form_key=str(theirs.form_key), prompt="mine")
    assert (answer.status_code, answer.json()["address"]) == (409, "")


def test_a_form_without_its_key_is_told(editor: Client) -> None:
    assert keep(editor, form_key="lost").status_code == 422


def test_an_unfinished_draft_is_offered_beside_an_empty_form(
    editor: Client, bob: User, project: Project
) -> None:
    factories.job(bob, project, status=Job.Status.DRAFT, prompt="bob's")
    assert editor.get(COMPOSER).context["unfinished"] is None
    address = keep(editor, prompt="the ferry turns").json()["address"]
    page = editor.get(COMPOSER)
    assert page.context["form"]["prompt"].value() == ""
    assert (page.context["unfinished"].prompt, address in page.content.decode()) == ("the ferry turns", True)
    assert editor.get(f"{COMPOSER}?anew=1").context["unfinished"] is None


def test_a_draft_goes_on_from_its_take(editor: Client, alice: User, project: Project) -> None:
    take = make_take(alice, project)
    editor.get(keep(editor, made_from=str(take.uuid)).json()["address"])
    assert Job.objects.get(status=Job.Status.DRAFT).made_from == take
    started = editor.get(f"{COMPOSER}?take={take.uuid}&how=vary")
    assert started.context["form"]["made_from"].value() == str(take.uuid)
    assert len(started.context["notices"]) == 1


def test_a_take_that_nobody_may_see_is_passed_over(editor: Client, charlie: User) -> None:
    theirs = make_take(charlie, factories.project(charlie))
    editor.post(COMPOSER, composed(made_from=str(theirs.uuid)))
    assert Job.objects.get(project__slug="harbour-lights").made_from is None


# Speed


def test_a_check_costs_the_same_for_one_handle_and_ten(editor: Client) -> None:
    costs = []
    for prompt in ("@Mara", "@Mara @Mar @Tom @Inez @pier @neon @dawn @chase @walk @hum"):
        with CaptureQueriesContext(connection) as seen:
            assert check(editor, prompt=prompt, takes="5").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_a_suggested_handle_is_a_button(editor: Client) -> None:
    seen = " ".join(check(editor, prompt="@Marra waves").content.decode().split())
    assert '<button class="fix" type="button" data-wrong="Marra" data-right="Mara" >' in seen
