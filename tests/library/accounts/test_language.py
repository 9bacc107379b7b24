"""The language of pages, e-mails and APIs: the account's, then the browser's, then that of the installation."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from library.languages import language_of, set_language
from library.models import AccountSettings

CHINESE = {"HTTP_ACCEPT_LANGUAGE": "zh-CN,zh;q=0.9,en;q=0.5"}
PAGE = "/library/"


@pytest.fixture
def browser(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def language(client: Client, path: str = PAGE, **headers: str) -> str:
    return client.get(path, **headers)["Content-Language"]


def choose(client: Client, code: str, **more: str) -> object:
    return client.post(reverse("library:language"), {"language": code, **more})


def test_without_a_choice_the_browser_decides(browser: Client) -> None:
    assert language(browser) == "en"
    assert language(browser, **CHINESE) == "zh-hans"
    assert language(browser, HTTP_ACCEPT_LANGUAGE="de,fr;q=0.5") == "en"


@pytest.mark.parametrize("asked", ["zh", "zh-CN", "zh-Hans-SG", "zh-hans", "ZH-cn;q=0.1"])
def test_every_name_of_simplified_chinese_is_understood(browser: Client, asked: str) -> None:
    assert language(browser, HTTP_ACCEPT_LANGUAGE=asked) == "zh-hans"


def test_the_language_of_the_installation_is_the_last_resort(browser: Client, settings) -> None:
    settings.LANGUAGE_CODE = "zh-hans"
    assert language(browser) == "zh-hans"
    assert language(browser, HTTP_ACCEPT_LANGUAGE="en") == "en"


def test_the_account_goes_before_the_browser(browser: Client) -> None:
    choose(browser, "zh-hans")
    assert language(browser) == "zh-hans"
    choose(browser, "en")
    assert language(browser, **CHINESE) == "en"
    choose(browser, "")
    assert language(browser, **CHINESE) == "zh-hans"


def test_a_page_says_which_language_it_has_and_caches_know(browser: Client) -> None:
    response = browser.get(PAGE, **CHINESE)
    assert b'<html lang="zh-hans" dir="ltr">' in response.content
    assert "Accept-Language" in response["Vary"]


def test_the_choice_returns_to_the_page_it_was_made_on(browser: Client) -> None:
    assert choose(browser, "en", next="/library/?q=a&kind=image")["Location"] == "/library/?q=a&kind=image"
    assert choose(browser, "en", next="https://evil.example/")["Location"] == "/"
    assert choose(browser, "en", next="//evil.example/")["Location"] == "/"
    assert choose(browser, "en")["Location"] == "/"


def test_an_unknown_language_changes_nothing(browser: Client) -> None:
    assert choose(browser, "xx").status_code == 400
    assert not AccountSettings.objects.exists()


def test_the_menu_marks_the_choice(browser: Client, alice: User) -> None:
    set_language(alice, "zh-hans")
    page = browser.get(PAGE).content.decode()
    menu = page[page.index('class="language-menu"') :].partition("</form>")[0]
    assert menu.count("aria-current") == 1
    assert "简体中文" in menu
    assert menu.index('value="zh-hans"') < menu.index("aria-current") < menu.index("简体中文")


def test_visitors_without_an_account_read_the_language_of_the_browser(db: None) -> None:
    assert language(Client(), "/login/", **CHINESE) == "zh-hans"
    assert language(Client(), "/s/no-such-link/", **CHINESE) == "zh-hans"


def test_guest_pages_ignore_the_account_of_the_same_browser(browser: Client) -> None:
    choose(browser, "zh-hans")
    assert language(browser, "/s/no-such-link/") == "en"


@pytest.mark.parametrize("path", ["/api/v1/assets", "/v1/balance", "/v1/nothing", "/healthz"])
def test_programs_are_answered_in_english(db: None, path: str) -> None:
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "library.languages.middleware._name_language", lambda *_: seen.append(translation.get_language())
        )
        plain, chinese = Client().get(path), Client().get(path, **CHINESE)
    assert seen == ["en", "en"]
    assert plain.content == chinese.content
    assert "Content-Language" not in chinese


def test_the_language_ends_with_the_request(browser: Client) -> None:
    before = translation.get_language()
    browser.get(PAGE, **CHINESE)
    assert translation.get_language() == before


def test_text_outside_requests_is_in_the_language_of_its_reader(alice: User, settings) -> None:
    assert language_of(alice) == "en"
    settings.LANGUAGE_CODE = "zh-hans"
    assert language_of(alice) == "zh-hans"
    set_language(alice, "en")
    assert language_of(User.objects.get(pk=alice.pk)) == "en"


def test_a_language_that_is_no_longer_offered_is_ignored(alice: User) -> None:
    AccountSettings.objects.create(user=alice, language="tlh")
    assert language_of(User.objects.get(pk=alice.pk)) == "en"


def test_the_choice_costs_no_query(browser: Client, alice: User, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    set_language(alice, "zh-hans")
    with CaptureQueriesContext(connection) as queries:
        browser.get(PAGE)
    assert sum("accountsettings" in query["sql"] for query in queries) == 1
    assert sum('FROM "auth_user"' in query["sql"] and "session" not in query["sql"] for query in queries) >= 1
