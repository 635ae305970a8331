"""Audit by person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

BY_PERSON = sa.text(
    "substr(actor, 1, 4) = 'agt_'"
    " AND kind NOT IN ('message','receipt','attachment','typing','seen')"
)


def upgrade() -> None:
    with op.batch_alter_table("timeline_entry", schema=None) as batch_op:
        batch_op.create_index(
            "timeline_entry_by_person",
            ["actor", "entry_id"],
            unique=False,
            sqlite_where=BY_PERSON,
            postgresql_where=BY_PERSON,
        )
