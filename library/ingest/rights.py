"""Ended rights: an asset whose last day is over comes back into use by an owner alone. The rule stands here once, for
forms, the admin and the API."""

from datetime import date

from django.contrib.auth.models import User

from library.models import Asset, Project
from library.models.rights import EXPIRED


class OwnerNeeded(Exception):
    """The rights have ended, and this change would bring the asset back into use: ask an owner for it.

    The message is a sentence for people; `field` names the value that was refused.
    """

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def check_last_day(asset: Asset, *, last_day: date | None, by: User) -> None:
    """Raises OwnerNeeded when ended rights would be extended; to bring the end forward is nobody's privilege."""
    reaches_further = last_day is None or (asset.rights_end_on is not None and last_day > asset.rights_end_on)
    if reaches_further and _is_locked(asset, by):
        raise OwnerNeeded("rights_end_on", f"{_ended(asset)} may extend them.")


def check_home(asset: Asset, *, project: Project | None, by: User) -> None:
    """Raises OwnerNeeded when an asset with ended rights would leave its project: an editor could extend them in a
    project of the editor's own."""
    if project != asset.home_project and _is_locked(asset, by):
        raise OwnerNeeded("home_project", f"{_ended(asset)} may move it now.")


def _is_locked(asset: Asset, by: User) -> bool:
    if asset.rights_state != EXPIRED:
        return False
    return not Asset.objects.extendable_by(by).filter(pk=asset.pk).exists()


def _ended(asset: Asset) -> str:
    home = asset.home_project
    extends = f"an owner of {home}" if home else f"{asset.created_by}, who added it,"
    return f"The rights ended on {asset.rights_end_on}: only {extends}"
