"""A national register to try the register's speed on: forty-two systems and ten years of changes.

Its people are made up and its facts are nobody's. Nothing here is part of a register that is kept.
"""
