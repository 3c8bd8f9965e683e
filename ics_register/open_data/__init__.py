"""The register as data: gathered once into plain tables, and written in four formats."""
