"""Tables, migrations and the one way to reach the database, SQLite or PostgreSQL.

SQLAlchemy 2 Core over aiosqlite or asyncpg; writers on SQLite take turns, see `database.py`.
"""
