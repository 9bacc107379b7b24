"""Handles that are written alike, for who mistyped one."""

from library import handles
from library.catalog.sorting import Name
from library.models import Asset
from library.models.projects import AnyUser


def neighbours(user: AnyUser, handle: str, *, around: int = 16) -> list[str]:
    """The handles on both sides of this name in the alphabet, of assets that the user may use: what is written alike
    from its beginning on stands here. Two short walks along the index, however large the library is."""
    typed = handles.fold(handle)
    seen = Asset.objects.visible_to(user).active().annotate(name=Name("handle"))
    before = seen.filter(name__lt=typed).order_by("-name").values_list("handle", flat=True)[:around]
    after = seen.filter(name__gt=typed).order_by("name").values_list("handle", flat=True)[:around]
    return [*before, *after]
