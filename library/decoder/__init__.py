"""PURE: the decoder, a separate program that opens untrusted media files (`python -m library.decoder`).

Nothing else imports this package: web and worker processes use the program through `library.decoding`. It has no
secrets, no connections and no Django, limited memory and time, and exits with the process that started it.
"""
