"""Databases of earlier versions, restored beside the database of the tests."""

import gzip
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection

from generation import schema

DATABASES = Path(__file__).parent / "databases"


@contextmanager
def restored(name: str) -> Iterator[None]:
    """Let the default connection be to a copy of the named fixture; to an empty database without a name."""
    make = _sqlite if connection.vendor == "sqlite" else _postgresql
    with make(name) as database:
        usual = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = database
        schema.forget()
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
            schema.forget()


@contextmanager
def _sqlite(name: str) -> Iterator[str]:
    path = settings.VAR_DIR / f"restored-{secrets.token_hex(4)}.sqlite3"
    path.write_bytes(_content(name, "sqlite3"))
    try:
        yield str(path)
    finally:
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()


@contextmanager
def _postgresql(name: str) -> Iterator[str]:
    database = f"backlot_restored_{secrets.token_hex(4)}"
    server = {name: connection.settings_dict[name.upper()] for name in ("host", "port", "user", "password")}
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as administrator:
        administrator.execute(f'CREATE DATABASE "{database}"')
        try:
            with psycopg.connect(**server, dbname=database, autocommit=True) as filling:
                filling.execute(_content(name, "sql"))
            yield database
        finally:
            administrator.execute(f'DROP DATABASE "{database}" WITH (FORCE)')


def _content(name: str, ending: str) -> bytes:
    return gzip.decompress((DATABASES / f"{name}.{ending}.gz").read_bytes()) if name else b""
