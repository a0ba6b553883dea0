"""Addresses of databases: what is meant is reached, what is not clear is refused, and no word of either is a secret."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from infrastructure.database.address import AddressUnclear, address_of, address_of_file, shown
from infrastructure.database.database import Database

SECRET = "S3cret!x"
REACHED = {
    "sqlite://": "sqlite+pysqlite://",
    "sqlite:///a.db": "sqlite+pysqlite:///a.db",
    "sqlite:////srv/a b.db": "sqlite+pysqlite:////srv/a b.db",
    "sqlite:////srv/a%20%25%3Fb%3A@c.db": "sqlite+pysqlite:////srv/a %25%3Fb%3A%40c.db",
    "postgresql://": "postgresql+psycopg://",
    "postgresql:///db": "postgresql+psycopg:///db",
    "postgres+asyncpg://h": "postgresql+psycopg://h",
    "postgresql://h:/db": "postgresql+psycopg://h/db",
    "postgresql://joe:a%40b%2Fc@h:5433/my%20db": "postgresql+psycopg://joe:a%40b%2Fc@h:5433/my db",
    "postgresql://joe:a:b c#@h": "postgresql+psycopg://joe:a%3Ab c%23@h",
    "postgresql://u@[::1]:5433/db": "postgresql+psycopg://u@[::1]:5433/db",
    "postgresql://u@/db?host=/tmp": "postgresql+psycopg://u@/db?host=%2Ftmp",
    "postgresql://u@%2Ftmp:5433/db": "postgresql+psycopg://u@/db?host=%2Ftmp&port=5433",
    "postgresql://h/db?user=joe&password=a%26b+c": "postgresql+psycopg://joe:a%26b c@h/db",
    "postgresql://h1:1,h2:2/db": "postgresql+psycopg:///db?host=h1%2Ch2&port=1%2C2",
    "postgresql://u@[::1],h2:2/db": "postgresql+psycopg://u@/db?host=%3A%3A1%2Ch2&port=%2C2",
    "postgresql://h1,h2/db?target_session_attrs=read-write": (
        "postgresql+psycopg:///db?host=h1%2Ch2&target_session_attrs=read-write"
    ),
    "postgresql:///db?host=h1:1&host=h2:2": "postgresql+psycopg:///db?host=h1%2Ch2&port=1%2C2",
    "postgresql:///db?host=h1,::1&port=1,2": "postgresql+psycopg:///db?host=h1%2C%3A%3A1&port=1%2C2",
    "postgresql://h1,h2/db?port=6": "postgresql+psycopg:///db?host=h1%2Ch2&port=6%2C6",
}
UNCLEAR = (
    "",
    "somewhere",
    f"joe:{SECRET}@h/x",
    f"host=h password={SECRET}",
    f"mysql://joe:{SECRET}@h/x",
    f"{SECRET}://h/x",
    f"postgresql:/joe:{SECRET}@h/x",
    f"postgresql//joe:{SECRET}@h/x",
    f"postgresql:///joe:{SECRET}@h/x",
    f"postgresql:////joe:{SECRET}@h/x",
    f"postgresql:///joe:{SECRET}",
    f" postgresql://joe:{SECRET}@h/x",
    f"postgresql://joe:{SECRET}@h/x\n",
    f"postgresql://joe:a@h/x password={SECRET}",
    f"postgresql://joe:a@{SECRET}@h/x",
    f"postgresql://joe:a@{SECRET}",
    f"postgresql://joe:a/{SECRET}@h/x",
    f"postgresql://joe:a?{SECRET}@h/x",
    f"postgresql://joe:a?user={SECRET}@h/x",
    f"postgresql://joe:a%{SECRET}@h/x",
    f"postgresql://joe:{SECRET}%00@h/x",
    f"postgresql://joe:{SECRET}%ff@h/x",
    f"postgresql://joe:{SECRET}@h:port/x",
    f"postgresql://joe:{SECRET}@h:65536/x",
    f"postgresql://joe:{SECRET}@h:0/x",
    f"postgresql://joe:{SECRET}@h:1:2/x",
    f"postgresql://joe:{SECRET}@[::1/x",
    f"postgresql://joe:{SECRET}@[nowhere]/x",
    f"postgresql://joe:{SECRET}@h..x/x",
    f"postgresql://joe:{SECRET}@{'h' * 64}/x",
    f"postgresql://joe:{SECRET}@h1,joe:{SECRET}@h2/x",
    f"postgresql://joe:{SECRET}/x",
    f"postgresql://{SECRET}/x",
    f"postgresql://h/x/{SECRET}",
    f"postgresql://h/x?password=a&{SECRET}",
    f"postgresql://h/x?password=a&{SECRET}=b",
    f"postgresql://h/x?passwort={SECRET}",
    f"postgresql://h/x?password={SECRET}&password={SECRET}",
    f"postgresql://h/x?host=joe:{SECRET}@h",
    f"postgresql://h/x?hostaddr={SECRET}",
    f"postgresql://h/x?port={SECRET}",
    f"postgresql://h1:1,h2/x?port=2&password={SECRET}",
    f"postgresql://h1,h2,h3/x?port=1,2&password={SECRET}",
    f"sqlite://joe:{SECRET}@h/x",
    f"sqlite:///joe:{SECRET}@h/x",
    f"sqlite:/{SECRET}",
    f"sqlite:///x?password={SECRET}",
    "sqlite:///%00",
)


@pytest.mark.parametrize(("text", "meant"), REACHED.items())
def test_an_address_means_what_it_means_to_libpq(text: str, meant: str) -> None:
    assert address_of(text).render_as_string(hide_password=False) == meant


@pytest.mark.parametrize("text", [text for text in REACHED if "my%20db" not in text])  # SQLAlchemy writes the space
def test_what_was_read_is_read_again_as_the_same(text: str) -> None:
    meant = address_of(text)
    assert address_of(meant.render_as_string(hide_password=False)) == meant


@pytest.mark.parametrize(
    "name",
    ["a b", "feature%2Flogin", "100%", "what?mode=ro", "a#b", "joe:secret@home", "Zahlungen – Köln", "a\nb", "\udcff"],
)
@pytest.mark.parametrize("folder", ["", "/srv"])
def test_the_address_of_a_file_leads_to_that_file(folder: str, name: str) -> None:
    path = Path(folder, name, "x.db")
    assert address_of(address_of_file(path)).database == str(path)
    assert shown(address_of_file(path)) == address_of_file(path)


def test_what_begins_options_is_told_where_a_file_has_none() -> None:
    with pytest.raises(AddressUnclear, match="in the name of a file is written %3F"):
        address_of("sqlite:///a?mode=ro")


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_is_not_clear_is_refused_in_words_that_repeat_nothing(text: str) -> None:
    for read in (address_of, shown, Database):
        with pytest.raises(AddressUnclear) as refused:
            read(text)
        assert SECRET not in str(refused.value)
        assert refused.value.__cause__ is None


def test_a_kind_of_database_that_is_not_served_is_named() -> None:
    with pytest.raises(AddressUnclear, match=r"not mysql$"):
        address_of("mysql://x")
    with pytest.raises(AddressUnclear, match=r"not oracle$"):
        Database(make_url("oracle://x"))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("sqlite:////srv/a@b.db", "sqlite:////srv/a@b.db"),
        ("postgresql://joe@h/db", "postgresql://joe@h/db"),
        ("postgresql://joe:@h/db?", "postgresql://joe:@h/db?"),
        (f"postgresql://joe:{SECRET}@h1:1,h2:2/db", "postgresql://joe:***@h1:1,h2:2/db"),
        (f"postgresql://:{SECRET}:{SECRET}@[::1]:5/db", "postgresql://:***@[::1]:5/db"),
        (f"postgres://h/db?pass%77ord={SECRET}&sslmode=require", "postgres://h/db?pass%77ord=***&sslmode=require"),
        (f"postgresql://h1:1,h2:2/db?passfile={SECRET}", "postgresql://h1:1,h2:2/db?passfile=***"),
    ],
)
def test_an_address_is_shown_as_it_was_written_without_its_secrets(text: str, masked: str) -> None:
    assert shown(text) == masked
