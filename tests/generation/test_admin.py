"""The admin lists all of generation with previews, and changes nothing that `lifecycle` owns."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from generation import api_tokens
from generation.models import GatewayState, Heartbeat, Job, Price, ShareLink, Shot, Take
from generation.reviews.sharing import share_links
from generation.reviews.sharing.share_links import Terms
from library.models import Project
from tests.generation.views.conftest import make_take

PASSWORD = "low tide at nine"
MODELS = [model for model in admin.site._registry if model._meta.app_label == "generation"]


@pytest.fixture
def filled(alice: User, project: Project, settings: object) -> None:
    """One of everything."""
    make_take(alice, project, shot=Shot.objects.create(project=project, code="020"))
    GatewayState.objects.update_or_create(base_url=settings.SKYREELS_BASE_URL)
    api_tokens.make(user=alice, name="nightly", project=project)
    ends = timezone.now() + timedelta(days=1)
    share_links.share(project, by=alice, terms=Terms(), expires_at=ends, password=PASSWORD)
    Heartbeat.objects.update_or_create(name="sweep", defaults={"beat_at": timezone.now()})
    Price.objects.create(
        model="skyreels-v4-fast",
        resolution="480p",
        with_video=False,
        usd_per_second="0.07",
        since="2027-01-01",
    )


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_list_and_page_open(admin_client: Client, model: type) -> None:
    name = f"admin:generation_{model._meta.model_name}"
    assert admin_client.get(reverse(f"{name}_changelist")).status_code == 200
    assert admin_client.get(reverse(f"{name}_change", args=[model.objects.first().pk])).status_code == 200


@pytest.mark.usefixtures("filled")
def test_no_page_shows_what_opens_a_share_link(admin_client: Client) -> None:
    link = ShareLink.objects.get()
    for page, args in (
        ("changelist", []),
        ("change", [link.pk]),
        ("delete", [link.pk]),
        ("history", [link.pk]),
    ):
        seen = admin_client.get(reverse(f"admin:generation_sharelink_{page}", args=args)).content.decode()
        assert [secret for secret in (link.token, link.password) if secret in seen] == []


@pytest.mark.usefixtures("filled")
def test_a_share_link_is_taken_back_from_here(admin_client: Client) -> None:
    chosen = {"action": "revoke", "_selected_action": [ShareLink.objects.get().pk]}
    admin_client.post(reverse("admin:generation_sharelink_changelist"), chosen)
    assert ShareLink.objects.get().revoked_at is not None


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("model", [Job, Take], ids=lambda model: model.__name__)
def test_lists_show_the_poster(admin_client: Client, model: type) -> None:
    seen = admin_client.get(reverse(f"admin:generation_{model._meta.model_name}_changelist")).content.decode()
    assert f"{Take.objects.get().poster_key}?" in seen


@pytest.mark.usefixtures("filled")
def test_a_longer_list_costs_no_more(admin_client: Client, alice: User, project: Project) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            admin_client.get(reverse("admin:generation_job_changelist"))
        return len(seen)

    cost()
    one = cost()
    make_take(alice, project)
    make_take(alice, project)
    assert cost() == one


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("action", ["change", "delete"])
def test_a_job_is_not_changed_from_here(admin_client: Client, action: str) -> None:
    job = Job.objects.get()
    address = reverse(f"admin:generation_job_{action}", args=[job.pk])
    assert admin_client.post(address, {"status": "failed", "post": "yes"}).status_code == 403
    job.refresh_from_db()
    assert job.status == Job.Status.SUCCEEDED


def test_the_queue_s_pickles_are_not_shown() -> None:
    assert [model for model in admin.site._registry if model._meta.app_label == "django_q"] == []
