"""Messages about changing the home project or the sharing of an asset."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library.models import Asset, Project

MAX_LISTED = 5


def move_notice(asset: Asset, project: Project | None, is_shared: bool) -> str:
    """Return the effect of a new home or sharing; empty if who may use the asset stays the same."""
    values = {"asset": asset, "home": asset.home_project, "project": project}
    if is_shared and not asset.is_shared:
        return (
            _("Only %(home)s can use %(asset)s at present. After saving, all projects can use it.") % values
        )
    if not is_shared and asset.is_shared:
        return (
            _("All projects can use %(asset)s at present. After saving, only %(project)s can use it.")
            % values
        )
    if not is_shared and asset.home_project != project:
        return _("%(asset)s moves out of %(home)s. After saving, only %(project)s can use it.") % values
    return ""


def link_conflict_text(user: User, projects: Sequence[Project]) -> str:
    """Return which projects prevent the change; those that the user may not see are counted."""
    keys = [project.pk for project in projects]
    visible = [str(project) for project in Project.objects.visible_to(user).filter(pk__in=keys)][:MAX_LISTED]
    hidden = len(projects) - len(visible)
    if not visible:
        text = ngettext(
            "A project that you cannot see links to this asset. Unlink it there first, or share the asset.",
            "%(count)d projects that you cannot see link to this asset. Unlink it there first, or share the asset.",
            hidden,
        )
        return text % {"count": hidden}
    if hidden:
        more = ngettext("%(count)d more project", "%(count)d more projects", hidden) % {"count": hidden}
        visible.append(more)
    text = _("Linked to %(projects)s. Unlink it there first, or share the asset with all projects.")
    return text % {"projects": get_text_list(visible, _("and"))}
