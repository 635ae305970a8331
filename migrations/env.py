"""What Alembic runs: the migrations, on the connection that `operations/migrations.py` hands in.

That connection is in a transaction and holds the lock; a migration either happens whole or not at all.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel, sql

from conversation import tables as conversation_tables
from handoff import house_tables, order_tables
from handoff import tables as handoff_tables
from incidents import tables as incident_tables
from outreach import tables as outreach_tables
from pipeline import schema
from pipeline import tables as pipeline_tables

PACKAGES = {
    "conversation": (conversation_tables, schema),
    "handoff": (handoff_tables, house_tables, order_tables),
    "incidents": (incident_tables,),
    "outreach": (outreach_tables,),
    "pipeline": (pipeline_tables,),
}


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write plain SQLAlchemy types into a migration: it must not change when a library of ours does."""
    if kind == "type" and isinstance(item, sql.sqltypes.AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, sql.sqltypes.UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.JSON):
        return "JSON"
    return False


def compare_type(_context: Any, _column: Any, _column_of_model: Any, found: Any, wanted: Any) -> bool | None:
    """SQLite has one kind of text and one of JSON; there is nothing to compare between them."""
    return False if isinstance(found, sa.types.JSON) and isinstance(wanted, sa.types.JSON) else None


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """What the database has beside our tables is not our business, nor is it to be dropped."""
    return kind != "table" or name in SQLModel.metadata.tables


def include_object(item: Any, _name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """When a migration is written for one package, leave the tables of the others out."""
    package = context.config.attributes.get("package")
    return kind != "table" or not package or item.name in tables_of(package)


def tables_of(package: str) -> set[str]:
    """The names of the tables that the modules of `package` define."""
    values = [value for module in PACKAGES[package] for value in vars(module).values()]
    found = [getattr(value, "__table__", value) for value in values]
    return {table.name for table in found if isinstance(table, sa.Table)}


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=compare_type,
    include_name=include_name,
    include_object=include_object,
    transaction_per_migration=False,
)
context.run_migrations()
