"""Share tokens at rest: the database alone opens no link, and a rotation of the secret key loses none."""

import importlib
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from generation.models import ShareLink
from generation.models.sharing import new_token
from generation.reviews.sharing import link_tokens, share_links
from generation.reviews.sharing.share_links import Terms
from library.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(bob: User, project: Project) -> ShareLink:
    ends = timezone.now() + timedelta(days=3)
    return share_links.share(project, by=bob, terms=Terms(), expires_at=ends)


def opens(token: str) -> bool:
    return Client().get(f"/s/{token}/").status_code == 200


def row_of(link: ShareLink) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM generation_sharelink WHERE id = %s", [link.pk])
        names = [column[0] for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def test_no_column_holds_what_opens_the_link(link: ShareLink) -> None:
    assert opens(link.token)
    row = row_of(link)
    assert not [name for name, value in row.items() if link.token in str(value)]
    assert not [name for name, value in row.items() if isinstance(value, str) and opens(value or "-")]


def test_the_whole_database_holds_no_token(link: ShareLink, tmp_path: Any) -> None:
    """Sessions, the cache's rows, events and the admin's diary included."""
    Client().get(link.get_absolute_url())
    dumped = tmp_path / "all.json"
    call_command("dumpdata", output=str(dumped), verbosity=0)
    assert str(link.uuid) in dumped.read_text()
    assert link.token not in dumped.read_text()


def test_a_team_can_still_copy_the_url(bob: User, project: Project, link: ShareLink) -> None:
    browser = Client()
    browser.force_login(bob)
    fresh = ShareLink.objects.get(pk=link.pk)
    assert fresh.token == link.token
    assert fresh.get_absolute_url() in browser.get(f"/projects/{project.slug}/links/").content.decode()


def test_a_rotation_with_the_old_key_as_fallback_loses_no_link(link: ShareLink, settings: Any) -> None:
    old, token = settings.SECRET_KEY, link.token
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the next key", [old]
    assert opens(token)
    assert link_tokens.reseal() == 1
    assert link_tokens.reseal() == 0
    settings.SECRET_KEY_FALLBACKS = []
    assert opens(token)
    assert ShareLink.objects.get(pk=link.pk).token == token


def test_a_rotation_without_it_closes_links_and_says_so(
    bob: User, project: Project, link: ShareLink, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    token, settings.SECRET_KEY = link.token, "quite another key"
    assert not opens(token)
    assert (link_tokens.reseal(), link_tokens.reseal()) == (0, 0)
    assert [record.args for record in caplog.records if record.name == "backlot.sharing"] == [(link.pk,)]
    browser = Client()
    browser.force_login(bob)
    page = browser.get(f"/projects/{project.slug}/links/")
    assert page.status_code == 200
    assert f'id="address-{link.uuid}"' not in page.content.decode()


def test_what_the_version_before_wrote_meanwhile_is_sealed(link: ShareLink) -> None:
    token = new_token()
    ShareLink.objects.filter(pk=link.pk).update(
        plain_token=token, token_hash=None, sealed_token="", token_key=""
    )
    assert link_tokens.reseal() == 1
    assert opens(token)
    assert token not in str(row_of(link))


def test_the_migration_seals_every_token_and_keeps_it_open(link: ShareLink) -> None:
    """On the rows as the version before left them, seen by the models of that moment."""
    migration = importlib.import_module("generation.migrations.0002_sharing")
    other = ShareLink.objects.create(project=link.project, kind="project", created_by=link.created_by)
    tokens = {link.pk: new_token(), other.pk: new_token()}
    for pk, token in tokens.items():
        ShareLink.objects.filter(pk=pk).update(
            plain_token=token, token_hash=None, sealed_token="", token_key=""
        )
    state = MigrationExecutor(connection).loader.project_state(("generation", "0001_first"))
    for operation in migration.Migration.operations[:4]:
        operation.state_forwards("generation", state)
    migration.seal_tokens(state.apps, SimpleNamespace(connection=connection))
    assert all(opens(token) for token in tokens.values())
    assert not [token for token in tokens.values() if token in str([row_of(link), row_of(other)])]
    assert link_tokens.reseal() == 0
