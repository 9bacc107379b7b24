"""The same request several times at once, over HTTP."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer

from generation import api_tokens
from generation.models import Job, PersonalProject

WISH = {"model": "skyreels-v4-fast", "prompt": "a harbour at dusk", "resolution": "480p"}


@pytest.mark.parametrize("key", ["k-1", ""])
def test_one_key_is_one_job_and_one_person_has_one_project(
    live_server: LiveServer, alice: User, key: str
) -> None:
    """With a key all are the same task; without one each is a task of its own, in the one project that is made."""
    _, secret = api_tokens.make(user=alice, name="program")
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key

    def submit(_: int) -> str:
        url = f"{live_server.url}/v1/videos/generations"
        answer = httpx.post(url, content=json.dumps(WISH), headers=headers, trust_env=False, timeout=30)
        return answer.json()["data"][0]["task_id"]

    with ThreadPoolExecutor(6) as pool:
        task_ids = set(pool.map(submit, range(6)))
    assert len(task_ids) == Job.objects.count() == (1 if key else 6)
    assert PersonalProject.objects.count() == 1
