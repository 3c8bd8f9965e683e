"""How dates and times are written where a library writes them. Named in FORMAT_MODULE_PATH."""
