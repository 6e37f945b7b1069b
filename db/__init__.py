"""Everything that talks to PostgreSQL: schema, migrations, named queries, writes and insights."""
