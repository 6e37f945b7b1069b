"""Annotations: what editors write beside days of a market.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "annotations",
        sa.Column("annotation_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("market_id", sa.Text(collation="C"), nullable=True),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_date <= last_date", name=op.f("annotations_dates_check")),
        sa.CheckConstraint(
            "char_length(text) BETWEEN 1 AND 80", name=op.f("annotations_text_check")
        ),
        sa.CheckConstraint(
            "char_length(added_by) BETWEEN 1 AND 40", name=op.f("annotations_added_by_check")
        ),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.market_id"], name=op.f("annotations_market_id_fkey")
        ),
        sa.PrimaryKeyConstraint("annotation_id", name=op.f("annotations_pkey")),
    )


def downgrade() -> None:
    op.drop_table("annotations")
