"""The URLs of the library."""

from django.urls import path

from library.views import assets, bulk, bundles, collections, intake, listing, removal, uploads, versions
from library.views.accounts import language
from library.views.style import style

app_name = "library"
urlpatterns = [
    path("library/", listing.asset_list, name="list"),
    path("library/handles/", listing.handles, name="handles"),
    path("library/chosen/", bulk.change_many, name="bulk"),
    path("library/collections/", collections.collections, name="collections"),
    path("library/collections/<int:pk>/delete/", collections.collection_delete, name="collection_delete"),
    path("library/views/", collections.view_save, name="view_save"),
    path("library/views/<int:pk>/delete/", collections.view_delete, name="view_delete"),
    path("library/@<str:handle>/favourite/", collections.favourite, name="favourite"),
    path("library/new/", intake.asset_new, name="new"),
    path("library/upload/", uploads.upload, name="upload"),
    path("library/upload/create/", uploads.upload_create, name="upload_create"),
    path("library/uploads/", uploads.upload_file, name="uploads"),
    path("library/export/", bundles.export, name="export"),
    path("library/import/", bundles.import_zip, name="import"),
    path("library/@<str:handle>/", assets.asset_detail, name="asset"),
    path("library/@<str:handle>/edit/", assets.asset_edit, name="edit"),
    path("library/@<str:handle>/names/<str:name>/release/", assets.release_name, name="release_name"),
    path("library/@<str:handle>/versions/", versions.add_version, name="add_version"),
    path("library/@<str:handle>/versions/compare/", versions.compare, name="compare"),
    path("library/@<str:handle>/versions/<int:number>/", versions.version, name="version"),
    path("library/@<str:handle>/versions/<int:number>/restore/", versions.restore, name="restore_version"),
    path("library/@<str:handle>/archive/", removal.archive, name="archive"),
    path("library/@<str:handle>/unarchive/", removal.unarchive, name="unarchive"),
    path("library/@<str:handle>/delete/", removal.delete, name="delete"),
    path("library/purge/", removal.purge, name="purge"),
    path("account/language/", language.language_set, name="language"),
    path("i18n/<str:language>/<slug:version>.js", language.javascript_catalogue, name="javascript_catalogue"),
    path("style/", style, name="style"),
]
