"""`python -m benchmarks`: measure, print the table, and write it into docs/benchmarks.md with `--write`."""

import argparse
import re
import warnings
from pathlib import Path

from benchmarks import bulk, edge, hot, machine, store
from tests.databases import postgres_server

_DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_MEASURED = re.compile(r"(?<=<!-- measured -->\n).*?(?=<!-- end -->)", re.DOTALL)


def main() -> None:
    arguments = _arguments()
    warnings.simplefilter("ignore")  # the embedded server's libraries warn about this machine, not about us
    with postgres_server() as server:
        lines = machine.described(server)
        print("\n".join(lines), flush=True)
        running = store.measured(server, arguments.rounds, arguments.seconds, say)
        rates = edge.measured(server, arguments.rounds, arguments.seconds, say)
        bursts = hot.measured(server, arguments.rounds, say)
        imports = bulk.measured(server, arguments.rounds, say)
    table = [*store.table(running), "", *edge.table(rates), "", *hot.table(bursts), "", *bulk.table(imports)]
    print("\n" + "\n".join(table))
    if arguments.write:
        text = "\n".join(["", *(f"{line}  " for line in lines), "", *table, "", ""])
        _DOCUMENT.write_text(_MEASURED.sub(lambda _: text, _DOCUMENT.read_text()))


def say(line: str) -> None:
    print(line, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured; the median counts")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each measurement lasts")
    parser.add_argument("--write", action="store_true", help="put the result into docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
