"""Editions of the weekly digest, editors' notes, subscribers and what was sent to them.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("iso_week", sa.Text(collation="C"), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("revised_on", sa.Date(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("coverage_rate", sa.Double(), nullable=False),
        sa.Column("is_coverage_assumed", sa.Boolean(), nullable=False),
        sa.Column("method_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "audience IN ('public', 'internal')", name=op.f("digests_audience_check")
        ),
        sa.CheckConstraint(
            "(revision = 1) = (revised_on IS NULL)", name=op.f("digests_revision_check")
        ),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.market_id"], name=op.f("digests_market_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "market_id", "iso_week", "audience", "revision", name=op.f("digests_pkey")
        ),
    )
    op.create_table(
        "digest_notes",
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("iso_week", sa.Text(collation="C"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.market_id"], name=op.f("digest_notes_market_id_fkey")
        ),
        sa.PrimaryKeyConstraint("market_id", "iso_week", name=op.f("digest_notes_pkey")),
    )
    op.create_table(
        "digest_subscribers",
        sa.Column("subscriber_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("market_id", sa.Text(collation="C"), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("subscribed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "audience IN ('public', 'internal')", name=op.f("digest_subscribers_audience_check")
        ),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.market_id"], name=op.f("digest_subscribers_market_id_fkey")
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("digest_subscribers_pkey")),
        sa.UniqueConstraint("token", name=op.f("digest_subscribers_token_key")),
    )
    op.create_index(
        op.f("digest_subscribers_email_market_id_audience_idx"),
        "digest_subscribers",
        ["email", "market_id", "audience"],
        unique=True,
    )
    op.create_table(
        "digest_sends",
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("iso_week", sa.Text(collation="C"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('claimed', 'handing over', 'sent', 'failed', 'unknown')",
            name=op.f("digest_sends_state_check"),
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "iso_week", name=op.f("digest_sends_pkey")),
    )


def downgrade() -> None:
    for table in ("digest_sends", "digest_subscribers", "digest_notes", "digests"):
        op.drop_table(table)
