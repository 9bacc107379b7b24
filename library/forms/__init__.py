"""What people type and choose about assets."""

from library.forms.about import EditForm, about, parse_tags
from library.forms.assets import AssetForm, VersionForm, taken_message
from library.forms.batches import BatchForm, RowForm, UploadForm, listed, noticed, proposed, rows_sent
from library.forms.files import KEPT_SALT, FilesForm, KeptFile, files_of, keep
from library.forms.filters import USABLE, FilterForm, usable_bits

__all__ = [
    "KEPT_SALT",
    "USABLE",
    "AssetForm",
    "BatchForm",
    "EditForm",
    "FilesForm",
    "FilterForm",
    "KeptFile",
    "RowForm",
    "UploadForm",
    "VersionForm",
    "about",
    "files_of",
    "keep",
    "listed",
    "noticed",
    "parse_tags",
    "proposed",
    "rows_sent",
    "taken_message",
    "usable_bits",
]
