"""The held desk by keyboard alone: what is held is found there, attached, sent again and written off."""

import json

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.soundness import serious

pytestmark = pytest.mark.system
WIDTHS = (1440, 360)
STICKING_OUT = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("body *")]
        .filter((found) => found.getBoundingClientRect().right > innerWidth)
        .map((found) => found.outerHTML.slice(0, 120))"""
# Each request arrives, and its answer is lost on the way; nobody repeats it. Before and after, no worker sees the job.
HELD = """
import json, httpx
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from generation import lifecycle
from generation.composition import Settings
from generation.models import Job
from library.models import Project

settings.SKYREELS_IDEMPOTENT = False
by, project = User.objects.get(username="jonas"), Project.objects.get(slug="harbour-lights")
key = {"Authorization": f"Bearer {settings.SKYREELS_API_KEY}"}
with httpx.Client(base_url=settings.SKYREELS_BASE_URL, headers=key, trust_env=False) as provider:
    for prompt in PROMPTS:
        with transaction.atomic():
            job = lifecycle.create(by=by, project=project, prompt=prompt, settings=Settings(duration=3))
            Job.objects.filter(pk=job.pk).update(next_step_at=None)
        provider.post("/sandbox/faults", json={"at": "submit", "kind": "drop_after", "match": prompt})
        Job.objects.filter(pk=job.pk).update(next_step_at=timezone.now())
        lifecycle.submit_job(job.pk)
    tasks = {task["prompt"]: task["id"] for task in provider.get("/sandbox/tasks").json()}
print(json.dumps({prompt: tasks[prompt] for prompt in PROMPTS}))
"""


@pytest.fixture
def held(house):
    """Makes held jobs of these prompts; the provider's task of each."""

    def make(*prompts: str) -> dict[str, str]:
        return json.loads(house.run(HELD.replace("PROMPTS", repr(prompts))))

    return make


def go_to(page: Page, found: Locator) -> None:
    """With Tab alone, from wherever the focus is."""
    for _ in range(150):
        if found.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {found}")


def press(page: Page, found: Locator, key: str = "Enter") -> None:
    go_to(page, found)
    page.keyboard.press(key)


def line_of(page: Page, prompt: str) -> Locator:
    return page.locator(".held-line").filter(has_text=prompt)


def assert_sound(page: Page) -> None:
    """Neither on a telephone nor on a desk does anything stick out, nor does axe find anything serious."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(STICKING_OUT) == [], width
        assert serious(page) == [], width


def test_what_is_held_is_decided_by_keyboard(visit, held):
    attached, again, lost = "a lantern that was taken", "a lantern sent twice", "a lantern that is lost"
    tasks = held(attached, again, lost)
    page = visit("jonas")
    page.goto("/")
    press(page, page.locator("a[href='/jobs/held/']").first)
    page.wait_for_url("**/jobs/held/")
    for prompt in tasks:
        expect(line_of(page, prompt)).to_contain_text("up to $0.19 may be lost")
    assert_sound(page)

    line = line_of(page, attached)
    story = line.get_by_role("link", name=attached).get_attribute("href")
    go_to(page, line.get_by_label("Provider's task id"))
    page.keyboard.type("task_of_nobody")
    page.keyboard.press("Enter")
    expect(line.get_by_role("alert")).to_contain_text("task_of_nobody")
    expect(line.get_by_label("Provider's task id")).to_have_value("task_of_nobody")
    assert_sound(page)
    go_to(page, line.get_by_label("Provider's task id"))
    page.keyboard.press("Control+a")
    page.keyboard.type(tasks[attached])
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(f"continues with task {tasks[attached]}")
    expect(line).to_have_count(0)

    line = line_of(page, again)
    press(page, line.get_by_text("Resubmit…"))
    press(page, line.get_by_label("I accept that it may be paid for twice"), "Space")
    press(page, line.get_by_role("button", name="Resubmit for $0.19"))
    expect(line).to_contain_text("up to $0.19 may be paid twice")
    expect(line.get_by_text("Resubmit…")).to_have_count(0)

    line = line_of(page, lost)
    press(page, line.get_by_text("Write off…"))
    assert_sound(page)
    press(page, line.get_by_role("button", name="It was not paid for: return $0.19 to the budget"))
    expect(page.locator("main")).to_contain_text("was written off as not paid")
    expect(line).to_have_count(0)

    page.goto(story)
    expect(page.locator("main")).to_contain_text("The take was stored.", timeout=60_000)
