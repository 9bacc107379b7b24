"""Two takes side by side by hand: in step while playing and after steps, whatever their rates and lengths."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import House
from tests.browser.soundness import serious
from tests.browser.waits import wait_until
from tests.generation import striped_films
from tests.worker_host import wait_for

pytestmark = pytest.mark.system
RATES = {"a": 24, "b": 32}
FRAMES = {"a": 120, "b": 96}  # five seconds and three
SEEKED = """() => new Promise(done => {
    const films = [...document.querySelectorAll("video")];
    const look = () => films.some(film => film.seeking)
        ? setTimeout(look, 10) : requestAnimationFrame(() => requestAnimationFrame(done));
    look();
})"""
# The frames that both sides name and the seconds at which both films are, once for each frame of the screen for a
# second and a half.
WATCHED = """() => new Promise(done => {
    const seen = [], sides = [...document.querySelectorAll(".compare-side")], ends = performance.now() + 1500;
    const look = () => {
        const seconds = sides.map(side => side.querySelector("video").currentTime);
        seen.push({ frames: sides.map(side => Number(side.dataset.frame)), seconds });
        if (performance.now() < ends) requestAnimationFrame(look); else done(seen);
    };
    look();
})"""


@pytest.fixture(scope="module")
def pair(house: House) -> str:
    """The page of two striped takes of which one is finer and shorter."""
    made = house.run(
        "from django.contrib.auth.models import User\n"
        "from generation.models import Take\n"
        "from library.models import Project\n"
        "from tests.generation.striped_films import striped_take\n"
        "by, project = User.objects.get(username='jonas'), Project.objects.get(slug='harbour-lights')\n"
        f"rates, frames = {RATES}, {FRAMES}\n"
        "takes = {side: striped_take(by, project, fps=rates[side], frames=frames[side]) for side in rates}\n"
        "Take.objects.filter(pk__in=[take.pk for take in takes.values()]).update(has_audio=True)\n"
        "print('&'.join(f'{side}={take.uuid}' for side, take in takes.items()))\n"
    )
    return f"/takes/compare/?{made.strip()}"


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    wait_until(page, "[...document.querySelectorAll('video')].every(film => film.readyState >= 3)")
    page.evaluate(SEEKED)
    return page


def named(page: Page) -> tuple[int, int]:
    """The frames that the page names for A and B."""
    a, b = page.locator(".compare-side").evaluate_all(
        "sides => sides.map(side => Number(side.dataset.frame))"
    )
    return a, b


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.evaluate(SEEKED)


def apart(a: int, b: int) -> float:
    """Seconds between the two frames where they do not touch; 0 where they are on the screen at the same moment."""
    return max(0, max(a / RATES["a"], b / RATES["b"]) - min((a + 1) / RATES["a"], (b + 1) / RATES["b"]))


def test_both_play_within_one_frame_of_each_other_and_the_shorter_one_waits_at_its_end(visit, pair):
    page = opened(visit("jonas"), pair)
    page.keyboard.press("Space")
    wait_for(lambda: named(page)[0] > 3, seconds=20)
    seen = page.evaluate(WATCHED)
    frames, one_frame = [tuple(moment["frames"]) for moment in seen], 1 / min(RATES.values())
    assert frames[-1][0] - frames[0][0] > 20, "it played"
    assert max(abs(a - b) for a, b in (moment["seconds"] for moment in seen)) <= one_frame
    # A browser that is short of time leaves out a picture of one film, which the next one makes good.
    assert sum(apart(a, b) > one_frame for a, b in frames) <= len(frames) / 20
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=20_000)
    assert named(page) == (FRAMES["a"] - 1, FRAMES["b"] - 1)


def test_steps_show_and_name_exactly_the_frames_of_one_moment(visit, pair, tmp_path):
    decoded = {}
    for side, fps in RATES.items():
        film = Path(tmp_path) / f"{side}.mp4"
        striped_films.write(film, fps=fps, frames=FRAMES[side])
        decoded[side] = striped_films.decoded(film)
    page = opened(visit("jonas"), pair)
    press(page, *"." * 5)
    for at in (5, 4, 37):  # in frames of the finer rate
        moved = at - named(page)[1]
        press(page, *("." if moved > 0 else ",") * abs(moved))
        frames = dict(zip("ab", named(page), strict=True))
        assert frames == {"a": int((at + 0.5) / RATES["b"] * RATES["a"]), "b": at}
        for side, frame in frames.items():
            picture = page.locator(f".compare-side[data-side={side}] video").screenshot()
            shown = Image.open(io.BytesIO(picture))
            likeness = [striped_films.psnr(shown, other) for other in decoded[side][: frame + 9]]
            assert likeness.index(max(likeness)) == frame, side
    press(page, "End")
    assert named(page) == (FRAMES["a"] - 1, FRAMES["b"] - 1)


def test_one_sound_a_wipe_by_keyboard_and_speeds(visit, pair):
    page = opened(visit("jonas"), pair)
    muted = "films => films.map(film => film.muted)"
    assert page.locator("video").evaluate_all(muted) == [False, True]
    page.get_by_role("radio", name="B", exact=True).focus()
    page.keyboard.press("Space")
    assert page.locator("video").evaluate_all(muted) == [True, False]
    press(page, "s")
    assert page.locator("video").evaluate_all(muted) == [True, True]

    press(page, "w")
    wipe = page.get_by_role("slider", name="Wipe")
    wipe.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    clipped = page.locator("[data-side=b] .compare-picture").evaluate("it => getComputedStyle(it).clipPath")
    assert clipped == "inset(0px 0px 0px 40%)"
    boxes = [page.locator("video").nth(side).bounding_box() for side in (0, 1)]
    assert boxes[0] == boxes[1]

    page.keyboard.press("l")
    page.keyboard.press("l")
    expect(page.locator("[data-rate]")).to_have_text("2×")
    page.keyboard.press("k")
    frame = named(page)
    press(page, "j")
    wait_for(lambda: named(page)[0] < frame[0], seconds=20)
    page.keyboard.press("k")


def test_a_film_that_does_not_load_says_so_and_the_other_one_plays(visit, pair):
    page = visit("jonas")
    broken = []
    page.route(
        "**/takes/*.mp4*",
        lambda route: route.abort() if _is_first(broken, route.request.url) else route.continue_(),
    )
    page.goto(pair)
    expect(page.locator("main")).to_contain_text("The video could not be loaded. Reload the page.")
    page.locator("body").press("Space")
    wait_for(lambda: max(named(page)) > 3, seconds=20)


def _is_first(seen: list[str], url: str) -> bool:
    """Whether it is the film that was asked for first."""
    seen.append(url)
    return url == seen[0]


def test_without_scripts_there_are_two_players_and_the_table(visit, pair):
    page = visit("jonas", java_script_enabled=False)
    page.goto(pair)
    expect(page.locator("video[controls]")).to_have_count(2)
    row = page.locator("tr.differs[data-row=fps]")
    expect(row).to_contain_text("24")
    expect(row).to_contain_text("32")
    expect(page.get_by_role("slider")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_it_fits_and_has_no_serious_axe_violations(visit, pair, width, scheme):
    page = opened(visit("jonas", width=width, scheme=scheme), pair)
    for key in ("", "w"):
        if key:
            press(page, key)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious(page) == []
