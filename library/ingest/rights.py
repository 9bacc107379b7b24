"""Expired rights: only an owner may make the asset usable again. Forms, the admin and the API use this rule."""

from datetime import date

from django.contrib.auth.models import User
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from library.models import Asset, Project
from library.models.rights import EXPIRED


class OwnerNeeded(Exception):
    """The rights have expired, and only an owner may make this change, which would make the asset usable again.

    The message is shown to the user; `field` is the name of the rejected value.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def check_last_day(asset: Asset, *, last_day: date | None, by: User) -> None:
    """Raise OwnerNeeded if expired rights would be extended; any editor may shorten them."""
    is_extension = last_day is None or (asset.rights_end_on is not None and last_day > asset.rights_end_on)
    if is_extension and _is_locked(asset, by):
        raise OwnerNeeded("rights_end_on", _extension_text(asset))


def check_home(asset: Asset, *, project: Project | None, by: User) -> None:
    """Raise OwnerNeeded if an asset with expired rights would leave its project: an editor could otherwise extend them
    in another project."""
    if project != asset.home_project and _is_locked(asset, by):
        raise OwnerNeeded("home_project", _move_text(asset))


def _is_locked(asset: Asset, by: User) -> bool:
    if asset.rights_state != EXPIRED:
        return False
    return not Asset.objects.extendable_by(by).filter(pk=asset.pk).exists()


def _extension_text(asset: Asset) -> str:
    if asset.home_project:
        text = _("The rights expired on %(date)s. Only an owner of %(project)s can extend them.")
    else:
        text = _("The rights expired on %(date)s. Only %(creator)s, who added the asset, can extend them.")
    return text % _values(asset)


def _move_text(asset: Asset) -> str:
    if asset.home_project:
        text = _("The rights expired on %(date)s. Only an owner of %(project)s can move the asset.")
    else:
        text = _("The rights expired on %(date)s. Only %(creator)s, who added the asset, can move it.")
    return text % _values(asset)


def _values(asset: Asset) -> dict[str, object]:
    date_text = date_format(asset.rights_end_on) if asset.rights_end_on else ""
    return {"date": date_text, "project": asset.home_project, "creator": asset.created_by}
