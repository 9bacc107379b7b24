"""The composer by handle: frames, clips, voices, only what is legal; several takes for one total; drafts as typed."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import Batch, Job, Shot
from library.models import Project
from tests import factories
from tests.generation.composition import cast
from tests.generation.views.conftest import composed, make_take

COMPOSER = "/projects/harbour-lights/new/"
HTMX = {"HX-Request": "true"}
FRAMES = {"prompt": "through @neon to the end", "first_frame": "@pier", "mid_2": "neon", "mid_2_at": "3"}


@pytest.fixture
def editor(as_alice: Client, alice: User) -> Client:
    """alice with a small library."""
    cast.fill(alice)
    return as_alice


def check(client: Client, **typed: Any) -> HttpResponse:
    return client.post(f"{COMPOSER}check/", composed(**typed), headers=HTMX)


def told(page: HttpResponse) -> dict[str, list[str]]:
    return {name: [text for text, _ in found] for name, found in page.context["problems"].items() if found}


def state(page: HttpResponse) -> dict[str, Any]:
    """What the page's script is told."""
    return json.loads(unescape(re.search(r'<composer-state[^>]* facts="([^"]*)"', page.content.decode())[1]))


# Frames


def test_frames_make_the_take_image_to_video(editor: Client) -> None:
    answer = editor.post(COMPOSER, composed(**FRAMES, end_frame="@dawn"))
    job = Job.objects.get()
    assert answer.url == job.get_absolute_url()
    assert [(one.handle, one.role, one.second) for one in job.references.all()] == [
        ("pier", "first", None),
        ("neon", "mid", 3),
        ("dawn", "end", None),
    ]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"first_frame": "@Mara"}, "first_frame", "@Mara is a character"),
        ({"end_frame": "nobody_yet"}, "end_frame", "@nobody_yet is not in the library"),
        ({"mid_3": "@neon", "mid_3_at": "2"}, "mid_3", "Write @neon in the prompt"),
        ({"prompt": "@neon", "mid_3": "@neon", "mid_3_at": "5"}, "mid_3", ""),
        ({"mid_4_at": "2"}, "mid_4", "Name the picture of this keyframe"),
        ({"prompt": "@neon", "mid_1": "@neon", "mid_1_at": "soon"}, "mid_1", "whole number"),
        ({"prompt": "@chase", "clip": "extend", "duration": "2"}, "duration", "3 to 15"),
        ({"prompt": "@Tom", "voices": ["Tom"]}, "voices", "@Tom has no voice"),
        ({"prompt": "{dawn|noon"}, "prompt", "have no end"),
        ({"takes": "21"}, "takes", "20"),
        (
            {"prompt": "{a|b|c|d|e|f}", "takes": "20"},
            "takes",
            "That makes 120 takes; 100 is the most at once.",
        ),
        ({"models": ["other"]}, "models", "other"),
    ],
)
def test_each_problem_stands_beside_its_field(
    editor: Client, typed: dict[str, Any], field: str, sentence: str
) -> None:
    found = told(check(editor, **typed))
    assert list(found) == [field]
    assert sentence in found[field][0]


def test_what_frames_cannot_carry_stays_text_and_is_told(editor: Client) -> None:
    page = check(editor, prompt="@Mara waits in @neon", first_frame="@pier", mid_1="@neon")
    assert told(page)["prompt"] == ["@Mara is left as text: a take from frames carries no subjects."]
    facts = state(page)
    assert {name: found["state"] for name, found in facts["handles"].items()} == {
        "mara": "text",
        "neon": "ok",
        "pier": "ok",
    }
    assert (facts["mode"], facts["carried"]) == ("I2V", [])


def test_the_script_knows_what_a_frame_would_drop(editor: Client) -> None:
    assert state(check(editor, prompt="@mara and @Tom on @chase"))["carried"] == ["Mara", "Tom", "chase"]
    assert state(check(editor, prompt="@mara and @Tom on @chase"))["pictures"] == ["Mara", "Tom"]


# Only legal fields


def test_frames_set_the_ratio_and_what_was_chosen_is_kept(editor: Client) -> None:
    seen = check(editor, **FRAMES, aspect_ratio="9:16").content.decode()
    assert "Ratio follows the first frame" in seen
    assert '<input type="hidden" name="aspect_ratio" value="9:16">' in seen
    assert "disabled" in seen


def test_a_clip_sets_seconds_and_ratio(editor: Client) -> None:
    page = check(editor, prompt="like @chase", duration="5")
    seen = page.content.decode()
    assert ("The clip @chase decides: 8 s" in seen, "Ratio follows the clip" in seen) == (True, True)
    assert '<input type="hidden" name="duration" value="5">' in seen
    assert "8 s × $0.12" in seen
    assert "with a clip" in seen


def test_an_extension_has_seconds_of_its_own(editor: Client) -> None:
    page = check(editor, prompt="on from @chase, past @Mara", clip="extend", duration="6")
    assert ("decides" in page.content.decode(), page.context["composition"].billed_seconds) == (False, 6)
    assert (page.context["composition"].scenario, page.context["voiced"]) == ("Video extension", [])


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ({"prompt": "@Mara and @Tom"}, ["Mara"]),
        ({"prompt": "@Mara", "first_frame": "@pier"}, []),
        ({"prompt": "@Mara, on from @chase", "clip": "extend"}, []),
        ({"prompt": "a quay"}, []),
    ],
)
def test_voices_are_offered_to_subjects_that_have_one(
    editor: Client, typed: dict[str, str], offered: list[str]
) -> None:
    assert [one.handle for one in check(editor, **typed).context["voiced"]] == offered


def test_a_voice_is_sent_when_it_is_ticked(editor: Client) -> None:
    page = check(editor, prompt="@Mara speaks", voices=["Mara"])
    assert page.context["composition"].scenario == "Audio sync"
    assert "subject, own voice" in page.content.decode().lower()


def test_the_use_of_a_clip_is_asked_only_when_there_is_one(editor: Client) -> None:
    shown = [check(editor, prompt=prompt).context["clip"] for prompt in ("@chase", "@Mara")]
    assert (shown[0].handle, shown[1]) == ("chase", None)


# What the model gets


def test_request_and_command_can_be_copied_without_key_or_signature(editor: Client, settings: Any) -> None:
    settings.SKYREELS_API_KEY = "a-very-secret-key"
    page = check(editor, prompt="@Mara says $HOME isn't `far`")
    curl = page.context["curl"]
    assert json.loads(page.context["request_json"])["ref_images"][0]["tag"] == "@Mara"
    assert '"$SKYREELS_API_KEY"' in curl
    assert "a-very-secret-key" not in page.content.decode()
    assert "X-Amz" not in page.content.decode().split('id="request-json"')[1]
    assert check(editor, prompt="@nobody_yet").context["curl"] == ""


# Several takes


def test_a_batch_is_made_once_its_total_was_agreed_to(editor: Client) -> None:
    typed = composed(prompt="{dawn|noon} at the pier", takes="3", shot="020")
    page = editor.post(COMPOSER, typed)
    assert (page.status_code, Job.objects.count(), Shot.objects.count()) == (422, 0, 0)
    seen = page.content.decode()
    assert 'name="agreed" value="6:1.9200"' in seen
    assert ("6 takes cost $1.92 in all" in " ".join(seen.split()), "Generate 6 takes" in seen) == (True, True)
    answer = editor.post(COMPOSER, typed | {"agreed": "6:1.9200"})
    batch = Batch.objects.get()
    assert answer.url == f"/batches/{batch.uuid}/"
    assert sorted(batch.jobs.values_list("prompt", "shot__code")) == [
        (f"{light} at the pier", "020") for light in ("dawn", "noon") for _ in range(3)
    ]


@pytest.mark.parametrize("agreed", ["5:1.9200", "6:1.00", "", "nonsense"])
def test_another_total_than_the_one_shown_makes_nothing(editor: Client, agreed: str) -> None:
    page = editor.post(COMPOSER, composed(takes="6", agreed=agreed))
    assert (page.status_code, Job.objects.count()) == (422, 0)


def test_a_batch_that_is_sent_twice_is_made_once(editor: Client) -> None:
    typed = composed(takes="2", agreed="2:0.6400")
    answers = {editor.post(COMPOSER, typed).url for _ in range(2)}
    assert (len(answers), Job.objects.count()) == (1, 2)


def test_prices_of_several_models_and_sizes_are_told_line_by_line(editor: Client) -> None:
    page = check(editor, takes="2", models=["skyreels-v4-std"], resolutions=["720p"])
    lines = [
        (line.count, line.model, line.resolution, f"{line.total:.2f}") for line in page.context["quote"].lines
    ]
    assert lines == [
        (2, "Fast", "480p", "0.64"),
        (2, "Fast", "720p", "0.88"),
        (2, "Standard", "480p", "0.88"),
        (2, "Standard", "720p", "1.12"),
    ]
    assert page.context["quote"].agreed == "8:3.5200"


def test_a_total_above_the_budget_is_told_before_anything_is_sent(editor: Client) -> None:
    Project.objects.update(budget_usd="1.00")
    found = told(check(editor, takes="4"))
    assert found == {
        "other": ["These 4 takes cost $1.28, but only $1.00 of the project's budget of $1.00 is left."]
    }
    page = editor.post(COMPOSER, composed(takes="4", agreed="4:1.2800"))
    assert (page.status_code, told(page), Job.objects.count()) == (422, found, 0)


def test_a_problem_in_a_batch_is_said_once(editor: Client) -> None:
    page = editor.post(COMPOSER, composed(prompt="@nobody_yet", takes="3", agreed="3:0.9600"))
    assert (page.status_code, len(told(page)["prompt"]), Job.objects.count()) == (422, 1, 0)


# Drafts as typed


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
    assert ("unfinished draft" in page.content.decode(), address in page.content.decode()) == (True, True)
    assert editor.get(f"{COMPOSER}?anew=1").context["unfinished"] is None


def test_a_draft_goes_on_from_its_take(editor: Client, alice: User, project: Project) -> None:
    take = make_take(alice, project)
    editor.get(keep(editor, made_from=str(take.uuid)).json()["address"])
    assert Job.objects.get(status=Job.Status.DRAFT).made_from == take
    started = editor.get(f"{COMPOSER}?take={take.uuid}&how=vary")
    assert started.context["form"]["made_from"].value() == str(take.uuid)
    assert "Change the prompt to get another take" in started.content.decode()


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


def test_a_suggested_handle_is_a_button_that_writes_it(editor: Client) -> None:
    seen = check(editor, prompt="@Marra waves").content.decode()
    assert '<button class="fix" type="button" data-wrong="Marra" data-right="Mara">@Mara</button>?' in seen
