"""The table of hostile files: what each is, how it is made, under which name and type it is sent, and the expected refusal."""

# ruff: noqa: E501 - a row is one line, so that the table can be read as one

import struct
from collections.abc import Callable
from typing import NamedTuple

from library.probe import Refusal
from tests.library import files
from tests.library.hostile import makers as m

TAKEN = None
DAMAGED, EMPTY, TEXT, UNKNOWN = Refusal.DAMAGED, Refusal.EMPTY, Refusal.TEXT, Refusal.UNKNOWN_FORMAT
PIXELS, FRAMES, COMPONENTS = Refusal.TOO_MANY_PIXELS, Refusal.TOO_MANY_FRAMES, Refusal.TOO_MANY_COMPONENTS
SAMPLES, NO_FRAME, TOO_LONG = Refusal.TOO_MANY_SAMPLES, Refusal.NO_FRAME, Refusal.TOO_LONG
NO_AUDIO = Refusal.NO_AUDIO


class Case(NamedTuple):
    """One file; `refusal` is the expected refusal, or None if it is accepted."""

    what: str
    make: Callable[[], bytes]
    name: str
    declared: str
    refusal: Refusal | None


def rows(declared: str, *files: tuple[str, Callable[[], bytes], str, Refusal | None]) -> list[Case]:
    return [Case(what, make, name, declared, refusal) for what, make, name, refusal in files]


PICTURES = [
    *rows(
        "image/png",
        ("nothing", lambda: b"", "empty.png", EMPTY),
        ("one byte", lambda: b"\x89", "byte.png", UNKNOWN),
        ("PNG: the signature alone", lambda: m.PNG_HEAD, "a.png", DAMAGED),
        ("PNG: cut in its head", lambda: files.picture()[:20], "b.png", DAMAGED),
        ("PNG: no pixels", lambda: m.png(data=None), "c.png", DAMAGED),
        ("PNG: cut at a third", m.cut(files.picture, 0.33), "d.png", DAMAGED),
        ("PNG: cut in its pixels", m.cut(files.picture, 0.6), "e.png", DAMAGED),
        ("PNG: wrong sum over its head", lambda: m.patched(files.picture(), b"IHDR", 13, b"\0\0\0\0"), "f.png", DAMAGED),
        ("PNG: packed pixels broken", lambda: m.patched(files.picture(), b"IDAT", 4, b"\xff" * 8), "g.png", DAMAGED),
        ("PNG: 3.6 gigapixels", lambda: files.png_header(60000, 60000), "h.png", PIXELS),
        ("PNG: 4 quintillion pixels", lambda: files.png_header(2**31 - 1, 2**31 - 1), "i.png", PIXELS),
        ("PNG: one row of 2 billion", lambda: files.png_header(2**31 - 1, 1), "j.png", PIXELS),
        ("PNG: no width", lambda: files.png_header(0, 10), "k.png", DAMAGED),
        ("PNG: 3 bits a pixel", lambda: m.png(head=(1, 1, 3, 0)), "l.png", DAMAGED),
        ("PNG: a kind of colour that is none", lambda: m.png(head=(1, 1, 8, 5)), "m.png", DAMAGED),
        ("PNG: a chunk of 4 GB", lambda: m.PNG_HEAD + m.four(2**32 - 1) + b"IHDR" + bytes(40), "n.png", DAMAGED),
        ("PNG: text that unpacks to 50 MB", lambda: m.png(m.packed_text(50_000_000)), "o.png", DAMAGED),
        ("PNG: a profile that unpacks to 50 MB", lambda: m.png(m.packed_profile(50_000_000)), "p.png", DAMAGED),
        ("PNG: one pixel that unpacks to 50 MB", lambda: m.png(data=bytes(50_000_000)), "q.png", TAKEN),
        ("PNG: 70 texts of 1 MB", lambda: m.png(m.packed_text(1_000_000) * 70), "r.png", DAMAGED),
        ("PNG: 60,000 chunks", lambda: m.png(m.chunk(b"prVt") * 60_000), "s.png", COMPONENTS),
        ("PNG: 60,000 empty pieces of pixels", lambda: m.png(m.chunk(b"IDAT") * 60_000), "t.png", COMPONENTS),
        ("PNG: 3,000 frames", lambda: m.apng(3000), "u.png", FRAMES),
        ("PNG: 2 billion frames told", lambda: m.apng(2, 2**31 - 1), "v.png", FRAMES),
        ("PNG: more frames told than there are", lambda: m.apng(2, 50), "w.png", DAMAGED),
        ("PNG: camera data that overlaps", lambda: m.png(m.chunk(b"eXIf", m.exif_of(4000, 500_000))), "x.png", TAKEN),
        ("PNG: camera data in a loop", lambda: m.png(m.chunk(b"eXIf", m.looped_exif())), "y.png", TAKEN),
        ("PNG: camera data of 60,000 empty entries", lambda: m.png(m.chunk(b"eXIf", m.exif_of(60_000, 0))), "z.png", TAKEN),
        ("PNG: 16 bits of grey", m.saved("PNG", "I;16"), "grey.png", TAKEN),
        ("PNG: one bit", m.saved("PNG", "1"), "bit.png", TAKEN),
        ("PNG: more than 10 MB", lambda: files.picture() + bytes(10_000_000), "large.png", Refusal.IMAGE_TOO_LARGE),
        ("JPEG renamed", lambda: m.jpeg(), "photo.png", TAKEN),
        ("TIFF renamed", m.saved("TIFF"), "scan.png", Refusal.UNSUPPORTED_IMAGE),
        ("TIFF of the other byte order", lambda: b"MM\0*" + bytes(40), "scan2.png", Refusal.UNSUPPORTED_IMAGE),
        ("HEIC renamed", lambda: b"\0\0\0\x18ftypheic" + bytes(60), "phone.png", Refusal.UNSUPPORTED_IMAGE),
        ("AVIF renamed", m.saved("AVIF"), "still.png", Refusal.UNSUPPORTED_IMAGE),
        ("WebP renamed", m.saved("WEBP"), "web.png", TAKEN),
        ("Photoshop renamed", lambda: b"8BPS\0\1" + bytes(60), "layers.png", Refusal.UNSUPPORTED_IMAGE),
        ("icon renamed", m.saved("ICO"), "icon.png", Refusal.UNSUPPORTED_GRAPHIC),
        ("JPEG 2000 renamed", m.saved("JPEG2000"), "wave.png", Refusal.UNSUPPORTED_IMAGE),
        ("TGA renamed", m.saved("TGA"), "targa.png", UNKNOWN),
        ("PDF renamed", lambda: b"%PDF-1.7\n" + bytes(90), "page.png", Refusal.PDF),
        ("zip renamed", lambda: b"PK\x03\x04" + bytes(60), "archive.png", Refusal.ZIP),
        ("program renamed", lambda: b"\x7fELF\2\1\1" + bytes(90), "program.png", UNKNOWN),
        ("page renamed", lambda: b"<!doctype html><script>alert(1)</script>", "page2.png", TEXT),
        ("PostScript that runs", lambda: b"%!PS-Adobe-3.0 EPSF\n(/etc/passwd) (r) file", "eps.png", TEXT),
    ),
    *rows(
        "image/svg+xml",
        ("SVG with a script", lambda: b"<svg xmlns='x'><script>alert(1)</script></svg>", "logo.svg", Refusal.UNSUPPORTED_GRAPHIC),
        ("SVG behind a head", lambda: b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a -->\n<svg onload='x()'/>", "logo2.svg", Refusal.UNSUPPORTED_GRAPHIC),
        ("SVG that grows", lambda: b"<!DOCTYPE svg [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><svg>&b;</svg>", "logo3.svg", Refusal.UNSUPPORTED_GRAPHIC),
        ("SVG that asks for a file", lambda: b"<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg>&a;</svg>", "l4.png", Refusal.UNSUPPORTED_GRAPHIC),
    ),
    *rows(
        "image/jpeg",
        ("JPEG: the first three bytes", lambda: m.jpeg()[:3], "a.jpg", DAMAGED),
        ("JPEG: cut in its head", lambda: m.jpeg()[:100], "b.jpg", DAMAGED),
        ("JPEG: cut in its tables", lambda: m.jpeg()[:400], "c.jpg", DAMAGED),
        ("JPEG: cut at half", m.cut(m.jpeg, 0.5), "d.jpg", DAMAGED),
        ("JPEG: cut near its end", m.cut(m.jpeg, 0.95), "e.jpg", DAMAGED),
        ("JPEG: 4 gigapixels", lambda: m.patched(m.jpeg(), b"\xff\xc0", 3, b"\xff\xff\xff\xff"), "f.jpg", PIXELS),
        ("JPEG: no height", lambda: m.patched(m.jpeg(), b"\xff\xc0", 3, b"\0\0"), "g.jpg", DAMAGED),
        ("JPEG: 12 bits", lambda: m.patched(m.jpeg(), b"\xff\xc0", 2, b"\x0c"), "h.jpg", DAMAGED),
        ("JPEG: nine colours", lambda: m.patched(m.jpeg(), b"\xff\xc0", 7, b"\x09"), "i.jpg", DAMAGED),
        ("JPEG: a segment longer than the file", lambda: m.jpeg_with(b"\xff\xe1\xff\xff"), "j.jpg", DAMAGED),
        ("JPEG: a segment of no length", lambda: m.jpeg_with(b"\xff\xe1\0\0"), "k.jpg", TAKEN),
        ("JPEG: 500 scans", lambda: m.many_scans(500), "l.jpg", Refusal.TOO_MANY_SCANS),
        ("JPEG: 100,000 remarks", lambda: m.jpeg_with(m.segment(0xFE, b"a") * 100_000), "m.jpg", COMPONENTS),
        ("JPEG: camera data in 100,000 pieces", lambda: m.jpeg_with(m.segment(0xE1, b"Exif\0\0A") * 100_000), "n.jpg", COMPONENTS),
        ("JPEG: camera data that overlaps", lambda: m.jpeg_with(m.segment(0xE1, b"Exif\0\0" + m.exif_of(2000, 40_000))), "o.jpg", TAKEN),
        ("JPEG: camera data in a loop", lambda: m.jpeg_with(m.segment(0xE1, b"Exif\0\0" + m.looped_exif())), "p.jpg", TAKEN),
        ("JPEG: a profile of 150 torn pieces", lambda: m.jpeg_with(m.segment(0xE2, b"ICC_PROFILE\0\7\xff" + bytes(65000)) * 150), "q.jpg", TAKEN),
        ("JPEG: lists of pictures that are not there", lambda: m.jpeg_with(m.segment(0xE2, b"MPF\0II*\0\x08\0\0\0\xff\xff")), "r.jpg", TAKEN),
        ("JPEG: CMYK", m.saved("JPEG", "CMYK"), "print.jpg", TAKEN),
        ("JPEG and zip in one", lambda: m.jpeg() + b"PK\x03\x04" + bytes(99) + b"PK\x05\x06" + bytes(18), "both.jpg", TAKEN),
        ("JPEG and page in one", lambda: m.jpeg_with(m.segment(0xFE, b"<html><script>alert(1)</script>")), "both.html", TAKEN),
    ),
    *rows(
        "image/gif",
        ("GIF: the signature alone", lambda: b"GIF89a", "a.gif", DAMAGED),
        ("GIF: no frame", lambda: m.gif(), "b.gif", DAMAGED),
        ("GIF: cut in its colours", lambda: files.animation(3)[:40], "c.gif", DAMAGED),
        ("GIF: cut in its first frame", lambda: m.gif(m.GIF_FRAME)[:38], "d.gif", DAMAGED),
        ("GIF: cut at half", m.cut(lambda: files.animation(5), 0.5), "e.gif", DAMAGED),
        ("GIF: 4 gigapixels", lambda: m.gif(m.GIF_FRAME, width=65535, height=65535), "f.gif", PIXELS),
        ("GIF: 20,000 frames", lambda: m.gif(m.GIF_FRAME * 20_000), "g.gif", FRAMES),
        ("GIF: few large frames", lambda: files.crowded_animation(60, 2000, 2000), "h.gif", Refusal.ANIMATION_TOO_LARGE),
        ("GIF: 60,000 remarks", lambda: m.gif(b"\x21\xfe\1a\0" * 60_000, m.GIF_FRAME), "i.gif", COMPONENTS),
        ("GIF: one remark of 60,000 pieces", lambda: m.gif(b"\x21\xfe" + b"\1a" * 60_000 + b"\0", m.GIF_FRAME), "j.gif", COMPONENTS),
        ("GIF: 60,000 bytes of nothing", lambda: m.gif(b"\7" * 60_000, m.GIF_FRAME), "k.gif", COMPONENTS),
        ("GIF: a frame larger than its screen", lambda: m.gif(m.patched(m.GIF_FRAME, b",", 4, b"\xff\xff\xff\xff")), "l.gif", Refusal.FRAMES_TOO_LARGE),
        ("GIF and page in one", lambda: b"GIF89a/*<script>*/=1;alert(1)//</script>" + bytes(60), "m.gif", DAMAGED),
        ("GIF and program in one", lambda: files.picture("GIF") + b"/*<?php echo 1; ?>*/", "n.php", TAKEN),
    ),
    *rows(
        "image/bmp",
        ("BMP: the first bytes", lambda: files.picture("BMP")[:14], "a.bmp", DAMAGED),
        ("BMP: cut", m.cut(lambda: files.picture("BMP"), 0.5), "b.bmp", DAMAGED),
        ("BMP: 4 quintillion pixels", lambda: m.bmp(2**31 - 1, 2**31 - 1), "c.bmp", PIXELS),
        ("BMP: a width below nothing", lambda: m.bmp(-5, 5), "d.bmp", PIXELS),
        ("BMP: 7 bits a pixel", lambda: m.bmp(5, 5, 7), "e.bmp", DAMAGED),
        ("BMP: pixels far behind its end", lambda: m.patched(files.picture("BMP"), b"BM", 8, b"\xff\xff\xff\x7f"), "f.bmp", DAMAGED),
    ),
    *rows(
        "image/webp",
        ("WebP: cut", m.cut(m.saved("WEBP"), 0.5), "a.webp", DAMAGED),
        ("WebP: the head alone", lambda: b"RIFF\x10\0\0\0WEBPVP8 ", "b.webp", DAMAGED),
        ("WebP: 2,100 frames", lambda: m.webp(2100), "c.webp", FRAMES),
    ),
]  # fmt: skip

FILMS = [
    *rows(
        "video/mp4",
        ("MP4: the head alone", lambda: m.film()[:32], "a.mp4", DAMAGED),
        ("MP4: no index", lambda: m.film()[: m.film().index(b"moov") - 4], "b.mp4", DAMAGED),
        ("MP4: an index told as free space", lambda: m.without(m.film(), b"moov"), "b2.mp4", TAKEN),
        ("MP4: cut in its index", m.cut(m.film, 0.8), "c.mp4", NO_FRAME),
        ("MP4: cut in its pictures", m.cut(lambda: m.film(movflags="faststart"), 0.7), "d.mp4", DAMAGED),
        ("MP4: no table of sizes", lambda: m.without(m.film(), b"stsz"), "e.mp4", Refusal.NO_FRAME),
        ("MP4: no pictures", lambda: m.film()[: m.film().index(b"mdat") - 4] + m.film()[m.film().index(b"moov") - 4 :], "f.mp4", DAMAGED),
        ("MP4: 60 million samples", lambda: m.many_samples(60_000_000), "g.mp4", SAMPLES),
        ("MP4: 60 million samples in free space", lambda: m.without(m.many_samples(60_000_000), b"moov"), "g2.mp4", SAMPLES),
        ("MP4: 2 billion samples", lambda: m.patched(m.film(), b"stsz", 4, m.four(0) + m.four(2**31 - 1)), "h.mp4", SAMPLES),
        ("MP4: 4 billion times", lambda: m.patched(m.film(), b"stts", 4, m.four(1) + m.four(4 * 10**9) + m.four(1)), "i.mp4", Refusal.TRUNCATED),
        ("MP4: shown 100,000 times", lambda: m.many_edits(100_000), "j.mp4", Refusal.TOO_MANY_EDITED_SAMPLES),
        ("MP4: 90 million in a fragment", lambda: m.many_in_a_fragment(90_000_000), "k.mp4", SAMPLES),
        ("MP4: 250,000 boxes", m.many_boxes, "l.mp4", Refusal.INDEX_TOO_LARGE),
        ("MP4: lasts hours", lambda: m.without(m.patched(m.film(), b"mdhd", 12, m.four(1)), b"edts"), "m.mp4", TOO_LONG),
        ("MP4: told to last a year", lambda: m.patched(m.film(), b"mvhd", 16, m.four(2**31)), "m2.mp4", TAKEN),
        ("MP4: no clock", lambda: m.patched(m.film(), b"mvhd", 12, m.four(0)), "n.mp4", TAKEN),
        ("MP4: a track without clock", lambda: m.patched(m.film(), b"mdhd", 12, m.four(0)), "o.mp4", TAKEN),
        ("MP4: told as 4 gigapixels", lambda: m.patched(m.film(), b"avc1", 24, b"\xff\xff\xff\xff", ), "p.mp4", TAKEN),
        ("MP4: a codec that is none", lambda: m.film().replace(b"avc1", b"xyz1"), "q.mp4", Refusal.NO_VIDEO),
        ("MP4: pictures of noise", lambda: m.patched(m.film(), b"mdat", 0, bytes(range(7, 207)) * 3), "r.mp4", DAMAGED),
        ("MP4: box longer than the file", lambda: m.film() + m.four(2**31) + b"moof", "s.mp4", TAKEN),
        ("MP4: boxes in boxes", lambda: b"\0\0\0\x14ftypisom" + bytes(8) + b"".join(struct.pack(">I4s", 80_000 - 8 * n, b"moov") for n in range(10_000)), "t.mp4", DAMAGED),
        ("M4A of nothing", lambda: b"\0\0\0\x18ftypM4A " + bytes(60), "u.mp4", Refusal.UNSUPPORTED_AUDIO),
        ("film that is sound alone", lambda: m.sound_in("mp4", "aac"), "v.mp4", TAKEN),
        ("Matroska renamed", lambda: b"\x1aE\xdf\xa3" + bytes(60), "w.mp4", Refusal.UNSUPPORTED_VIDEO),
        ("AVI renamed", lambda: b"RIFF\0\1\0\0AVI LIST" + bytes(60), "x.mp4", Refusal.UNSUPPORTED_VIDEO),
        ("Windows Media renamed", lambda: b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(60), "y.mp4", Refusal.UNSUPPORTED_MEDIA),
        ("Flash renamed", lambda: b"FLV\x01\5" + bytes(60), "z.mp4", Refusal.UNSUPPORTED_VIDEO),
        ("MPEG stream renamed", lambda: (b"G\x40\0\x10" + bytes(184)) * 20, "ts.mp4", UNKNOWN),
        ("playlist", lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "list.mp4", TEXT),
        ("list of files", lambda: b"ffconcat version 1.0\nfile /etc/passwd\n", "concat.mp4", TEXT),
        ("list of chapters", lambda: b";FFMETADATA1\ntitle=x\n", "chapters.mp4", TEXT),
        ("list of streams", lambda: b"<?xml version='1.0'?><MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>", "dash.mp4", TEXT),
        ("description of a session", lambda: b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n", "sdp.mp4", TEXT),
    ),
    *rows(
        "video/quicktime",
        ("MOV: a packed index", m.packed_index, "a.mov", Refusal.INDEX_TOO_LARGE),
        ("MOV: pieces of 2 GB", lambda: m.patched(m.film("mov"), b"stsz", 4, m.four(2**31 - 1)), "b.mov", NO_FRAME),
        ("MOV: cut", m.cut(lambda: m.film("mov"), 0.5), "c.mov", DAMAGED),
    ),
]  # fmt: skip

SOUNDS = [
    *rows(
        "audio/wav",
        ("WAV: the head alone", lambda: b"RIFF\0\0\0\0WAVE", "a.wav", DAMAGED),
        ("WAV: text", lambda: b"Hello, this is a voice.", "b.wav", TEXT),
        ("WAV: no sound in it", lambda: m.wav()[:44], "c.wav", NO_AUDIO),
        ("WAV: 4 GB told", lambda: m.wav(length=2**32 - 1), "d.wav", TAKEN),
        ("WAV: no rate", lambda: m.wav(rate=0), "e.wav", DAMAGED),
        ("WAV: 4 billion samples a second", lambda: m.wav(rate=2**32 - 1), "f.wav", DAMAGED),
        ("WAV: one sample a second", files.slow_sound, "g.wav", TOO_LONG),
        ("WAV: no channel", lambda: m.wav(channels=0), "h.wav", DAMAGED),
        ("WAV: 1,000 channels", lambda: m.wav(channels=1000), "i.wav", DAMAGED),
        ("WAV: 65,535 channels", lambda: m.wav(channels=65535), "j.wav", DAMAGED),
        ("WAV: no bits", lambda: m.wav(bits=0), "k.wav", NO_AUDIO),
        ("WAV: a codec that is none", lambda: m.wav(kind=0x1234), "l.wav", NO_AUDIO),
        ("WAV: tags that unpack to 40 MB", lambda: m.tagged(m.id3(m.packed_tag(40_000_000))), "m.wav", Refusal.TAGS_TOO_LARGE),
        ("WAV: tags in 100 small packs", lambda: m.tagged(m.id3(*[m.packed_tag(10_000)] * 100)), "n.wav", TAKEN),
        ("AIFF renamed", lambda: b"FORM\0\0\1\0AIFFCOMM" + bytes(60), "o.wav", Refusal.UNSUPPORTED_AUDIO),
    ),
    *rows(
        "audio/mpeg",
        ("MP3: tags alone", lambda: m.id3(m.cover(1_000_000)), "a.mp3", DAMAGED),
        ("MP3: tags longer than the file", lambda: m.id3() [:6] + b"\x7f\x7f\x7f\x7f" + m.mp3(), "b.mp3", DAMAGED),
        ("MP3: tags that unpack to 400 MB", lambda: m.id3(*[m.packed_tag(40_000_000)] * 10) + m.mp3(), "c.mp3", TAKEN),
        ("MP3: 2,000 tags", lambda: m.id3() * 2000 + m.mp3(), "d.mp3", TAKEN),
        ("MP3: one frame's head", lambda: b"\xff\xfb\x90\x00", "e.mp3", DAMAGED),
        ("MP3: heads without sound", lambda: b"\xff\xfb\x90\x00" * 3000, "f.mp3", DAMAGED),
        ("MP3: noise", lambda: b"\xff\xfb" + bytes(range(256)) * 40, "g.mp3", DAMAGED),
        ("MP3: cut", m.cut(m.mp3, 0.5), "h.mp3", TAKEN),
    ),
    *rows(
        "audio/ogg",
        ("Ogg: noise", lambda: b"OggS" + bytes(range(256)) * 20, "a.ogg", DAMAGED),
        ("Ogg: cut in its head", lambda: m.sound_in("ogg", "libopus")[:60], "b.ogg", DAMAGED),
        ("Ogg: the first page alone", lambda: m.sound_in("ogg", "libopus")[:200], "c.ogg", DAMAGED),
        ("FLAC: the head alone", lambda: m.sound_in("flac", "flac")[:42], "d.flac", DAMAGED),
        ("FLAC: noise", lambda: b"fLaC" + bytes(range(256)) * 20, "e.flac", DAMAGED),
    ),
]  # fmt: skip

GOOD = files.picture
NAMES = [
    *rows(
        "image/png",
        ("a way out", GOOD, "../../../etc/passwd", TAKEN),
        ("a way out of Windows", GOOD, "..\\..\\windows\\system32\\x.png", TAKEN),
        ("a whole path", GOOD, "/etc/cron.d/x.png", TAKEN),
        ("a drive", GOOD, "C:\\boot.png", TAKEN),
        ("NUL in it", GOOD, "ma\0ra.png", TAKEN),
        ("lines in it", GOOD, "ma\tra\x0b.png", TAKEN),
        ("emoji", GOOD, "🎬🧜🏽‍♀️.png", TAKEN),
        ("300 letters", GOOD, "x" * 300 + ".png", TAKEN),
        ("300 emoji", GOOD, "🎬" * 200 + ".png", TAKEN),
        ("turned writing", GOOD, "photo\u202egnp.exe", TAKEN),
        ("markup", GOOD, "<img src=x onerror=alert(1)>.png", TAKEN),
        ("quotes", GOOD, "a%22b'c.png", TAKEN),
        ("a command", GOOD, "$(reboot);`id`.png", TAKEN),
        ("blanks", GOOD, "   .png", TAKEN),
        ("dots", GOOD, "...png", TAKEN),
        ("a device of Windows", GOOD, "CON.png", TAKEN),
        ("letters for letters", GOOD, "&lt;b&gt;&#46;&#46;/x.png", TAKEN),
        ("no ending", GOOD, "README", TAKEN),
        ("two endings", GOOD, "mara.png.exe", TAKEN),
        ("template marks", GOOD, "{{ 7|add:7 }}{% debug %}.png", TAKEN),
    ),
]  # fmt: skip

CASES = [*PICTURES, *FILMS, *SOUNDS, *NAMES]
