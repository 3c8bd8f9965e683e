"""The register's way of asking PostgreSQL."""
