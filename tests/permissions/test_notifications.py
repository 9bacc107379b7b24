"""What pages tell: an address may be open to everyone, but it names nothing of a project to whom is not in it."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import Job
from library.models import Asset, Collection, Membership, Project, Role
from tests import factories
from tests.generation.views.conftest import make_take

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]
SECRETS = ("Harbour Lights", "harbour-lights", "Kept", "secret ferry", "Leads", "Pier scene")


@pytest.fixture
def shared(alice: User, project: Project) -> Asset:
    """Of harbour-lights and free for everyone; all else of the project is not."""
    made = factories.asset(alice, handle="Shared", project=project)
    kept = factories.asset(alice, handle="Kept", project=project, is_shared=False, tags=["Pier scene"])
    Collection.objects.create(name="Leads", owner=alice, project=project).assets.add(made, kept)
    take = make_take(alice, project, prompt="a secret ferry")
    for job in (take.job, factories.job(alice, project, prompt="a secret ferry", status=Job.Status.QUEUED)):
        job.references.create(
            handle="Shared", asset=made, version=made.current_version, role="subject", position=0
        )
    return made


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/projects/",
        "/jobs/",
        "/jobs/?project=harbour-lights",
        "/takes/",
        "/takes/?project=harbour-lights",
        "/library/",
        "/library/?q=kept",
        "/library/?tag=pier+scene",
        "/library/?project=harbour-lights",
        "/library/?owner=alice",
        "/library/?collection={collection}",
        "/library/handles/?q=ke",
        "/library/handles/?project=harbour-lights",
        "/library/collections/",
        "/library/new/?project=harbour-lights",
        "/library/upload/?project=harbour-lights",
        "/library/@Shared/",
        "/library/@Shared/used/",
    ],
)
def test_a_stranger_is_told_nothing_of_the_project(
    alice: User, charlie: User, shared: Asset, address: str
) -> None:
    def told(person: User) -> list[str]:
        browser = Client()
        browser.force_login(person)
        answer = browser.get(address.format(collection=Collection.objects.get().pk))
        assert answer.status_code == 200
        # What was asked for stands in the page again, for example in the field for the search.
        said = answer.content.decode().replace(address, "").lower()
        asked = address.partition("?")[2].replace("+", " ").lower()
        return [one for one in SECRETS if one.lower() in said and one.lower() not in asked]

    assert told(charlie) == []
    assert told(alice), "the page tells nobody, so it proves nothing"


def test_who_left_the_team_has_left_what_was_made_for_it(alice: User, bob: User, project: Project) -> None:
    """A project's collection is the project's, also when somebody made it who is in the team no more."""
    made = Collection.objects.create(name="Leads", owner=bob, project=project)
    own = Collection.objects.create(name="Mine", owner=bob)
    address = f"/library/collections/{made.pk}/delete/"
    browser = Client()
    browser.force_login(bob)
    Membership.objects.filter(user=bob).update(role=Role.VIEWER)
    assert browser.post(address).status_code == 403
    Membership.objects.filter(user=bob).delete()
    assert browser.post(address).status_code == 404
    assert list(Collection.objects.visible_to(bob)) == [own]
    assert set(Collection.objects.visible_to(alice)) == {made}
