"""From a note to the next take by hand: three people, one note, the sandbox, and at the end it is resolved."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import House

pytestmark = pytest.mark.system
SAID = "Hold on the last lamp, then go on from here"


@pytest.fixture(scope="module")
def take(house: House) -> str:
    """The address of a take of a shot of its own, on which kim wrote a note at a frame."""
    told = house.run(
        "from django.contrib.auth.models import User\n"
        "from generation.models import Shot\n"
        "from generation.reviews.notes import notes\n"
        "from library.models import Project\n"
        "from tests.generation.films import stored_take\n"
        "project = Project.objects.get(slug='harbour-lights')\n"
        "jonas, kim = (User.objects.get(username=name) for name in ('jonas', 'kim'))\n"
        "shot = Shot.objects.create(project=project, code='870')\n"
        "take = stored_take(jonas, project, shot=shot, prompt='lamps on a quay', duration=3)\n"
        f"notes.write(take, author=kim, text={SAID!r}, frame=29)\n"
        "print(take.get_absolute_url())\n"
    )
    return told.strip()


def test_a_note_becomes_the_next_take_and_its_approval_resolves_it(visit, take):
    page = visit("jonas")
    page.goto(take)
    page.locator(".note-act-next").click()
    page.wait_for_url("**/new/?note=*")
    expect(page.locator(".quoted")).to_contain_text(SAID)
    expect(page.locator(".quoted h2")).to_contain_text("kim")
    expect(page.locator(".quoted h2")).to_contain_text("00:01.05")
    expect(page.get_by_label("Shot (optional)")).to_have_value("870")

    page.locator(".quoted button[value=mid]").click()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("lamps on a quay @frame_1_21s_take_1_870")
    page.locator(".quoted button[value=first]").click()
    expect(
        page.get_by_role("button", name="First frame @frame_1_21s_take_1_870: choose another")
    ).to_be_visible()
    expect(page.locator("#id_mid_1")).to_have_value("")

    page.get_by_role("button", name="Generate").click()
    page.wait_for_url("**/jobs/*/")
    expect(page.locator("main a[href*='#note-']")).to_contain_text("00:01.05")
    page.get_by_role("link", name="Play take 2").click(timeout=90_000)
    page.wait_for_url("**/takes/*/")
    following = page.url

    kim = visit("kim")
    kim.goto(take)
    expect(kim.locator(".notes [data-followup=waiting]")).to_be_visible()
    kim.goto(following)
    kim.keyboard.press("a")
    expect(kim.locator("#verdict-state li .badge-ok")).to_be_visible()
    for seen in (kim, page):
        # The stack says so too, for both, without loading the page.
        expect(seen.locator(".stack-strip [aria-current] .badge-ok")).to_be_visible(timeout=30_000)
    kim.goto(take)
    expect(kim.locator(".notes [data-followup=approved]")).to_be_visible()
    expect(kim.locator(".notes [data-resolution]")).to_contain_text("kim")

    page.reload()
    expect(page.get_by_role("link", name="Final in 1080p")).to_be_visible()
