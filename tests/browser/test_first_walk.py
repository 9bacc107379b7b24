"""The first walk through the whole house: two pictures, a prompt, a video that plays."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.soundness import serious
from tests.worker_host import wait_for

ASKED_SECONDS = 5


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"nova_{number}.png" for number in (1, 2)]
    for path in paths:
        path.write_bytes(factories.picture(640, 640))
    return paths


def add_character(page: Page, handle: str, pictures: list[Path]) -> None:
    page.goto("/library/new/")
    page.get_by_label("Handle").fill(handle)
    page.locator("input[type=file]").set_input_files(pictures)
    page.locator("main .button-primary").click()
    page.wait_for_url(f"**/library/@{handle}/")


def test_from_two_pictures_to_a_video_that_plays(visit, pictures):
    page = visit("jonas")
    add_character(page, "Nova", pictures)
    expect(page.locator("main img").first).to_be_visible()

    page.goto("/projects/harbour-lights/new/")
    page.get_by_label("Prompt", exact=True).fill("@Nova walks along a neon street")
    expect(page.locator("main")).to_contain_text("$0.32")
    page.get_by_role("button", name="Generate").click()
    page.wait_for_url("**/jobs/*/")
    page.get_by_role("link", name="Play take").click(timeout=90_000)
    page.wait_for_url("**/takes/*/")

    video = page.locator("video")
    video.evaluate("video => { video.muted = true; return video.play(); }")
    wait_for(lambda: video.evaluate("video => video.currentTime") > 0.5, seconds=20)
    assert video.evaluate("video => video.duration") == pytest.approx(ASKED_SECONDS, abs=0.3)
    assert video.evaluate("video => [video.videoWidth, video.videoHeight]") == [848, 480]


PAGES = [
    "/",
    "/library/",
    "/library/new/",
    "/library/@Mara/",
    "/projects/",
    "/projects/harbour-lights/",
    "/projects/harbour-lights/new/",
    "/jobs/",
    "/takes/",
]


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [360, 1440])
def test_pages_fit_and_have_no_serious_axe_violations(visit, width, scheme):
    page = visit("inez", width=width, scheme=scheme)
    found = {}
    for path in [*PAGES, "/style/"]:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        violations = serious(page)
        if violations or wide > width:
            found[path] = (wide, violations)
    assert found == {}


def test_an_unknown_handle_is_named_and_the_prompt_is_kept(visit):
    page = visit("jonas")
    page.goto("/projects/harbour-lights/new/")
    prompt = page.get_by_label("Prompt", exact=True)
    prompt.fill("@Marra waits at the pier")
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("main")).to_contain_text("@Marra is not in the library. Did you mean @Mara?")
    expect(prompt).to_have_value("@Marra waits at the pier")


def test_a_text_file_named_png_is_refused_and_the_good_picture_is_kept(visit, pictures, tmp_path):
    fake = tmp_path / "notes.png"
    fake.write_text("buy milk")
    page = visit("jonas")
    page.goto("/library/new/")
    page.get_by_label("Handle").fill("Orla")
    page.locator("input[type=file]").set_input_files([pictures[0], fake])
    page.locator("main .button-primary").click()
    expect(page.locator("main")).to_contain_text("notes.png")
    expect(page.get_by_label("Handle")).to_have_value("Orla")
    page.locator("main .button-primary").click()
    page.wait_for_url("**/library/@Orla/")
