"""Which core runs what: what is measured has one to itself, and what asks it the other."""

import os
import platform
from collections.abc import Callable
from pathlib import Path

CORES = sorted(os.sched_getaffinity(0))
MEASURED = CORES[-1]
ASKING = CORES[0]


def on_core(core: int) -> Callable[[], None]:
    """For `preexec_fn` of a process that is to run on one core."""
    return lambda: os.sched_setaffinity(0, {core})


def children(process: int) -> list[int]:
    return [int(child) for child in _read(process, f"task/{process}/children").split()]


def resident(process: int) -> float:
    """The memory that a process occupies, in MB."""
    for line in _read(process, "status").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(process)


def processor_time(process: int) -> float:
    """How long a core has worked for a process so far, in ms, for its children too."""
    # After the name, which may hold anything, stand the state and then numbers.
    numbers = _read(process, "stat").rpartition(")")[2].split()
    own = sum(int(number) for number in numbers[11:13]) * 1000 / os.sysconf("SC_CLK_TCK")
    return own + sum(processor_time(child) for child in children(process))


def _read(process: int, name: str) -> str:
    return Path(f"/proc/{process}/{name}").read_text()


def machine() -> str:
    """The machine in words, without its name."""
    processor = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{len(CORES)} cores of {processor}, {pages / 2**30:.0f} GB of memory, {system()}"


def system() -> str:
    return f"{platform.system()} {platform.release().split('-')[0]}"
