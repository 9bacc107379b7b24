"""Share links that are unknown, expired or revoked, and rate limits for guessing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from generation.models import (
    Guest,
    Job,
    Note,
    ShareLink,
    Shot,
    Take,
    Verdict,
)
from generation.reviews.sharing import share_links
from generation.views.guests.guest_limits import UNKNOWN_LINKS
from library.trusted_proxies import TrustedProxies
from tests.generation.views.guests.conftest import Share, enter, page_of, text_of


@pytest.mark.parametrize(
    "token", ["of-nobody", "%00", "a%00b", "%ED%A0%80", "é" * 300, "..", "%2e%2e%2ftakes"]
)
def test_an_unknown_token_is_404_without_a_link_to_the_app(db: None, token: str) -> None:
    answer = Client().get(f"/s/{token}/")
    assert answer.status_code == 404
    told = text_of(answer)
    assert 'href="/' not in told.replace('href="/static/', "")


@pytest.mark.parametrize("ended", ["expired", "revoked"])
def test_a_closed_link_is_410_at_every_url_without_its_content(take: Take, share: Share, ended: str) -> None:
    link = share(take, verdicts=True, download=True)
    browser = enter(link)
    if ended == "revoked":
        share_links.revoke(link)
    else:
        ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for path in ("", f"takes/{take.uuid}/"):
        answer = browser.get(link.get_absolute_url() + path)
        assert answer.status_code == 410
        told = text_of(answer)
        assert [
            word for word in ("Harbour Lights", "SHOT-010", "Take 1", "takes/", "Greta") if word in told
        ] == []
    for path in ("enter/", f"takes/{take.uuid}/notes/", f"takes/{take.uuid}/verdict/", "vote/"):
        typed = {"name": "G", "text": "hello", "decision": "approved", "choice": "A"}
        assert browser.post(link.get_absolute_url() + path, typed).status_code == 410
    assert (Note.objects.count(), Verdict.objects.count(), Guest.objects.count()) == (0, 0, 1)


def test_input_sent_to_a_closed_link_is_shown_but_not_saved(take: Take, shot: Shot, share: Share) -> None:
    """The same if the take has left the link. These pages are not cached, so going back would lose the input."""
    link = share(shot, verdicts=True)
    browser = enter(link)
    Job.objects.filter(pk=take.job_id).update(abandoned_at=timezone.now())
    for status in (404, 410):
        if status == 410:
            share_links.revoke(link)
        for address, typed in (("notes/", {"text": "Longer <b>"}), ("verdict/", {"reason": "Longer <b>"})):
            answer = browser.post(page_of(link, take) + address, typed)
            assert (answer.status_code, "Longer &lt;b&gt;" in text_of(answer)) == (status, True)
    assert (Note.objects.count(), Verdict.objects.count()) == (0, 0)


def test_guessing_tokens_is_throttled_but_not_for_known_guests(take: Take, share: Share) -> None:
    link = share(take)
    greta = enter(link)
    statuses = [Client().get(f"/s/guess-{number}/").status_code for number in range(61)]
    assert statuses == [404] * UNKNOWN_LINKS.most + [429] * (61 - UNKNOWN_LINKS.most)
    # Also a token that would be right, so that it cannot be told from a wrong one.
    answer = Client().get(link.get_absolute_url())
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert Client(REMOTE_ADDR="192.0.2.7").get(link.get_absolute_url()).status_code == 200
    assert greta.get(link.get_absolute_url()).status_code == 200


def test_in_production_the_proxy_names_the_client(take: Take, share: Share, settings: Any) -> None:
    """What stands before the last address anybody may have written."""
    link = share(take)
    settings.TRUSTED_PROXIES = TrustedProxies.one_hop("127.0.0.0/8")

    def statuses(seen_by_proxy: str) -> set[int]:
        headers = {"X-Forwarded-For": f"198.51.100.9, {seen_by_proxy}"}
        return {Client(headers=headers).get(link.get_absolute_url()).status_code}

    for number in range(UNKNOWN_LINKS.most):
        Client(headers={"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.1"}).get("/s/guessed/")
    assert (statuses("192.0.2.1"), statuses("192.0.2.2")) == ({429}, {200})
    settings.TRUSTED_PROXIES = TrustedProxies.none()
    # Without a proxy in front the header is a stranger's word.
    assert statuses("192.0.2.1") == {200}


def test_behind_a_proxy_that_hides_its_clients_others_are_not_throttled(
    take: Take, share: Share, settings: Any
) -> None:
    link = share(take)
    settings.TRUSTED_PROXIES = TrustedProxies.one_hop("127.0.0.0/8")
    statuses = [Client().get(f"/s/guess-{number}/").status_code for number in range(61)]
    assert (statuses[0], statuses[60]) == (404, 429)
    assert Client().get(link.get_absolute_url()).status_code == 200
