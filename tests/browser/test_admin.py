"""The admin and the API's documents under their content security policies: nothing on them is refused by it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.conftest import House

pytestmark = pytest.mark.system

PAGES = [
    "/admin/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/auth/group/add/",
    "/admin/generation/job/",
    "/admin/generation/price/add/",
    "/admin/library/asset/",
    "/admin/library/project/",
    "/admin/library/project/add/",
    "/admin/password_change/",
    "/api/v1/docs",
]
ADMINISTRATOR = """
from django.contrib.auth.models import User
User.objects.create_superuser("warden", password="lamplight-4711")
"""


@pytest.fixture
def warden(house: House, browser: Browser) -> Iterator[Page]:
    """An administrator's browser."""
    house.run(ADMINISTRATOR)
    page = browser.new_page()
    page.goto(f"{house.url}/admin/")  # which leads to the log-in and back
    page.get_by_label("Username").fill("warden")
    page.locator("input[name=password]").fill("lamplight-4711")
    page.locator("[type=submit]").first.click()
    expect(page).to_have_url(f"{house.url}/admin/")
    yield page
    page.close()


def test_no_page_breaks_its_policy(house: House, warden: Page) -> None:
    told: list[str] = []

    def keep(line: ConsoleMessage) -> None:
        if line.type in {"error", "warning"}:
            told.append(f"{warden.url}: {line.text}")

    warden.on("console", keep)
    warden.on("pageerror", lambda error: told.append(f"{warden.url}: {error}"))
    for path in PAGES:
        answer = warden.goto(f"{house.url}{path}")
        assert answer is not None
        assert answer.status == 200, path
        warden.wait_for_load_state("networkidle")
    assert told == []
