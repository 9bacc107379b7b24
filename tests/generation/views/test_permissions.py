"""Who may open and change what: alice owns, bob edits, rita reviews, vera looks, charlie is a stranger."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from generation.models import Job
from library.models import Project
from tests import factories
from tests.generation.views.conftest import Visit, composed, make_take

PEOPLE = ("alice", "bob", "rita", "vera", "charlie", None)
EVERYBODY = (200, 200, 200, 200, 200, 302)
MEMBERS = (200, 200, 200, 200, 404, 302)
MAKERS = (200, 200, 403, 403, 404, 302)
OWNERS = (200, 403, 403, 403, 404, 302)
MADE = (302, 302, 403, 403, 404, 302)
OWNED = (302, 403, 403, 403, 404, 302)


def addresses(project: Project, job: Job, take: object) -> dict[str, str]:
    slug = [project.slug]
    member = project.memberships.get(user__username="vera").pk
    return {
        **{
            name: reverse(f"generation:{name}")
            for name in ("home", "projects", "project_new", "jobs", "takes")
        },
        **{
            name: reverse(f"generation:{name}", args=slug)
            for name in ("project", "project_edit", "composer", "composer_check", "member_add", "link_asset")
        },
        **{
            name: reverse(f"generation:{name}", args=[job.uuid])
            for name in ("job", "job_live", "job_cancel", "job_retry")
        },
        "member_change": reverse("generation:member_change", args=[*slug, member]),
        "member_remove": reverse("generation:member_remove", args=[*slug, member]),
        "unlink_asset": reverse("generation:unlink_asset", args=[*slug, 1]),
        "take": reverse("generation:take", args=[take.uuid]),
    }


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("home", {}, EVERYBODY),
        ("projects", {}, EVERYBODY),
        ("project_new", {}, EVERYBODY),
        ("jobs", {}, EVERYBODY),
        ("takes", {}, EVERYBODY),
        ("project", {}, MEMBERS),
        ("job", {}, MEMBERS),
        ("job_live", {"live": "old"}, MEMBERS),
        ("take", {}, MEMBERS),
        ("composer", {}, MAKERS),
        ("project_edit", {}, OWNERS),
    ],
)
def test_who_may_open_a_page(
    project: Project,
    charlie: User,
    alice: User,
    visit: Visit,
    name: str,
    query: dict[str, str],
    expected: tuple,
) -> None:
    take = make_take(alice, project)
    address = addresses(project, take.job, take)[name]
    assert tuple(visit(person).get(address, query).status_code for person in PEOPLE) == expected


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("composer", composed(form_key=""), (422, 422, 403, 403, 404, 302)),
        ("composer_check", composed(), MAKERS),
        ("project_edit", {"name": "Other Lights"}, OWNED),
        ("member_add", {"username": "charlie", "role": "viewer"}, (302, 403, 403, 403, 404, 302)),
        ("member_change", {"role": "reviewer"}, OWNED),
        ("member_remove", {}, OWNED),
        ("link_asset", {"handle": "Mara"}, MADE),
        ("unlink_asset", {}, MADE),
        ("job_retry", {}, MADE),
        ("job_cancel", {}, MADE),
    ],
)
def test_who_may_change_something(
    project: Project,
    charlie: User,
    alice: User,
    visit: Visit,
    name: str,
    data: dict[str, str],
    expected: tuple,
) -> None:
    """Strangers are tried before the owner, so that nobody is let in by what the owner has just changed."""
    take = make_take(alice, project)
    address = addresses(project, take.job, take)[name]
    seen = tuple(visit(person).post(address, data).status_code for person in reversed(PEOPLE))
    # Who is not logged in is led to the log-in, unless something was typed: that is shown and kept.
    nobody = 403 if data else 302
    assert seen == (nobody, *reversed(expected[:-1]))


@pytest.mark.parametrize("name", ["composer_check", "job_cancel", "job_retry", "member_add", "member_remove"])
def test_what_changes_something_is_never_a_get(
    project: Project, alice: User, visit: Visit, name: str
) -> None:
    take = make_take(alice, project)
    assert visit("alice").get(addresses(project, take.job, take)[name]).status_code == 405


def test_lists_show_only_what_is_mine(project: Project, alice: User, charlie: User, visit: Visit) -> None:
    make_take(alice, project, prompt="a secret harbour")
    factories.job(alice, project, prompt="a secret ferry", status=Job.Status.QUEUED)
    for address in ("/", "/projects/", "/jobs/", "/takes/", "/takes/?project=harbour-lights"):
        seen = visit("charlie").get(address).content.decode()
        assert ("secret" in seen, "Harbour Lights" in seen) == (False, False), address


def test_an_administrator_sees_everything(
    project: Project, alice: User, admin_user: User, visit: Visit
) -> None:
    take = make_take(alice, project)
    assert visit("admin").get(take.get_absolute_url()).status_code == 200
