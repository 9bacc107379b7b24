"""From settings to a provider: what is chosen, how it is named on jobs, and in which dialect it is spoken to."""

import asyncio

import pytest
from django.contrib.auth.models import User

from generation import gateway
from generation.sandbox.server import SandboxServer
from generation.skyreels.errors import UnknownTask
from generation.skyreels.providers import GATEWAY, VENDOR
from generation.skyreels.schemas import parse_request
from generation.supervision.health import checks
from library.models import Project
from tests.generation.composition import cast

REQUEST = parse_request({"model": "skyreels-v4-fast", "prompt": "a lighthouse", "duration": 3})


@pytest.mark.parametrize(
    ("chosen", "is_sandbox", "name"),
    [
        ("gateway", True, "sandbox"),
        ("vendor", True, "sandbox-vendor"),
        ("gateway", False, "gateway"),
        ("vendor", False, "vendor"),
    ],
)
def test_jobs_keep_the_name_of_their_provider(settings, chosen: str, is_sandbox: bool, name: str) -> None:
    settings.SKYREELS_PROVIDER, settings.PROVIDER_IS_SANDBOX = chosen, is_sandbox
    assert gateway.provider_name() == name
    provider = VENDOR if chosen == "vendor" else GATEWAY
    assert gateway.provider() is provider
    assert gateway.capabilities() is provider.capabilities
    assert gateway.frozen_body(REQUEST) == provider.body(REQUEST)


def test_a_job_is_asked_about_in_its_own_dialect_only(settings) -> None:
    settings.SANDBOX_IS_EMBEDDED = True
    assert gateway.present_gateway() == {"provider": "sandbox"}
    settings.SKYREELS_PROVIDER = "vendor"
    assert gateway.present_gateway() == {"provider": "sandbox-vendor"}
    settings.SANDBOX_IS_EMBEDDED = False
    assert gateway.present_gateway() == {"base_url": settings.SKYREELS_BASE_URL}


@pytest.mark.parametrize(("chosen", "path"), [("gateway", "/v1/"), ("vendor", "/api/v1/video/text2video/")])
def test_both_clients_speak_the_chosen_dialect(
    settings, sandbox: SandboxServer, chosen: str, path: str
) -> None:
    settings.SKYREELS_PROVIDER = chosen
    sandbox.add_fault("submit", "fail_task")
    with gateway.client() as client:
        task_id = client.submit(gateway.frozen_body(REQUEST), idempotency_key=f"of-{chosen}").task_id
        assert client.task(task_id).status == "failed"

    async def ask() -> str:
        http, poller = gateway.polling_client()
        async with http:
            return (await poller.task(task_id)).status

    assert asyncio.run(ask()) == "failed"
    assert all(entry["path"].startswith(path) for entry in sandbox.log()[-3:])


def test_a_task_of_the_gateway_is_none_of_the_vendors(settings, sandbox: SandboxServer) -> None:
    settings.SKYREELS_PROVIDER = "vendor"
    with gateway.client() as client, pytest.raises(UnknownTask):
        client.task("task_01KPEY5H3NQ2W8D7T6VB3F9GR4")


@pytest.mark.django_db
def test_the_composer_keeps_to_what_the_chosen_provider_can_carry(
    settings, alice: User, project: Project
) -> None:
    cast.fill(alice)
    stage = cast.Stage(alice, project)

    def problems(prompt: str, **roles: object) -> list[str]:
        return [found.field for found in stage.compose(prompt, **roles).problems if found.level == "error"]

    assert problems("@Mara sings", voices=("Mara",)) == []
    assert problems("as in @walk") == []
    settings.SKYREELS_PROVIDER = "vendor"
    assert problems("@Mara sings", voices=("Mara",)) == ["ref_images.0.audio_url"]
    assert problems("@Mara sings") == []
    assert problems("as in @walk") == ["ref_videos.0.video_url"]
    assert problems("as in @chase") == []


@pytest.mark.django_db
def test_the_doctor_finds_the_vendor_answering(settings, sandbox: SandboxServer) -> None:
    settings.SKYREELS_PROVIDER = "vendor"
    check = checks.provider_ok()
    assert (check.name, check.ok) == ("provider (sandbox-vendor)", True)
    assert check.detail == "answers, without a balance"
