"""Find handles with similar spelling, for suggestions after a typing error."""

from library import handles
from library.catalog.sorting import Name
from library.models import Asset
from library.models.projects import AnyUser


def neighbours(user: AnyUser, handle: str, *, around: int = 16) -> list[str]:
    """Return the handles before and after this one in alphabetical order, of active assets that the user may see.

    Handles with the same beginning are among them. Two short index scans, whatever the size of the library.
    """
    typed = handles.fold(handle)
    visible = Asset.objects.visible_to(user).active().annotate(name=Name("handle"))
    before = visible.filter(name__lt=typed).order_by("-name").values_list("handle", flat=True)[:around]
    after = visible.filter(name__gt=typed).order_by("name").values_list("handle", flat=True)[:around]
    return [*before, *after]
