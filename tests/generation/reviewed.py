"""Takes that a team has talked about."""

from django.contrib.auth.models import User

from generation.models import Note, Shot, Take, Verdict
from library.models import Project
from tests import factories
from tests.generation.views.conftest import make_take


def reviewed_take(by: User, project: Project, *, takes: int, notes: int) -> Take:
    """The last of many takes of a shot, with notes in threads, verdicts and a job in hand."""
    shot = Shot.objects.create(project=project, code="020")
    take = [make_take(by, project, shot=shot) for _ in range(takes)][-1]
    people = list(project.members.all())
    roots = Note.objects.bulk_create(
        Note(
            take=take,
            author=people[at % len(people)],
            text=f"Softer light, @rita, as on @Mara_{at}",
            frame=at % 100,
        )
        for at in range(notes // 2)
    )
    Note.objects.bulk_create(
        Note(take=take, author=people[at % len(people)], text="Yes, @bob", parent=root)
        for at, root in enumerate(roots)
    )
    for person in people:
        Verdict.objects.create(take=take, by=person, decision="changes", reason="Too dark.")
    factories.job(by, project, shot=shot, status="running", progress=62)
    return take
