"""The register as data: read once into plain tables, and written in four formats."""
