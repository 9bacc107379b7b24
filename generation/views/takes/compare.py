"""Compare two takes: synchronised playback and a table of differences."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from generation.models import Take
from generation.reviews.reports.take_search import Search, search
from generation.views.shared.access import Request, uuid_in
from generation.views.shared.pagination import query_text
from generation.views.takes.differences import differences
from library.models.projects import AnyUser

MAX_OFFERED = 60
Group = tuple[str, list[Take]]


@require_GET
def compare(request: Request) -> HttpResponse:
    """Compare `?a=<uuid>&b=<uuid>`, of any shots and projects that the user may see; `words` filters the choice.

    A side without a take is chosen on the page; a take that the user may not see is a 404.
    """
    sides = [_take(request, name) for name in ("a", "b")]
    takes = [take for take in sides if take]
    invalid = [
        name for name in ("a", "b") if query_text(request, name) and not uuid_in(query_text(request, name))
    ]
    is_pair = len({take.pk for take in takes}) == 2
    context = {
        "sides": list(zip("ab", sides, strict=True)),
        "is_pair": is_pair,
        "is_same": len(takes) == 2 and not is_pair,
        "invalid_sides": invalid,
        "words": query_text(request, "words"),
        "offered": _offered(request.user, takes, query_text(request, "words")),
        "rows": differences(*takes) if is_pair else [],
    }
    return render(request, "generation/takes/compare.html", context, status=400 if invalid else 200)


def _take(request: Request, name: str) -> Take | None:
    """Return the take of a query parameter, or None without one."""
    uuid = uuid_in(query_text(request, name))
    takes = Take.objects.visible_to(request.user).for_cards().select_related("job__created_by")
    return get_object_or_404(takes, uuid=uuid) if uuid else None


def _offered(user: AnyUser, takes: list[Take], words: str) -> list[Group]:
    """Return takes to choose from, the most similar first: of the same shot, project, and others.

    The current takes are included, so that each list has a selected option.
    """
    found = search(user, Search(words=words)).select_related("shot", "project").order_by("-pk")
    if not takes:
        return _without_repeats([(_("Newest"), list(found[:MAX_OFFERED]))])
    first = takes[0]
    of_project = found.filter(project=first.project_id)
    groups: list[Group] = [(_("Current takes"), takes)]
    if first.shot:
        label = _("Shot %(shot)s") % {"shot": first.shot.code}
        groups.append((label, list(of_project.filter(shot=first.shot_id)[:MAX_OFFERED])))
    groups.append((str(first.project), list(of_project[:MAX_OFFERED])))
    others = found.exclude(project=first.project_id)
    groups.append((_("Other projects"), list(others[:MAX_OFFERED])))
    return _without_repeats(groups)


def _without_repeats(groups: list[Group]) -> list[Group]:
    """Keep each take in its first group only, and drop empty groups."""
    seen: set[int] = set()
    unique = []
    for label, takes in groups:
        new = [take for take in takes if take.pk not in seen]
        seen |= {take.pk for take in new}
        unique.append((label, new))
    return [(label, takes) for label, takes in unique if takes]
