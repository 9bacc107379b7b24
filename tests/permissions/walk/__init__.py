"""The permission table, stated once more as one rule for each URL and walked by a program.

Unlike `tests/permissions/table.py`, whose rows name requests, this enumerates all of them: every URL that Django's
resolver knows and every operation of both OpenAPI documents × every method × every kind of visitor × own, foreign and
mixed keys. A URL without a rule fails.
"""
