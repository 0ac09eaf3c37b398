"""items"""

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime
from app.items.models import Name

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price", sa.Numeric(9, 2), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "price >= 0 AND price <= 1000000", name=op.f("ck_items_price")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name=op.f("uq_items_name")),
        mysql_charset="utf8mb4",
    )
    op.create_index(op.f("ix_items_created_at_id"), "items", ["created_at", "id"])


def downgrade() -> None:
    op.drop_table("items")
