"""A process that starts on a database when it is told to: `python -m tests.infrastructure.terms.starting URL`."""

import sys

from api.composition import assemble
from infrastructure.process.settings import Settings

if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    assemble(Settings(database_url=sys.argv[1])).close()
