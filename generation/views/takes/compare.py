"""Two takes side by side: playing in step, and what tells them apart."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from generation.models import Take
from generation.reviews.reports.take_search import Search, search
from generation.views.shared.access import Request, uuid_in
from generation.views.shared.pagination import wanted
from generation.views.takes.differences import differences
from library.models.projects import AnyUser

OFFERED = 60
Group = tuple[str, list[Take]]


@require_GET
def compare(request: Request) -> HttpResponse:
    """`?a=<uuid>&b=<uuid>`, of any shots and projects that the user may see; `words` narrows what is offered.

    A take that is not named is chosen on the page; one that the user may not see is not found.
    """
    sides = [_take(request, name) for name in ("a", "b")]
    takes = [take for take in sides if take]
    garbled = [name for name in ("a", "b") if wanted(request, name) and not uuid_in(wanted(request, name))]
    is_pair = len({take.pk for take in takes}) == 2
    context = {
        "sides": list(zip("ab", sides, strict=True)),
        "is_pair": is_pair,
        "is_same": len(takes) == 2 and not is_pair,
        "garbled": garbled,
        "words": wanted(request, "words"),
        "offered": _offered(request.user, takes, wanted(request, "words")),
        "rows": differences(*takes) if is_pair else [],
    }
    return render(request, "generation/takes/compare.html", context, status=400 if garbled else 200)


def _take(request: Request, name: str) -> Take | None:
    """The take that the address names; None when it names none."""
    uuid = uuid_in(wanted(request, name))
    takes = Take.objects.visible_to(request.user).for_cards().select_related("job__created_by")
    return get_object_or_404(takes, uuid=uuid) if uuid else None


def _offered(user: AnyUser, takes: list[Take], words: str) -> list[Group]:
    """The takes to choose from, the nearest first: of the same shot, of the project, of elsewhere. Those that are
    compared now stand among them, so that each list has something chosen."""
    found = search(user, Search(words=words)).select_related("shot", "project").order_by("-pk")
    groups: list[Group] = [("Compared now", takes)] if takes else []
    if takes:
        one = takes[0]
        near = found.filter(project=one.project_id)
        if one.shot:
            groups.append((f"Of shot {one.shot.code}", list(near.filter(shot=one.shot_id)[:OFFERED])))
        groups.append((f"Of {one.project}", list(near[:OFFERED])))
        found = found.exclude(project=one.project_id)
    groups.append(("Of other projects" if takes else "The newest", list(found[:OFFERED])))
    return _each_once(groups)


def _each_once(groups: list[Group]) -> list[Group]:
    seen: set[int] = set()
    apart = []
    for label, takes in groups:
        new = [take for take in takes if take.pk not in seen]
        seen |= {take.pk for take in new}
        apart.append((label, new))
    return [(label, takes) for label, takes in apart if takes]
