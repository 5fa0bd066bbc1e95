"""Which backtests of the platform are stored, in which version."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "platform_imports",
        sa.Column("platform_id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("backtest_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_platform_imports")),
    )
