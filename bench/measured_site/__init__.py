"""The register as it is deployed, with one page more: the least that Django can answer."""
