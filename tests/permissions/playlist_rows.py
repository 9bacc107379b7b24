"""The permission table: playlists, the scoreboard and the continuity sheet. How to write a row: see `table`."""

# ruff: noqa: E501 - a table has one line for each row

from tests.permissions.row import GET, LOGIN, POST, Row

NEW = {"name": "Monday", "home": "harbour-lights", "take": "{take}"}
PUT = {"take": "{other_take}", "playlist": "{playlist}"}

# fmt: off
#                                                         owner editor reviewer viewer stranger anonymous   what it does, what is sent
PLAYLISTS = [
    Row(GET,  "/takes/?q=harbour&review=waiting&since=yesterday", 200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/playlists/",                                200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/playlists/new/?since=yesterday",            200, 200, 200, 200, 200, LOGIN),
    Row(POST, "/playlists/new/",                            302, 302, 302, 422, 422, 403, "+Playlist +PlaylistItem", NEW),
    Row(POST, "/playlists/add/",                            302, 302, 302, 403, 404, 403, "+PlaylistItem", PUT),
    Row(POST, "/playlists/add/",                            302, 302, 302, 302, 302, 403, "", {"take": "{take}", "playlist": ""}),
    Row(POST, "/playlists/add/",                            404, 404, 404, 404, 404, 403, "", {"take": "{take}", "playlist": "none"}),
    Row(GET,  "/playlists/{playlist}/",                     200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/playlists/{playlist}/?at=end",              200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/playlists/{playlist}/edit/",                200, 200, 200, 403, 404, LOGIN),
    Row(POST, "/playlists/{playlist}/edit/",                302, 302, 302, 403, 404, 403, "~Playlist.name", {"name": "Tuesday"}),
    Row(POST, "/playlists/{playlist}/arrange/",             302, 302, 302, 403, 404, 403, "-PlaylistItem", {"remove": "{place}"}),
    Row(POST, "/playlists/{playlist}/arrange/",             422, 422, 422, 403, 404, 403, "", {"move": "up"}),
    Row(POST, "/playlists/{playlist}/vouch/",               302, 302, 302, 403, 404, LOGIN),
    Row(POST, "/playlists/{playlist}/delete/",              302, 302, 302, 403, 404, LOGIN, "-Playlist -PlaylistItem"),
]

SCORES = [
    Row(GET,  "/scoreboard/",                               200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/scoreboard/?project=harbour-lights&by=person", 200, 200, 200, 200, 422, LOGIN),
    Row(GET,  "/library/@Kept/continuity/",                 200, 200, 200, 200, 404, LOGIN),
    Row(GET,  "/library/@Shared/continuity/?approved=1",    200, 200, 200, 200, 200, LOGIN),
    Row(GET,  "/library/@Far/continuity/",                  404, 404, 404, 404, 200, LOGIN),
]
# fmt: on

PARTS = {"playlists": PLAYLISTS, "scores": SCORES}
