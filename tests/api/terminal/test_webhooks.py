"""`standfast webhooks`: the same webhooks as over HTTP."""

import json
from typing import Any
from uuid import uuid4

from tests.api.terminal.conftest import Ran, Run

URL = "https://hooks.example.com/standfast"


def told(ran: Ran) -> Any:
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_a_webhook_is_added_listed_and_removed(standfast: Run) -> None:
    made = told(
        standfast("webhooks", "add", URL, "--type", "EngagementOpened", "--model", "managed_services", "--json")
    )
    assert (made["types"], made["model"], made["made_by"]["party"]) == (
        ["EngagementOpened"],
        "managed_services",
        "platform",
    )
    secret = made.pop("secret")
    assert told(standfast("webhooks", "list", "--json"))["items"] == [made]
    whose = made["webhook_id"]
    listed = standfast("webhooks", "list")
    assert whose in listed.out
    assert secret not in listed.out + listed.err
    assert told(standfast("webhooks", "deliveries", whose, "--state", "dead", "--json"))["items"] == []
    assert "Deliveries" in standfast("webhooks", "deliveries", whose).out
    assert told(standfast("webhooks", "redeliver", whose, "--json")) == {"webhook_id": whose, "redelivered": 0}
    assert told(standfast("webhooks", "remove", whose, "--json")) == made
    assert told(standfast("webhooks", "list", "--json"))["items"] == []


def test_its_secret_is_said_once_in_words(standfast: Run) -> None:
    ran = standfast("webhooks", "add", URL)
    assert ran.code == 0, ran.err
    assert "whsec_" in ran.out
    assert "from position 1 on" in ran.out


def test_what_is_wrong_is_said_in_words(standfast: Run) -> None:
    assert "an address inside" in standfast("webhooks", "add", "https://127.0.0.1/").err
    assert "types[0]" in standfast("webhooks", "add", URL, "--type", "Nothing").err
    missing = standfast("webhooks", "remove", uuid4())
    assert missing.code != 0
    assert "there is no webhook" in missing.err
    made = told(standfast("webhooks", "add", URL, "--json"))["webhook_id"]
    assert "no state" in standfast("webhooks", "deliveries", made, "--state", "lost").err
    assert "nothing is kept" in standfast("webhooks", "redeliver", made, "--position", 7).err
