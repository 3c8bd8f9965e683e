"""The log: a fault of the register with its traceback, everything else in a line."""

import copy
import logging
import time

# In seconds: how long the same cause of an answer 503 is not logged again. A lost database fails
# every request.
REST = 10


class InALine(logging.Formatter):
    """Leaves out the traceback unless the answer is 500. A refusal is not a fault, and an error
    that says why something was not available needs none."""

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info and not is_our_fault(record):
            record = copy.copy(record)
            record.msg, record.args = f"{record.getMessage()}: {cause_of(record)}", ()
            record.exc_info = record.exc_text = None
        return super().format(record)


class OnceInAWhile(logging.Filter):
    """Logs the same cause of an answer 503 once in a while, not for each request."""

    def __init__(self):
        super().__init__()
        self.cause, self.told_at, self.left_out = "", 0.0, 0

    def filter(self, record: logging.LogRecord) -> bool:
        if status_of(record) != 503:
            return True
        # An answer without an error is on purpose, as while a file is being made.
        cause = cause_of(record) if record.exc_info else record.getMessage()
        now = time.monotonic()
        if cause == self.cause and now < self.told_at + REST:
            self.left_out += 1
            return False
        if self.left_out:
            record.msg = f"{record.getMessage()} (and {self.left_out:,} more since the last line)"
            record.args = ()
        self.cause, self.told_at, self.left_out = cause, now, 0
        return True


def status_of(record: logging.LogRecord) -> int | None:
    """The status of the answer that a record is about; None if it is about no answer."""
    return getattr(record, "status_code", None)


def is_our_fault(record: logging.LogRecord) -> bool:
    return status_of(record) in (None, 500)


def cause_of(record: logging.LogRecord) -> str:
    error = record.exc_info[1]
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:500]
