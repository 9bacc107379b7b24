"""What people type and choose about assets."""

from library.forms.about import EditForm, about, parse_tags
from library.forms.assets import AssetForm, FilterForm, VersionForm, taken_message
from library.forms.files import KEPT_SALT, FilesForm, KeptFile, files_of, keep

__all__ = [
    "KEPT_SALT",
    "AssetForm",
    "EditForm",
    "FilesForm",
    "FilterForm",
    "KeptFile",
    "VersionForm",
    "about",
    "files_of",
    "keep",
    "parse_tags",
    "taken_message",
]
