"""The permission table: the library. How to write a row: see `table`."""

# ruff: noqa: E501 - a table has one line for each row

from tests.permissions.row import BACK, BUNDLE, GET, LOGIN, PICTURE, POST, Row

SAID = {"title": "Storm", "revision": "1"}
AT_HOME = {"home_project": "{project}"}
NEW = {"kind": "image", "is_shared": "on", "handle": "Pier", "files": PICTURE}
BATCH = {"is_shared": "on", "row-0-kept": "{token}", "row-0-handle": "Pier", "row-0-kind": "image"}
MADE = "+Asset +AssetVersion +VersionFile"
MADE_AT_HOME = "+Asset +AssetVersion +ProjectAsset +VersionFile"
GONE = "-Asset -AssetVersion -HandleAlias -ProjectAsset -VersionFile"
VERSION = "~Asset.cover_id ~Asset.current_version_id +AssetVersion +VersionFile"
NAMED = "~Asset.handle ~Asset.revision +HandleAlias"
EDITED = "~Asset.revision ~Asset.title"


def many(action: str, key: str, **more: str) -> dict[str, str]:
    """What the list sends for one chosen asset, once the question was answered."""
    return {"action": action, "asset": key, "confirmed": "1", **more}


# fmt: off
#                                                         owner editor reviewer viewer stranger anonymous   what it does, what is sent
LISTS = [
    Row(GET,  "/library/",                                  200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/library/?project=harbour-lights",           200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/library/handles/?q=kept",                   200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/library/new/",                              200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/library/upload/",                           200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/library/collections/",                      200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/library/purge/",                            403, 403, 403, 403, 403, LOGIN),
    Row(POST, "/library/purge/",                            403, 403, 403, 403, 403, LOGIN),
    Row(GET,  "/style/",                                    403, 403, 403, 403, 403, LOGIN),
]

PAGES = [
    Row(GET,  "/library/@Kept/",                            200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/library/@Shared/",                          200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/library/@Loose/",                           200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/library/@Far/",                             404, 404, 404, 404, 200, LOGIN),
    Row(GET,  "/library/@Bobs/",                            404, 200, 404, 404, 404, LOGIN),
    Row(GET,  "/library/@Quay/",                            302, 302, 302, 302, 404, LOGIN),
    Row(GET,  "/library/@Nobody/",                          404, 404, 404, 404, 404, LOGIN),
    Row(GET,  "/library/@Kept/used/",                       200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/library/@Shared/used/",                     200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/library/@Kept/versions/1/",                 200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/library/@Shared/versions/1/",               200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/library/@Kept/versions/compare/",           200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/library/@Shared/versions/compare/",         200, 200, 200, 200, 200, LOGIN),
]

TEXT = [
    Row(GET,  "/library/@Kept/edit/",                       200, 200, 403, 403, 404, LOGIN),
    Row(GET,  "/library/@Shared/edit/",                     200, 200, 403, 403, 403, LOGIN),
    Row(GET,  "/library/@Loose/edit/",                      403, 200, 403, 403, 403, LOGIN),
    Row(GET,  "/library/@Far/edit/",                        404, 404, 404, 404, 200, LOGIN),
    Row(POST, "/library/@Kept/edit/",                       302, 302, 403, 403, 404, 403, EDITED, SAID | AT_HOME),
    Row(POST, "/library/@Shared/edit/",                     302, 302, 403, 403, 403, 403, EDITED, SAID | AT_HOME | {"is_shared": "on"}),
    Row(POST, "/library/@Loose/edit/",                      403, 302, 403, 403, 403, 403, EDITED, SAID | {"is_shared": "on"}),
    Row(POST, "/library/@Kept/edit/",                       422, 422, 403, 403, 404, 403, "", SAID | {"home_project": "{far_project}"}),
    Row(GET,  "/library/@Kept/rename/",                     200, 200, 403, 403, 404, LOGIN),
    Row(GET,  "/library/@Shared/rename/",                   200, 200, 403, 403, 403, LOGIN),
    Row(POST, "/library/@Kept/rename/",                     302, 302, 403, 403, 404, 403, NAMED + " ~Job.prompt", {"handle": "Pier", "revision": "1"}),
    Row(POST, "/library/@Shared/rename/",                   302, 302, 403, 403, 403, 403, NAMED, {"handle": "Pier", "revision": "1"}),
    Row(POST, "/library/@Kept/names/Quay/release/",         302, 302, 403, 403, 404, LOGIN, "-HandleAlias"),
]

VERSIONS = [
    Row(GET,  "/library/@Kept/versions/",                   200, 200, 403, 403, 404, LOGIN),
    Row(GET,  "/library/@Shared/versions/",                 200, 200, 403, 403, 403, LOGIN),
    Row(POST, "/library/@Kept/versions/",                   302, 302, 403, 403, 404, 403, VERSION, {"files": PICTURE}),
    Row(POST, "/library/@Shared/versions/",                 302, 302, 403, 403, 403, 403, VERSION, {"files": PICTURE}),
    Row(GET,  "/library/@Kept/versions/1/restore/",         200, 200, 403, 403, 404, LOGIN),
    Row(GET,  "/library/@Shared/versions/1/restore/",       200, 200, 403, 403, 403, LOGIN),
    Row(POST, "/library/@Kept/versions/1/restore/",         302, 302, 403, 403, 404, LOGIN, VERSION),
    Row(POST, "/library/@Shared/versions/1/restore/",       302, 302, 403, 403, 403, LOGIN, VERSION),
]

REMOVAL = [
    Row(POST, "/library/@Kept/archive/",                    302, 302, 403, 403, 404, LOGIN, "~Asset.archived_at"),
    Row(POST, "/library/@Shared/archive/",                  302, 302, 403, 403, 403, LOGIN, "~Asset.archived_at"),
    Row(POST, "/library/@Loose/archive/",                   403, 302, 403, 403, 403, LOGIN, "~Asset.archived_at"),
    Row(POST, "/library/@Old/unarchive/",                   302, 302, 403, 403, 404, LOGIN, "~Asset.archived_at"),
    Row(GET,  "/library/@Kept/delete/",                     200, 200, 403, 403, 404, LOGIN),
    Row(GET,  "/library/@Shared/delete/",                   200, 200, 403, 403, 403, LOGIN),
    Row(POST, "/library/@Kept/delete/",                     302, 302, 403, 403, 404, LOGIN, GONE),
    Row(POST, "/library/@Shared/delete/",                   422, 422, 403, 403, 403, LOGIN),
    Row(POST, "/library/@Loose/delete/",                    403, 302, 403, 403, 403, LOGIN, "-Asset -AssetVersion -VersionFile"),
]

MANY = [
    Row(POST, "/library/chosen/",                           302, 302, BACK, BACK, BACK, 403, "~Asset.archived_at", many("archive", "{kept}")),
    Row(POST, "/library/chosen/",                           302, 302, BACK, BACK, BACK, 403, "~Asset.archived_at", many("archive", "{shared}")),
    Row(POST, "/library/chosen/",                           BACK, BACK, BACK, BACK, 302, 403, "~Asset.archived_at", many("archive", "{far}")),
    Row(POST, "/library/chosen/",                           302, 302, BACK, BACK, BACK, 403, "~Asset.archived_at", many("restore", "{old}")),
    Row(POST, "/library/chosen/",                           302, 302, BACK, BACK, BACK, 403, "~Asset.revision +AssetTag +Tag", many("tag", "{kept}", tags="storm")),
    Row(POST, "/library/chosen/",                           302, 302, 422, 422, 422, 403, "+ProjectAsset", many("link", "{loose}", project="{project}")),
    Row(POST, "/library/chosen/",                           422, 422, 422, 422, BACK, 403, "+ProjectAsset", many("link", "{kept}", project="{far_project}")),
    Row(POST, "/library/chosen/",                           422, 422, 422, 422, 302, 403, "+ProjectAsset", many("link", "{shared}", project="{far_project}")),
    Row(POST, "/library/chosen/",                           302, 302, 422, 422, 422, 403, "+Collection_assets", many("collect", "{loose}", collection="{team_collection}")),
    Row(POST, "/library/chosen/",                           422, 422, 422, 302, 422, 403, "+Collection_assets", many("collect", "{loose}", collection="{veras_collection}")),
    Row(POST, "/library/chosen/",                           302, 302, 422, 422, 422, 403, "-Collection_assets", many("uncollect", "{shared}", collection="{team_collection}")),
]

IN_AND_OUT = [
    Row(POST, "/library/new/",                              302, 302, 302, 302, 302, 403, MADE, NEW),
    Row(POST, "/library/new/",                              302, 302, 422, 422, 422, 403, MADE_AT_HOME, NEW | AT_HOME),
    Row(POST, "/library/upload/",                           200, 200, 200, 200, 200, 403, "", {"files": PICTURE}),
    Row(POST, "/library/uploads/",                          200, 200, 200, 200, 200, 403, "", {"file": PICTURE}),
    Row(POST, "/library/upload/create/",                    302, 302, 302, 302, 302, 403, MADE, BATCH),
    Row(POST, "/library/upload/create/",                    302, 302, 422, 422, 422, 403, MADE_AT_HOME, BATCH | AT_HOME),
    Row(POST, "/library/import/",                           200, 200, 200, 200, 200, 403, MADE, {"bundle": BUNDLE}),
    Row(POST, "/library/import/",                           200, 200, 422, 422, 422, 403, MADE_AT_HOME, {"bundle": BUNDLE, "bundle_project": "{project}"}),
    Row(POST, "/library/export/",                           200, 200, 200, 200, 422, 403, "", {"handle": "Kept"}),
    Row(POST, "/library/export/",                           200, 200, 200, 200, 422, 403, "", {"asset": "{kept}"}),
    Row(POST, "/library/export/",                           422, 422, 422, 422, 200, 403, "", {"asset": "{far}"}),
    Row(POST, "/library/export/",                           200, 200, 200, 200, 200, 403, "", {"handle": "Shared"}),
]

SHELVES = [
    Row(POST, "/library/@Kept/favourite/",                  302, 302, 302, 302, 404, 403, "+Favourite", {"starred": "1"}),
    Row(POST, "/library/@Shared/favourite/",                302, 302, 302, 302, 302, 403, "+Favourite", {"starred": "1"}),
    Row(POST, "/library/collections/",                      302, 302, 302, 302, 302, 403, "+Collection", {"name": "Storms"}),
    Row(POST, "/library/collections/",                      302, 302, 422, 422, 422, 403, "+Collection", {"name": "Storms", "project": "{project}"}),
    Row(POST, "/library/collections/{team_collection}/delete/",  302, 302, 403, 403, 404, LOGIN, "-Collection -Collection_assets"),
    Row(POST, "/library/collections/{veras_collection}/delete/", 404, 404, 404, 302, 404, LOGIN, "-Collection -Collection_assets"),
    Row(POST, "/library/views/",                            302, 302, 302, 302, 302, 403, "+SavedView", {"name": "Storms", "query": "q=storm"}),
    Row(POST, "/library/views/{veras_view}/delete/",        404, 404, 404, 302, 404, LOGIN, "-SavedView"),
]
# fmt: on

PARTS = {
    "library's lists": LISTS,
    "asset's pages": PAGES,
    "asset's text and names": TEXT,
    "asset's versions": VERSIONS,
    "archive and removal": REMOVAL,
    "many assets at once": MANY,
    "files in and out": IN_AND_OUT,
    "shelves": SHELVES,
}
