"""`make bench`: how fast the register is, beside what one would use instead.

It measures and judges nothing. Everything runs on this machine, listens on 127.0.0.1 alone, and is
stopped when it is done.
"""
