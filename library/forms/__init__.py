"""What people type and choose about assets."""

from library.forms.asset_details import EditForm, about, parse_tags
from library.forms.assets import AssetForm, VersionForm
from library.forms.batches import BatchForm, RowForm, UploadForm, listed, noticed, proposed, rows_sent
from library.forms.bundles import IMPORT_SECONDS, BundleForm
from library.forms.files import KEPT_SALT, FilesForm, KeptFile, keep, problem_of
from library.forms.filters import USABLE, FilterForm, usable_bits
from library.forms.moves import links_told, move_told
from library.forms.naming import RenameForm, clash_notice, clashes_told, taken_message
from library.ingest import files_of

__all__ = [
    "IMPORT_SECONDS",
    "KEPT_SALT",
    "USABLE",
    "AssetForm",
    "BatchForm",
    "BundleForm",
    "EditForm",
    "FilesForm",
    "FilterForm",
    "KeptFile",
    "RenameForm",
    "RowForm",
    "UploadForm",
    "VersionForm",
    "about",
    "clash_notice",
    "clashes_told",
    "files_of",
    "keep",
    "links_told",
    "listed",
    "move_told",
    "noticed",
    "parse_tags",
    "problem_of",
    "proposed",
    "rows_sent",
    "taken_message",
    "usable_bits",
]
