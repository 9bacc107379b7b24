"""The threads of a take's notes as markup. A page holds a hundred lines, over whose small parts a template takes longer
than the database; so they are put together here, and escaped by the standard library.

The acts of a line are links to pages of their own and buttons of the form `note-acts`; scripts bring the answers to
the place `asked-<note>` below it.
"""

from collections.abc import Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe

from generation.views.notes.note_rows import Line, ShownThread
from generation.views.notes.note_text import Piece
from library import storage

ITEM = '<li class="note {states}" id="note-{uuid}"{data}>\n{line}{more}<div id="asked-{uuid}"></div></li>\n'
LINE = """<span class="avatar" aria-hidden="true">{initials}</span>
<div class="note-main"><p class="note-head">{code}
<strong class="note-who">{who}</strong> {badges}
<span class="facts"><time datetime="{iso}">{day}</time>{edited}</span></p>
<p class="note-text">{text}</p>
{below}</div>
"""
CODE = '<a class="note-code figure" id="at-{}" href="{}" data-seek="{}">{}</a>'
REPLIES = '<ol class="note-replies">\n{}</ol>\n'
DELETED = '<p class="hint">This note was deleted.</p>\n'
BADGE = '<span class="badge{}">{}</span>'
ASSET = '<a class="chip chip-inline" href="{}">{}{}</a>'
PICTURE = '<img src="{}" alt="" width="22" height="22" loading="lazy">'
PERSON = '<strong class="note-person">{}</strong>'
ANSWERED = '<p class="facts">Answered by <a href="{}">{}</a></p>'
FACT, ACTS = '<p class="facts">{}</p>', '<p class="note-acts">{}</p>'


def lines_of(threads: Sequence[ShownThread]) -> SafeString:
    """Each thread as an item of a list, its replies as a list in it."""
    return mark_safe("".join(map(_thread, threads)))  # noqa: S308 - escaped there


def _thread(thread: ShownThread) -> str:
    replies = "".join(_item(reply) for reply in thread.replies)
    return _item(thread.first, more=REPLIES.format(replies) if replies else "")


def _item(line: Line, *, more: str = "") -> str:
    told = DELETED if line.is_deleted else _line(line)
    return ITEM.format(states=line.states, uuid=line.uuid, data=line.data, line=told, more=more)


def _line(line: Line) -> str:
    return LINE.format(
        initials=escape(line.initials),
        code=CODE.format(line.uuid, escape(line.url), line.frame, line.code) if line.code else "",
        who=escape(line.who),
        badges="".join(
            BADGE.format(" badge-ok" if badge == "resolved" else "", badge) for badge in line.badges
        ),
        iso=line.iso,
        day=line.day,
        edited=" · edited" if line.is_edited else "",
        text="".join(map(_piece, line.pieces)),
        below=_below(line),
    )


def _below(line: Line) -> str:
    answers = "".join(ANSWERED.format(escape(url), escape(told)) for told, url in line.answers)
    resolution = FACT.format(escape(line.resolution)) if line.resolution else ""
    return f"{answers}{resolution}{ACTS.format(line.acts) if line.acts else ''}"


def _piece(piece: Piece) -> str:
    text = escape(piece.text)
    if piece.url:
        picture = PICTURE.format(escape(storage.signed_url(piece.picture_key))) if piece.picture_key else ""
        return ASSET.format(escape(piece.url), picture, text)
    return PERSON.format(text) if piece.is_person else text
