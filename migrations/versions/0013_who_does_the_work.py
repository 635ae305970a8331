"""Who does the work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _alter_attachment()
    _alter_order_action()
    _alter_slow_work()


def _alter_attachment() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner", sa.String(), nullable=True))


def _alter_order_action() -> None:
    with op.batch_alter_table("order_action", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner", sa.String(), nullable=True))


def _alter_slow_work() -> None:
    with op.batch_alter_table("slow_work", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner", sa.String(), nullable=True))
