"""Find the assets of an export that the library already has, with a few queries per chunk of the manifest."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from library import handles
from library.ingest.bundle_export import AssetEntry
from library.ingest.import_results import Outcome, Result
from library.models import Asset, HandleAlias

# Names per query; SQLite accepts a few thousand values in one query.
CHUNK = 250


class ExistingAssets:
    """A snapshot of the assets that have, or had, the handles of these entries."""

    def __init__(self, entries: Sequence[AssetEntry], by: User) -> None:
        names = {handles.fold(entry.handle) for entry in entries}
        self._holders = _holders(names)
        keys = set(self._holders.values())
        self._assets = Asset.objects.in_bulk(keys)
        self._visible = set(Asset.objects.visible_to(by).filter(pk__in=keys).values_list("pk", flat=True))
        self._files = _files(keys)

    def outcome(self, entry: AssetEntry) -> Outcome | None:
        """Return why the entry is skipped, or None if its handle is free."""
        key = self._holders.get(handles.fold(entry.handle))
        if key is None:
            return None
        name = f"@{entry.handle}"
        if key not in self._visible:
            return Outcome(name, Result.SKIPPED, _("the handle is taken"))
        if self._files.get(key, set()) == {file.sha256 for file in entry.files}:
            return Outcome(name, Result.EXISTS)
        reason = _("%(asset)s already exists with other files") % {"asset": self._assets[key]}
        return Outcome(name, Result.SKIPPED, reason)


def _holders(names: set[str]) -> dict[str, int]:
    """Map each folded name to the key of the asset that has or had it."""
    before = HandleAlias.objects.annotate(folded=Lower("name")).filter(folded__in=names)
    now = Asset.objects.annotate(folded=Lower("handle")).filter(folded__in=names)
    return dict(before.values_list("folded", "asset")) | dict(now.values_list("folded", "pk"))


def _files(keys: set[int]) -> dict[int, set[str]]:
    """Map each asset's key to the hashes of the files of its current version."""
    found: dict[int, set[str]] = {}
    uses = Asset.objects.filter(pk__in=keys, current_version__files__isnull=False).order_by()
    for key, sha256 in uses.values_list("pk", "current_version__files__media__sha256"):
        found.setdefault(key, set()).add(sha256)
    return found
