"""accounts, and owners of items"""

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_tokens_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_tokens_user_id"), "tokens", ["user_id"])
    with op.batch_alter_table("items") as items:
        items.add_column(sa.Column("owner_id", sa.Uuid(), nullable=True))
        items.drop_constraint(op.f("uq_items_name"), type_="unique")
        items.create_unique_constraint(
            op.f("uq_items_owner_id_name"), ["owner_id", "name"]
        )
        items.create_foreign_key(
            op.f("fk_items_owner_id"),
            "users",
            ["owner_id"],
            ["id"],
            ondelete="CASCADE",
        )
        items.create_index(
            op.f("ix_items_owner_id_created_at_id"), ["owner_id", "created_at", "id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("items") as items:
        items.drop_constraint(op.f("fk_items_owner_id"), type_="foreignkey")
        items.drop_index(op.f("ix_items_owner_id_created_at_id"))
        items.drop_constraint(op.f("uq_items_owner_id_name"), type_="unique")
        items.create_unique_constraint(op.f("uq_items_name"), ["name"])
        items.drop_column("owner_id")
    op.drop_table("tokens")
    op.drop_table("users")
