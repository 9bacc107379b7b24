"""Tokens and addresses that open nothing: the 61st from one address is refused, right ones are served."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation import api_tokens
from library.throttling import UNKNOWN_SECRETS

API = ("/api/v1/projects", "/v1/balance")
ELSEWHERE = "198.51.100.7"


def ask(path: str, secret: str, **sent: Any) -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {secret}"}, **sent)


@pytest.mark.parametrize("path", API)
def test_the_61st_wrong_token_is_429_in_the_shape_of_the_api(db: None, path: str) -> None:
    statuses = [ask(path, f"bl_wrong-{number}").status_code for number in range(61)]
    assert statuses == [401] * UNKNOWN_SECRETS.most + [429] * (61 - UNKNOWN_SECRETS.most)
    answer = ask(path, "bl_wrong")
    assert answer.json()["error"]["code"] == "too_many_requests"
    assert answer.json()["error"]["type"] == "rate_limit_error"
    assert 0 < int(answer["Retry-After"]) <= 300
    assert ask(path, "bl_wrong", REMOTE_ADDR=ELSEWHERE).status_code == 401


def test_both_apis_count_together_and_a_right_token_does_not_wait(alice: User) -> None:
    _, secret = api_tokens.make(user=alice, name="script")
    for number in range(61):
        ask(API[number % 2], f"bl_wrong-{number}")
    assert [ask(path, "bl_wrong").status_code for path in API] == [429, 429]
    assert ask(API[0], secret).status_code == 200


def test_unknown_hooks_and_unsubscribe_links_are_counted(db: None) -> None:
    hooks = [Client().post(f"/hooks/skyreels/unknown-{number}/callback").status_code for number in range(61)]
    links = [Client().get(f"/unsubscribe/unknown-{number}/").status_code for number in range(61)]
    for statuses in (hooks, links):
        assert (set(statuses[: UNKNOWN_SECRETS.most]), statuses[60]) == ({404}, 429)
    refused = Client().get("/unsubscribe/unknown/")
    assert int(refused["Retry-After"]) > 0
    assert Client().post("/hooks/skyreels/unknown/callback", REMOTE_ADDR=ELSEWHERE).status_code == 404


def test_wrong_tokens_of_metrics_are_counted_and_the_right_one_is_served(db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = "of-these-tests-alone"
    statuses = [ask("/metrics", f"wrong-{number}").status_code for number in range(61)]
    assert (statuses[0], statuses[60]) == (401, 429)
    assert ask("/metrics", "of-these-tests-alone").status_code == 200


def test_too_many_requests_of_a_right_token_say_when_to_go_on(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generation.api.authentication.REQUESTS", 0)
    _, secret = api_tokens.make(user=alice, name="script")
    answers = [ask(API[0], secret) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
