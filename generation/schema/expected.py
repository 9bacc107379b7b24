"""Derive the expected tables from the models."""

from collections.abc import Iterable

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CheckConstraint, UniqueConstraint

from generation.schema.tables import Column, Schema


def schema_of_installed_apps(connection: BaseDatabaseWrapper) -> Schema:
    """Return the tables that the models of this version need."""
    return schema_of(apps.get_models(include_auto_created=True), connection)


def schema_of(found: Iterable[type[models.Model]], connection: BaseDatabaseWrapper) -> Schema:
    """Return the tables that these models need; proxy, unmanaged and swapped models need none."""
    schema = Schema()
    for model in found:
        options = model._meta
        if options.managed and not options.proxy and not options.swapped:
            _add(schema, model, connection)
    return schema


def _add(schema: Schema, model: type[models.Model], connection: BaseDatabaseWrapper) -> None:
    options = model._meta
    table = options.db_table
    columns = schema.tables[table] = {}
    for field in options.local_concrete_fields:
        if field.column and (sql_type := field.db_type(connection)):
            columns[field.column] = Column.of_type(sql_type, nullable=field.null)
            if field.unique and not field.primary_key:
                schema.unique.add((table, frozenset([field.column])))
    schema.unique |= {(table, _columns(model, names)) for names in options.unique_together}
    for constraint in options.constraints:
        if isinstance(constraint, UniqueConstraint) and not constraint.condition and constraint.fields:
            schema.unique.add((table, _columns(model, constraint.fields)))
        elif isinstance(constraint, UniqueConstraint | CheckConstraint):
            schema.names.add(constraint.name)
    schema.names |= {index.name for index in options.indexes}


def _columns(model: type[models.Model], names: Iterable[str]) -> frozenset[str]:
    fields = {field.name: field.column for field in model._meta.local_concrete_fields}
    return frozenset(filter(None, (fields[name] for name in names)))
