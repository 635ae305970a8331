"""Where a parcel goes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _alter_order_news()


def _alter_order_news() -> None:
    with op.batch_alter_table("order_news", schema=None) as batch_op:
        batch_op.add_column(sa.Column("postcode", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("city", sa.String(), server_default="", nullable=False))
