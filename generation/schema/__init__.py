"""Compare the tables in the database with those that this version needs.

The record of applied migrations is not enough: the first migrations of development versions were edited in place, so
their databases report "No migrations to apply" while columns are missing.
"""

from generation.schema.status import SchemaState, SchemaStatus, current_status, forget, is_usable, read_status

__all__ = ["SchemaState", "SchemaStatus", "current_status", "forget", "is_usable", "read_status"]
