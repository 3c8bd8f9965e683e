"""The register's way of asking SQLite."""
