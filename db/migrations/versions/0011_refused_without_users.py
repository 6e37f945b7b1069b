"""What is kept of refused rows does not say whose they were.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE rejected_events SET payload = payload - 'user_key' "
        "WHERE jsonb_typeof(payload) = 'object' AND payload ? 'user_key'"
    )


def downgrade() -> None:
    """What was taken out is gone."""
