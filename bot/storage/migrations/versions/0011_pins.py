"""Backtests that people pin to their Home tab."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "pins",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("backtest_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("person", "backtest_id", name=op.f("pk_pins")),
    )
