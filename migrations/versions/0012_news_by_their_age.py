"""News by their age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _alter_order_news()


def _alter_order_news() -> None:
    with op.batch_alter_table("order_news", schema=None) as batch_op:
        batch_op.create_index("order_news_by_age", ["created_at"], unique=False)
