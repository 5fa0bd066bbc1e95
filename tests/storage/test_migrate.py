async def test_both(database):
    from sqlalchemy import text

    async with database.read() as c:
        assert (await c.scalar(text("select version_num from alembic_version"))) == "0001"
