"""What answers requests reads engagements through what its reader sees, and nothing around it."""

import re
from pathlib import Path

ROOMS = ("pages", "queries", "exports", "live", "commands", "webhooks", "terms", "http")
READS = re.compile(r"standfast\.(?:marketplace|recorder\.log|store)\.[a-z_]+(?:\.log\.[a-z_]+)?")
HARMLESS = {
    "standfast.marketplace.clock": "the time",
    "standfast.marketplace.known": "where the log ends, and when that was",
    "standfast.recorder.log.head": "where the log ends",
    "standfast.recorder.log.answer": "what was answered to a key, which has its actor in it",
    "standfast.marketplace.record_async": "a command, which is asked for leave before",
}
ELSEWHERE = {
    ("api/exports/source.py", "standfast.marketplace.read"),
    ("api/exports/source.py", "standfast.recorder.log.engagement_ids"),
    ("api/http/questions.py", "standfast.marketplace.at_hand"),
    ("api/http/questions.py", "standfast.recorder.log.version"),
    ("api/webhooks/routes.py", "standfast.recorder.log.openings"),
}
"""Whole histories, which `Sight.whole` then leaves out; how large an engagement is, once it may be there; whether there
is one that a webhook is to be told of, for whoever sees them all."""


def test_nothing_reads_the_marketplace_or_the_log_by_a_way_of_its_own() -> None:
    root = Path(__file__).parents[3]
    found = {
        (str(file.relative_to(root)), read)
        for room in ROOMS
        for file in (root / "api" / room).rglob("*.py")
        for read in READS.findall(file.read_text(encoding="utf-8"))
        if read not in HARMLESS
    }
    assert found == ELSEWHERE
