"""Create the demo content. Existing parts are skipped, so a second run adds nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User

from generation import lifecycle
from generation.demo import reviews
from generation.demo.accounts import USERS, Account, ensure_users, give_passwords
from generation.demo.content import ASSETS, JOBS, MEDIA, PROJECTS, DemoAsset, DemoJob, DemoProject, form_key
from generation.models import Job, Shot
from library import ingest
from library.models import Asset, Membership, Project, ProjectAsset


@dataclass(frozen=True)
class DemoResult:
    """The numbers of new assets and jobs, the accounts, and why something was skipped."""

    new_assets: int
    new_jobs: int
    accounts: list[Account]
    skipped: list[str]


def create_demo(progress: Callable[[str], None] = lambda line: None) -> DemoResult:
    """Create accounts, projects and assets and, only with the sandbox, jobs. Call `progress` for each new asset.

    The database tables and the bucket must exist. Raise StorageFailed.
    """
    users = ensure_users()
    projects = {project.slug: _ensure_project(project, users) for project in PROJECTS}
    owner = users[USERS[0].username]
    new_assets = 0
    # The library lists the newest assets first, so create them in reverse order.
    for wanted in reversed(ASSETS):
        new_assets += _ensure_asset(wanted, owner, projects, progress)
    new_jobs, skipped = _ensure_jobs(users, projects)
    return DemoResult(new_assets, new_jobs, give_passwords(users), skipped)


def _ensure_project(wanted: DemoProject, users: dict[str, User]) -> Project:
    values = {"name": wanted.name, "description": wanted.description, "budget_usd": wanted.budget_usd}
    project, _ = Project.objects.get_or_create(slug=wanted.slug, defaults=values)
    for member in USERS:
        user = users[member.username]
        Membership.objects.get_or_create(project=project, user=user, defaults={"role": member.role})
    for code, title in wanted.shots:
        Shot.objects.get_or_create(project=project, code=code, defaults={"title": title})
    return project


def _ensure_asset(
    wanted: DemoAsset, owner: User, projects: dict[str, Project], progress: Callable[[str], None]
) -> bool:
    """Return whether the asset is new. An asset of another user with this handle is left unchanged."""
    home = projects[wanted.home]
    asset = Asset.objects.named(wanted.handle).first()
    is_new = asset is None
    if asset is None:
        progress(f"Adding @{wanted.handle}")
        asset = ingest.create_asset(
            by=owner,
            handle=wanted.handle,
            kind=wanted.kind,
            title=wanted.title,
            description=wanted.description,
            tags=wanted.tags,
            media=[ingest.add_media(MEDIA / name, name=name) for name in wanted.files],
            project=home,
        )
    if asset.home_project_id == home.pk:
        for slug in wanted.also_in:
            ProjectAsset.objects.get_or_create(project=projects[slug], asset=asset)
    return is_new


def _ensure_jobs(users: dict[str, User], projects: dict[str, Project]) -> tuple[int, list[str]]:
    """Return the number of new jobs, and a message for each job that could not be queued."""
    if not settings.PROVIDER_IS_SANDBOX:
        return 0, ["No takes were queued: a provider key is set, and rendering them would cost money."]
    before, skipped = Job.objects.count(), []
    for number, wanted in enumerate(JOBS):
        try:
            _ensure_job(number, wanted, users[wanted.by], projects[wanted.project])
        except lifecycle.CannotQueue as reason:
            skipped.append(f"“{wanted.prompt}” was not queued: {reason}")
    reviews.start()
    return Job.objects.count() - before, skipped


def _ensure_job(number: int, wanted: DemoJob, by: User, project: Project) -> None:
    lifecycle.create(
        by=by,
        project=project,
        shot=Shot.objects.get(project=project, code=wanted.shot),
        prompt=wanted.prompt,
        settings=wanted.settings,
        form_key=form_key(number, wanted),
    )
