"""PURE: the decoder, a program of its own that opens media files of strangers (`python -m library.decoder`).

Nothing else imports this package: the web and the workers speak to the program through `library.decoding`. It holds no
secret, no connection and no Django, may take only so much memory and time, and ends with the process that started it.
"""
