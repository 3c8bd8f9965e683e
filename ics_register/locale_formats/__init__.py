"""Formats of dates and times that libraries write. Named in FORMAT_MODULE_PATH."""
