"""Forms for assets, uploads, collections and the library's list."""

from library.forms.asset_details import EditForm, details_of, parse_tags
from library.forms.assets import AssetForm, VersionForm
from library.forms.batches import (
    BatchForm,
    RowForm,
    UploadForm,
    duplicates_in,
    list_handles,
    proposed_rows,
    submitted_rows,
)
from library.forms.bundles import IMPORT_SECONDS, BundleForm
from library.forms.files import KEPT_SALT, FilesForm, KeptFile, keep_file, unavailable_text
from library.forms.filters import USES, FilterForm, usable_bits
from library.forms.moves import link_conflict_text, move_notice
from library.forms.naming import RenameForm, similar_handles_warning, taken_message

__all__ = [
    "IMPORT_SECONDS",
    "KEPT_SALT",
    "USES",
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
    "details_of",
    "duplicates_in",
    "keep_file",
    "link_conflict_text",
    "list_handles",
    "move_notice",
    "parse_tags",
    "proposed_rows",
    "similar_handles_warning",
    "submitted_rows",
    "taken_message",
    "unavailable_text",
    "usable_bits",
]
