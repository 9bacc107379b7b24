"""Files come in by drop, become a character, and are found again."""

from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.soundness import serious
from tests.library import files

pytestmark = pytest.mark.system

DROP = """(zone, files) => {
    const carried = new DataTransfer();
    for (const [name, content] of files) {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        carried.items.add(new File([bytes], name));
    }
    for (const name of ["dragover", "drop"])
        zone.dispatchEvent(new DragEvent(name, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


def drop(page: Page, named: dict[str, bytes]) -> None:
    """As a person drops files from the desktop."""
    carried = [[name, b64encode(content).decode()] for name, content in named.items()]
    page.locator("file-drop").evaluate(DROP, carried)


def bars(page: Page) -> list[float]:
    return page.locator(".upload progress").evaluate_all("bars => bars.map((bar) => bar.value / bar.max)")


def five(name: str) -> dict[str, bytes]:
    pictures = {f"{name}_{number}.png": factories.picture(640, 480) for number in range(1, 5)}
    return pictures | {f"{name}_voice.wav": files.sound(2)}


def save_draft(page: Page, prompt: str) -> str:
    """The address of the composer with the draft in it."""
    page.goto("/projects/harbour-lights/new/")
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/new/?from=*")
    return page.url


def rename(page: Page, old: str, new: str) -> str:
    page.goto(f"/library/@{old}/")
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Handle").fill(new)
    assert serious(page) == []
    page.locator("main").get_by_role("button", name="Rename").click()
    page.wait_for_url(f"**/library/@{new}/")
    return new


def archive_and_restore(page: Page, handle: str) -> None:
    """Archived, it is out of the list and among the archived ones; restored, it is back."""
    for button, shown, archived in (("Archive", 0, 1), ("Restore", 1, 0)):
        page.goto(f"/library/@{handle}/")
        page.locator("main").get_by_role("button", name=button, exact=True).click()
        page.wait_for_load_state()
        page.goto(f"/library/?q={handle}")
        expect(page.locator(".card-grid .card")).to_have_count(shown)
        page.goto(f"/library/?q={handle}&archived=only")
        expect(page.locator(".card-grid .card")).to_have_count(archived)


@pytest.mark.parametrize(("name", "width"), [("quill", 360), ("vela", 1440)])
def test_five_dropped_files_become_a_character_that_is_found(visit, name, width):
    page = visit("jonas", width=width)
    page.goto("/library/upload/")
    assert serious(page) == []
    drop(page, five(name))
    expect(page.locator("[data-told]")).to_have_text("5 ready", timeout=30_000)
    assert bars(page) == [1] * 5
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.get_by_role("button", name="Next: name the files").click()
    expect(page.get_by_label("Handle")).to_have_value(name)
    expect(page.get_by_label("Create one character")).to_be_checked()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Create assets").click()
    page.wait_for_url(f"**/library/@{name}/")

    page.goto(f"/library/?q={name}")
    cards = page.locator(".card-grid .card")
    expect(cards).to_have_count(1)
    expect(cards).to_contain_text(f"@{name}")
    expect(cards).to_contain_text("character · 4 images, voice")

    draft = save_draft(page, f"@{name} waits at the pier")
    renamed = rename(page, name, f"{name}_voss")
    page.goto(draft)
    expect(page.get_by_label("Prompt", exact=True)).to_have_value(f"@{renamed} waits at the pier")
    archive_and_restore(page, renamed)


def test_a_bad_file_says_why_and_can_be_tried_again_or_left_out(visit):
    page = visit("jonas")
    page.goto("/library/upload/")
    drop(page, {"notes.png": b"Scene 4", "pia.png": factories.picture()})
    problem = page.locator(".upload").filter(has_text="notes.png")
    expect(problem.get_by_role("alert")).to_contain_text("notes.png is not an image, video or audio file")
    expect(page.locator("[data-told]")).to_have_text("1 ready")
    problem.get_by_role("button", name="Retry notes.png").click()
    expect(problem.get_by_role("alert")).to_contain_text("notes.png is not an image, video or audio file")
    problem.get_by_role("button", name="Cancel notes.png").click()
    expect(page.locator(".upload")).to_have_count(1)
    page.get_by_role("button", name="Next: name the files").click()
    expect(page.get_by_label("Handle")).to_have_value("pia")


def test_a_lost_connection_is_said_and_the_file_is_sent_again(visit):
    page = visit("jonas")
    page.goto("/library/upload/")
    page.route("**/library/uploads/", lambda route: route.abort())
    drop(page, {"kim.png": factories.picture()})
    row = page.locator(".upload")
    expect(row.get_by_role("alert")).to_have_text("The connection was lost. Try again.")
    page.unroute("**/library/uploads/")
    row.get_by_role("button", name="Retry kim.png").click()
    expect(page.locator("[data-told]")).to_have_text("1 ready")


def test_without_a_script_the_same_form_comes_next(visit, tmp_path: Path):
    for name, content in five("ada").items():
        (tmp_path / name).write_bytes(content)
    page = visit("jonas", java_script_enabled=False)
    page.goto("/library/upload/")
    page.locator("input[name=files]").set_input_files(sorted(tmp_path.iterdir()))
    page.get_by_role("button", name="Next: name the files").click()
    expect(page.get_by_label("Handle")).to_have_value("ada")
    page.get_by_role("button", name="Create assets").click()
    page.wait_for_url("**/library/@ada/")
