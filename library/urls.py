"""The library's addresses."""

from django.urls import path

from library import views

app_name = "library"
urlpatterns = [
    path("library/", views.asset_list, name="list"),
    path("library/new/", views.asset_new, name="new"),
    path("library/@<str:handle>/", views.asset_detail, name="asset"),
    path("library/@<str:handle>/edit/", views.asset_edit, name="edit"),
    path("library/@<str:handle>/versions/", views.add_version, name="add_version"),
    path("style/", views.style, name="style"),
]
