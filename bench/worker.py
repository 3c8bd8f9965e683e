"""Asked over a pipe by the benchmark: the register within one process, without a server.

Each line that comes in is a question as JSON, and each that goes out its answer.
"""

import json
import sys

import django


def main() -> None:
    django.setup()
    # Can be loaded only now.
    from bench.questions import answer

    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
