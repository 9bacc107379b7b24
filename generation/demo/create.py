"""Puts the demo into the house. Each piece is made unless it is there, so doing it again adds nothing."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User

from generation import lifecycle
from generation.demo import reviews
from generation.demo.accounts import PEOPLE, Account, ensure_people, give_passwords
from generation.demo.content import ASSETS, JOBS, PROJECTS, DemoAsset, DemoJob, DemoProject, form_key
from generation.models import Job, Shot
from library import ingest
from library.models import Asset, MediaFile, Membership, Project, ProjectAsset


@dataclass(frozen=True)
class DemoResult:
    """What was done: how many pieces are new, who can log in, and what had to be left out and why."""

    new_assets: int
    new_jobs: int
    accounts: list[Account]
    left_out: list[str]


def make_demo(progress: Callable[[str], None] = lambda line: None) -> DemoResult:
    """Accounts, projects, assets and, with the sandbox alone, jobs. `progress` is told a line for each step.

    Needs the tables and the bucket; raises StorageFailed.
    """
    people = ensure_people()
    projects = {project.slug: _ensure_project(project, people) for project in PROJECTS}
    owner = people[PEOPLE[0].username]
    new_assets = 0
    # The library shows the newest first, so what is to stand first is made last.
    for wanted in reversed(ASSETS):
        new_assets += _ensure_asset(wanted, owner, projects, progress)
    new_jobs, left_out = _ensure_jobs(people, projects)
    return DemoResult(new_assets, new_jobs, give_passwords(people), left_out)


def _ensure_project(wanted: DemoProject, people: dict[str, User]) -> Project:
    values = {"name": wanted.name, "description": wanted.description, "budget_usd": wanted.budget_usd}
    project, _ = Project.objects.get_or_create(slug=wanted.slug, defaults=values)
    for person in PEOPLE:
        user = people[person.username]
        Membership.objects.get_or_create(project=project, user=user, defaults={"role": person.role})
    for code, title in wanted.shots:
        Shot.objects.get_or_create(project=project, code=code, defaults={"title": title})
    return project


def _ensure_asset(
    wanted: DemoAsset, owner: User, projects: dict[str, Project], progress: Callable[[str], None]
) -> bool:
    """Whether it is new. An asset of that name that somebody else made is left alone."""
    home = projects[wanted.home]
    asset = Asset.objects.named(wanted.handle).first()
    is_new = asset is None
    if asset is None:
        progress(f"Drawing @{wanted.handle}")
        asset = ingest.create_asset(
            by=owner,
            handle=wanted.handle,
            kind=wanted.kind,
            title=wanted.title,
            description=wanted.description,
            tags=wanted.tags,
            media=_draw(wanted),
            project=home,
        )
    if asset.home_project_id == home.pk:
        for slug in wanted.also_in:
            ProjectAsset.objects.get_or_create(project=projects[slug], asset=asset)
    return is_new


def _draw(wanted: DemoAsset) -> list[MediaFile]:
    media = []
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        for place, file in enumerate(wanted.files, start=1):
            path = Path(folder) / f"{wanted.handle}-{place}{file.suffix}"
            file.write(path)
            media.append(ingest.add_media(path, name=path.name))
    return media


def _ensure_jobs(people: dict[str, User], projects: dict[str, Project]) -> tuple[int, list[str]]:
    """How many are new, and a sentence for each that could not be queued."""
    if not settings.PROVIDER_IS_SANDBOX:
        return 0, ["No takes were ordered: a provider's key is set, and rendering them would cost money."]
    before, left_out = Job.objects.count(), []
    for number, wanted in enumerate(JOBS):
        try:
            _ensure_job(number, wanted, people[wanted.by], projects[wanted.project])
        except lifecycle.CannotQueue as reason:
            left_out.append(f"“{wanted.prompt}” was not queued: {reason}")
    reviews.begin()
    return Job.objects.count() - before, left_out


def _ensure_job(number: int, wanted: DemoJob, by: User, project: Project) -> None:
    lifecycle.create(
        by=by,
        project=project,
        shot=Shot.objects.get(project=project, code=wanted.shot),
        prompt=wanted.prompt,
        settings=wanted.settings,
        form_key=form_key(number, wanted),
    )
