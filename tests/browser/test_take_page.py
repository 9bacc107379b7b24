"""The take page by hand: the player is exact to the frame, and everything goes by keyboard."""

import io
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from generation.reviews import timecode
from tests.browser.conftest import House
from tests.browser.soundness import serious
from tests.generation import striped_films
from tests.worker_host import wait_for

pytestmark = pytest.mark.system
RATES = (24, 25, 30, 32)
FRAMES = 61
SAME = 25  # decibels: the player's picture is larger than the film's; any other frame has less than 10
# Two frames of the screen after the seek: then the picture is painted.
PAINTED = """video => new Promise(done => {
    const painted = () => requestAnimationFrame(() => requestAnimationFrame(done));
    if (video.seeking) video.addEventListener("seeked", painted, { once: true });
    else painted();
})"""


@pytest.fixture(scope="module")
def takes(house: House) -> dict[int, str]:
    """The address of a striped take for each rate."""
    told = house.run(
        "from django.contrib.auth.models import User\n"
        "from library.models import Project\n"
        "from tests.generation.striped_films import striped_take\n"
        "by, project = User.objects.get(username='jonas'), Project.objects.get(slug='harbour-lights')\n"
        f"for fps in {RATES}:\n"
        f"    print(fps, striped_take(by, project, fps=fps, frames={FRAMES}).get_absolute_url())\n"
    )
    return {int(fps): address for fps, address in (line.split() for line in told.splitlines())}


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[[int], list[Image.Image]]:
    """What PyAV decodes of the film of a rate."""

    def read(fps: int) -> list[Image.Image]:
        film = tmp_path / f"{fps}.mp4"
        striped_films.write(film, fps=fps, frames=FRAMES)
        return striped_films.decoded(film)

    return read


def opened(page: Page, address: str) -> Page:
    """The take's page, ready to be played."""
    page.goto(address)
    wait_for(lambda: page.locator("video").evaluate("video => video.readyState") >= 3, seconds=20)
    page.locator("video").evaluate(PAINTED)
    return page


def go_to(page: Page, code: str) -> None:
    """As a person does who has a time code on paper."""
    field = page.locator(".player-code")
    field.fill(code)
    field.press("Enter")
    page.locator("video").evaluate(PAINTED)


def named(page: Page) -> int:
    """The frame that the page names."""
    return int(page.locator(".player-frame").inner_text().removeprefix("frame "))


def seen(page: Page) -> Image.Image:
    """What the player shows."""
    return Image.open(io.BytesIO(page.locator("video").screenshot()))


def likest(picture: Image.Image, pictures: list[Image.Image]) -> tuple[int, bool]:
    """The number of the frame that a picture is most like, and whether it is the same."""
    likeness = [striped_films.psnr(picture, other) for other in pictures]
    return likeness.index(max(likeness)), max(likeness) >= SAME


def test_a_frame_that_is_asked_for_before_the_film_is_there_stays(visit, takes: dict[int, str]) -> None:
    page = visit("jonas")
    held: list[Route] = []
    film = re.compile(r"\.mp4\?")
    page.route(film, lambda route: held.append(route))
    page.goto(takes[24], wait_until="domcontentloaded")
    field = page.locator(".player-code")
    field.fill("00:01.10")
    field.press("Enter")
    assert page.locator("video").evaluate("video => video.readyState") == 0
    wait_for(lambda: page.wait_for_timeout(50) or held)
    page.route(film, lambda route: route.continue_())
    for route in held:
        route.continue_()
    wait_for(lambda: page.locator("video").evaluate("video => video.readyState") > 0, seconds=20)
    assert named(page) == 34


@pytest.mark.parametrize("fps", RATES)
def test_the_frame_that_is_named_seen_exported_and_decoded_is_the_same(visit, takes, pictures, fps):
    page, decoded = opened(visit("jonas"), takes[fps]), pictures(fps)
    assert len(decoded) == FRAMES
    for frame in (0, 1, FRAMES // 2, FRAMES - 2, FRAMES - 1):
        expect_exactly(page, frame, decoded, fps=fps)


def expect_exactly(page: Page, frame: int, decoded: list[Image.Image], *, fps: float) -> None:
    """By its time code this frame is named, seen and exported."""
    go_to(page, timecode.from_frame(frame, fps))
    still = page.request.get(f"{page.url}frames/{frame}.png")
    assert still.ok
    exported = Image.open(io.BytesIO(still.body()))
    told = (named(page), likest(seen(page), decoded), likest(exported, decoded))
    assert told == (frame, (frame, True), (frame, True)), f"frame {frame} at {fps} fps"


@pytest.mark.parametrize(
    "written",
    [
        {"ticks": range(12, 12 + FRAMES)},
        {"ticks": [*range(30), *range(30, 30 + 3 * (FRAMES - 30), 3)]},
        {"options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"}},
    ],
    ids=["begins late", "changes its rate", "in fragments"],
)
def test_a_film_that_does_not_keep_to_its_rate_is_exact_too(visit, house, tmp_path, written):
    address = house.run(
        "from django.contrib.auth.models import User\n"
        "from library.models import Project\n"
        "from tests.generation.striped_films import striped_take\n"
        "by, project = User.objects.get(username='jonas'), Project.objects.get(slug='harbour-lights')\n"
        f"print(striped_take(by, project, fps=24, frames={FRAMES}, **{written!r}).get_absolute_url())\n"
    ).strip()
    striped_films.write(tmp_path / "film.mp4", fps=24, frames=FRAMES, **written)
    decoded = striped_films.decoded(tmp_path / "film.mp4")
    page = opened(visit("jonas"), address)
    fps = float(page.locator("take-player").get_attribute("fps"))
    for frame in (0, 1, FRAMES // 2, FRAMES - 2, FRAMES - 1):
        expect_exactly(page, frame, decoded, fps=fps)
    assert press(page, "Home", ".", ".", ",") == 1


def test_links_open_at_their_frame_and_pausing_keeps_the_frame_that_was_seen(visit, takes, pictures):
    page, decoded = opened(visit("jonas"), f"{takes[25]}?frame=33"), pictures(25)
    assert (named(page), likest(seen(page), decoded)) == (33, (33, True))
    page.locator("video").evaluate("video => { video.muted = true }")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    wait_for(lambda: named(page) > 4, seconds=20)
    page.keyboard.press("k")
    page.locator("video").evaluate(PAINTED)
    frame = named(page)
    assert likest(seen(page), decoded) == (frame, True)


def press(page: Page, *keys: str) -> int:
    """The frame that is named after these keys."""
    for key in keys:
        page.keyboard.press(key)
    return named(page)


def test_everything_goes_by_keyboard(visit, takes):
    page = opened(visit("jonas"), takes[25])
    video, last = page.locator("video"), FRAMES - 1
    assert [press(page, key) for key in ("End", ",", ".", "<", ">", "Home", ".", "ArrowRight")] == [
        last, last - 1, last, last - 25, last, 0, 1, 2,
    ]  # fmt: skip
    slider = page.get_by_role("slider", name="Frame")
    slider.focus()
    assert press(page, "ArrowRight", "ArrowRight") == 4
    expect(slider).to_have_attribute("aria-valuetext", "00:00.04, frame 4")

    # A range, looped: from its end it goes back to its start, also where a browser short of time sees the end late.
    page.keyboard.press("i")
    assert press(page, *["ArrowRight"] * 5) == 9
    page.keyboard.press("o")
    page.keyboard.press("p")
    page.evaluate("""() => {
        window.passed = [];
        document.addEventListener("framechange", (event) => window.passed.push(event.detail.frame));
    }""")
    page.keyboard.press("Space")
    wait_for(lambda: page.evaluate("window.passed").count(4) > 2, seconds=20)
    page.keyboard.press("Space")
    passed = page.evaluate("window.passed")
    assert min(passed) == 4
    assert {following for frame, following in pairwise(passed) if frame >= 9} == {4}
    page.keyboard.press("u")
    expect(page.locator("[data-do=clear]")).to_be_hidden()

    # The shuttle: faster at each press, back as well.
    page.keyboard.press("Home")
    page.keyboard.press("l")
    page.keyboard.press("l")
    expect(video).to_have_js_property("playbackRate", 2)
    expect(page.locator(".player-rate")).to_have_text("2×")
    page.keyboard.press("k")
    expect(video).to_have_js_property("paused", True)
    page.keyboard.press("End")
    page.keyboard.press("j")
    wait_for(lambda: named(page) < last - 3, seconds=20)
    page.keyboard.press("k")
    assert named(page) == press(page, "Shift")


def test_notes_are_marks_on_the_line_however_many(visit, takes, house):
    house.run(
        "from generation.models import Note, Take\n"
        f"take = Take.objects.get(uuid='{takes[32].split('/')[2]}')\n"
        "notes = [Note(take=take, text='Here', frame=at) for at in range(0, 60)]\n"
        "notes[0].drawing = [{'tool': 'box', 'color': 'red', 'width': 0.01, 'points': [[0.2, 0.2], [0.8, 0.8]]}]\n"
        "Note.objects.bulk_create([*notes, Note(take=take, text='A while', frame=20, end_frame=40)])\n"
    )
    page = opened(visit("jonas"), takes[32])
    marks = page.locator(".player-marks .mark")
    expect(marks).to_have_count(61)
    # What is drawn at a moment is shown there, whether or not the list shows its note.
    stroke = page.locator("drawing-board svg > g:first-child > g:not([display=none]) .stroke")
    expect(stroke).to_have_count(1)
    assert [press(page, key) for key in ("]", "]", "[", "End", "[")] == [1, 2, 1, 60, 59]
    expect(stroke).to_have_count(0)
    # They stand where the play head stands at their frame.
    dot = page.locator(".mark-range").bounding_box()
    page.mouse.click(dot["x"] + 5, dot["y"] + 5)
    assert named(page) == 20
    page.locator("#note-text").fill("One more")
    page.locator("#note-form .button-primary").click()
    expect(marks).to_have_count(62)


def test_keys_rest_while_somebody_types_or_a_card_is_open(visit, takes):
    page = opened(visit("jonas"), takes[24])
    page.keyboard.press("?")
    card = page.locator("help-card dialog")
    expect(card).to_be_visible()
    assert press(page, ".", "End") == 0
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    note = page.locator("#note-text")
    note.click()
    assert press(page, *"jkl.,a?") == 0
    expect(note).to_have_value("jkl.,a?")
    expect(card).to_be_hidden()
    expect(page.locator("#take-review .badge-info")).to_be_visible()
    code = page.locator(".player-code")
    code.fill("99:99.99")
    code.press("Enter")
    assert code.evaluate("field => field.validationMessage").startswith("Use minutes:seconds.frames")
    code.press("Escape")
    expect(code).to_have_value("00:00.00")
    assert press(page, ".") == 1


def test_without_scripts_the_browsers_own_player_plays(visit, takes, house):
    page = visit("jonas", java_script_enabled=False)
    page.goto(f"{takes[24]}?frame=58")
    expect(page.locator("video[controls]")).to_be_visible()
    expect(page.get_by_role("slider", name="Frame")).to_be_hidden()
    assert page.locator("video").get_attribute("src").endswith("#t=2.4375")


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [360, 1440])
def test_it_fits_and_has_no_serious_axe_violations(visit, takes, width, scheme):
    page = opened(visit("jonas", width=width, scheme=scheme), takes[24])
    openings = (
        lambda: None,
        lambda: page.get_by_text("More", exact=True).click(),
        lambda: press(page, "Escape", "?"),
    )
    for opening in openings:
        opening()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious(page) == []


def test_single_letters_can_be_switched_off(visit, takes):
    page = opened(visit("jonas"), takes[24])
    page.keyboard.press("?")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(".")
    expect(page.locator(".player-frame")).to_have_text("frame 1")
    opened(page, takes[25]).keyboard.press("?")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator("[data-help]").click()
    page.get_by_label("Single-key shortcuts").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press(".")
    expect(page.locator(".player-frame")).to_have_text("frame 1")
