"""The decoder: a separate process that opens untrusted media files (`python -m library.decoder`).

Nothing else imports this package: web and worker processes use it through `library.decoding`. It has no
secrets, no connections and no Django, limited memory and time, and exits with the process that started it. Pure.
"""
