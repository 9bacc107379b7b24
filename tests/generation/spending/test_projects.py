"""Who pays for a project, who may give it a budget, and who may open one."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from generation.models import Job, LedgerEntry
from generation.spending_limits import allowances
from library.models import Membership, Project, Role
from tests import factories
from tests.generation.api.conftest import error_of
from tests.generation.spending.paths import WISH, stage
from tests.generation.views.conftest import composed

JSON = {"content_type": "application/json"}
NEW, PROJECTS = "/projects/new/", "/api/v1/projects"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser("admin", password=factories.PASSWORD)


@pytest.fixture
def little(settings: Any) -> None:
    """A personal budget with room for one take of $0.32."""
    settings.PERSONAL_BUDGET_USD = Decimal("0.40")


@pytest.fixture
def own(charlie: User) -> Project:
    """What charlie, who is no administrator, opened on the page."""
    client_of(charlie).post(NEW, {"name": "Far Shore", "budget_usd": "1000"})
    return Project.objects.get(slug="far-shore")


def compose(user: User, project: Project) -> int:
    return client_of(user).post(f"/projects/{project.slug}/new/", composed()).status_code


def test_who_opens_a_project_pays_for_it_and_an_administrator_does_not(
    charlie: User, own: Project, admin: User
) -> None:
    client_of(admin).post(NEW, {"name": "House"})
    assert own.charged_to == charlie
    assert Project.objects.get(slug="house").charged_to is None


@pytest.mark.usefixtures("little")
def test_many_projects_share_one_personal_budget(charlie: User, alice: User, project: Project) -> None:
    on = stage(charlie, alice, project)
    slugs = [on.api.post(PROJECTS, {"name": "Mine"}, **JSON).json()["slug"] for _ in range(3)]
    answers = [on.api.post("/api/v1/jobs", WISH | {"project": slug}, **JSON) for slug in slugs]
    answers.append(on.api.post("/v1/videos/generations", WISH, **JSON))
    assert [answer.status_code for answer in answers] == [201, 402, 402, 402]
    assert error_of(answers[-1])[1] == "personal_budget_exceeded"


@pytest.mark.usefixtures("little")
@pytest.mark.parametrize("budget", ["", "1000", "0.40"])
def test_an_owner_cannot_raise_or_remove_the_personal_budget(
    charlie: User, own: Project, budget: str
) -> None:
    assert compose(charlie, own) == 302
    edit = {"name": own.name, "budget_usd": budget, "own_budget": "on", "charged_to": ""}
    assert client_of(charlie).post(f"/projects/{own.slug}/edit/", edit).status_code == 302
    own.refresh_from_db()
    assert own.charged_to == charlie
    assert compose(charlie, own) == 422


def test_an_owner_may_lower(charlie: User, own: Project) -> None:
    client_of(charlie).post(f"/projects/{own.slug}/edit/", {"name": own.name, "budget_usd": "0.10"})
    assert compose(charlie, own) == 422
    own.refresh_from_db()
    assert own.budget_usd == Decimal("0.10")


@pytest.mark.usefixtures("little")
def test_a_cancelled_job_gives_its_money_back_and_a_held_one_does_not(charlie: User, own: Project) -> None:
    assert compose(charlie, own) == 302
    job = Job.objects.get()
    LedgerEntry.objects.update(state="uncertain")
    assert compose(charlie, own) == 422
    LedgerEntry.objects.update(state="estimated")
    client_of(charlie).post(f"/jobs/{job.uuid}/cancel/")
    assert compose(charlie, own) == 302


@pytest.mark.usefixtures("little")
def test_an_administrator_gives_a_project_a_budget_of_its_own(
    charlie: User, own: Project, admin: User
) -> None:
    assert compose(charlie, own) == 302
    page = client_of(admin)
    address = f"/projects/{own.slug}/edit/"
    assert "own_budget" in page.get(address).context["form"].fields
    page.post(address, {"name": own.name, "budget_usd": "0.70", "own_budget": "on"})
    own.refresh_from_db()
    assert (own.charged_to, own.budget_usd) == (None, Decimal("0.70"))
    assert compose(charlie, own) == 302
    assert compose(charlie, own) == 422
    # From then on its owners set it, as ever.
    assert "own_budget" not in client_of(charlie).get(address).context["form"].fields
    client_of(charlie).post(address, {"name": own.name, "budget_usd": "5"})
    assert compose(charlie, own) == 302


def test_a_save_that_was_under_way_does_not_take_a_granted_budget_back(charlie: User, own: Project) -> None:
    from generation.forms import ProjectForm

    stale = Project.objects.get(pk=own.pk)
    Project.objects.filter(pk=own.pk).update(charged_to=None)
    form = ProjectForm({"name": "Shore"}, instance=stale, by=charlie)
    assert form.is_valid()
    form.change(charlie)
    own.refresh_from_db()
    assert (own.name, own.charged_to) == ("Shore", None)


def test_it_is_said_where_a_budget_is_edited(charlie: User, own: Project, admin: User) -> None:
    page = client_of(charlie)
    for address in (NEW, f"/projects/{own.slug}/edit/"):
        assert "your personal budget of $25.00" in page.get(address).content.decode()
    seen = client_of(admin).get(f"/projects/{own.slug}/edit/").content.decode()
    assert "the personal budget of charlie, $25.00" in seen
    assert "Personal budget: $25.00 of $25.00 left" in page.get(own.get_absolute_url()).content.decode()


def test_only_administrators_open_projects_where_the_setting_says_so(
    alice: User, charlie: User, admin: User, project: Project, settings: Any
) -> None:
    settings.OPEN_PROJECTS = False
    for user, status in ((alice, 403), (charlie, 403), (admin, 200)):
        page = client_of(user)
        assert page.get(NEW).status_code == status
        for address in ("/", "/projects/"):
            assert (NEW in page.get(address).content.decode()) == (user == admin and address != "/")
    refused = client_of(charlie).post(NEW, {"name": "Night Ferry"})
    assert refused.status_code == 403
    assert "Only administrators can create projects." in refused.content.decode()
    call = stage(charlie, alice, project).api.post(PROJECTS, {"name": "Night Ferry"}, **JSON)
    assert error_of(call) == (403, "projects_closed", None)
    assert stage(admin, alice, project).api.post(PROJECTS, {"name": "House"}, **JSON).status_code == 201
    assert not Project.objects.filter(slug="night-ferry").exists()


def test_an_owner_limits_what_a_member_spends_in_a_month(alice: User, bob: User, project: Project) -> None:
    member = Membership.objects.get(user=bob, project=project)
    page, address = client_of(alice), f"/projects/harbour-lights/members/{member.pk}/"
    page.post(address, {"role": "editor", "monthly_limit_usd": "0.40"}, follow=True)
    member.refresh_from_db()
    assert (member.role, member.monthly_limit_usd) == ("editor", Decimal("0.40"))
    composer = client_of(bob).get("/projects/harbour-lights/new/").content.decode()
    assert "Your limit in this project this month: $0.40 of $0.40 left" in composer
    assert [compose(bob, project), compose(bob, project), compose(alice, project)] == [302, 422, 302]
    assert "$0.32 this month" in page.get("/projects/harbour-lights/edit/").content.decode()
    # Another role alone leaves the limit; an empty field takes it away.
    page.post(address, {"role": "owner"})
    member.refresh_from_db()
    assert (member.role, member.monthly_limit_usd) == (Role.OWNER, Decimal("0.40"))
    page.post(address, {"role": "editor", "monthly_limit_usd": ""})
    member.refresh_from_db()
    assert (member.role, member.monthly_limit_usd) == (Role.EDITOR, None)


@pytest.mark.parametrize("typed", ["-1", "lots", "1e400", "0.001"])
def test_a_limit_that_is_no_amount_changes_nothing(
    alice: User, bob: User, project: Project, typed: str
) -> None:
    member = Membership.objects.get(user=bob, project=project)
    sent = {"role": "viewer", "monthly_limit_usd": typed}
    said = client_of(alice).post(f"/projects/harbour-lights/members/{member.pk}/", sent, follow=True)
    assert "Nothing was changed." in said.content.decode()
    member.refresh_from_db()
    assert (member.role, member.monthly_limit_usd) == (Role.EDITOR, None)


def test_a_limit_can_be_given_when_somebody_is_added(alice: User, charlie: User, project: Project) -> None:
    sent = {"username": "charlie", "role": "editor", "monthly_limit_usd": "7"}
    client_of(alice).post("/projects/harbour-lights/members/", sent)
    assert Membership.objects.get(user=charlie).monthly_limit_usd == 7


def test_staff_who_may_edit_projects_cannot_give_budgets(charlie: User, own: Project, bob: User) -> None:
    """In Django's admin: what other staff open there is charged to them, and money is for administrators."""
    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.filter(content_type__app_label="library"))
    page = client_of(bob)
    formsets = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    formsets |= {"links-TOTAL_FORMS": 0, "links-INITIAL_FORMS": 0}
    form = page.get(f"/admin/library/project/{own.pk}/change/").context["adminform"].form
    assert not {"budget_usd", "charged_to"} & set(form.fields)
    sent = {"name": "Mine", "slug": "mine", "description": "", "budget_usd": "9", "charged_to": ""}
    answer = page.post("/admin/library/project/add/", sent | formsets)
    made = Project.objects.filter(slug="mine").first()
    assert made is not None, answer.context["errors"]
    assert (made.charged_to, made.budget_usd) == (bob, None)


def test_the_json_api_tells_what_is_left(alice: User, bob: User, project: Project, settings: Any) -> None:
    on = stage(bob, alice, project)
    Membership.objects.filter(user=bob).update(monthly_limit_usd=5)
    settings.MONTHLY_CAP_USD = Decimal(100)
    found = {one.limit.value: float(one.left) for one in allowances(bob, project)}
    seen = on.api.get(f"{PROJECTS}/harbour-lights").json()
    assert (seen["left_usd"], seen["limited_by"]) == (min(found.values()), "member_limit")
    assert on.api.get("/v1/balance").json()["remain_balance"] == 25.0
    settings.MONTHLY_CAP_USD = Decimal("2.00")
    left = 2 - float(LedgerEntry.objects.all().committed())
    balance = on.api.get("/v1/balance").json()
    assert (balance["remain_balance"], balance["unlimited_quota"]) == (pytest.approx(left), False)
    Membership.objects.filter(user=bob).update(monthly_limit_usd="0.10")
    dry = on.api.post("/api/v1/jobs/check", WISH | {"project": "harbour-lights"}, **JSON).json()
    assert (dry["left_usd"], dry["limited_by"]) == (0.10, "member_limit")
    [problem] = [one for one in dry["problems"] if one["level"] == "error"]
    assert problem["param"] == "budget"
    assert "only $0.10 of your limit of $0.10 a month" in problem["message"]
