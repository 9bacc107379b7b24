"""The library's addresses."""

from django.urls import path

from library.views import assets, intake, listing, uploads
from library.views.style import style

app_name = "library"
urlpatterns = [
    path("library/", listing.asset_list, name="list"),
    path("library/handles/", listing.handles, name="handles"),
    path("library/new/", intake.asset_new, name="new"),
    path("library/upload/", uploads.upload, name="upload"),
    path("library/upload/create/", uploads.upload_create, name="upload_create"),
    path("library/uploads/", uploads.upload_file, name="uploads"),
    path("library/@<str:handle>/", assets.asset_detail, name="asset"),
    path("library/@<str:handle>/edit/", assets.asset_edit, name="edit"),
    path("library/@<str:handle>/versions/", assets.add_version, name="add_version"),
    path("style/", style, name="style"),
]
