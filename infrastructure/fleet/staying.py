"""The Kaplan-Meier median of tenures by group: estimated over columns, and exact where it is close."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import duckdb

from domain.metrics.tenure import Tenure, tenure_median_days

CLOSE = 1e-9
"""Within so much of one half the product of many fractions, in floating point, does not tell on which side it is."""


def medians(cursor: duckdb.DuckDBPyConnection, rows: str) -> dict[str | int, int | None]:
    """By group, in seconds; None where the curve never reaches one half.

    ``rows`` begins a query with a table ``rows`` that has key, seconds and censored.
    """
    found = cursor.execute(f"""{rows},
        lengths AS (SELECT key, seconds, count(*) AS n, count(*) FILTER (WHERE NOT censored) AS ended
                    FROM rows GROUP BY key, seconds),
        risks AS (SELECT key, seconds, ended, sum(n) OVER (PARTITION BY key ORDER BY seconds DESC) AS there
                  FROM lengths),
        curve AS (SELECT key, seconds,
                         sum(CASE WHEN ended = there THEN -1000 ELSE ln(1 - ended / there) END)
                             OVER (PARTITION BY key ORDER BY seconds) AS staying
                  FROM risks WHERE ended > 0)
        SELECT key, min(seconds) FILTER (WHERE exp(staying) <= 0.5 + {CLOSE}),
               min(seconds) FILTER (WHERE exp(staying) <= 0.5 - {CLOSE})
        FROM curve GROUP BY key""").fetchall()
    unsure = [key for key, least, most in found if least != most]
    exact = dict(_exact(cursor, rows, unsure)) if unsure else {}
    return {key: exact.get(key, least) for key, least, _ in found}


def _exact(
    cursor: duckdb.DuckDBPyConnection, rows: str, keys: list[str | int]
) -> Iterator[tuple[str | int, int | None]]:
    listed = ", ".join("?" * len(keys))
    query = f"{rows} SELECT key, seconds, censored FROM rows WHERE key IN ({listed}) ORDER BY key"
    for key, of_key in groupby(cursor.execute(query, keys).fetchall(), key=itemgetter(0)):
        median = tenure_median_days(
            Tenure(assignment_id="", days=seconds, ended=True, censored=censored) for _, seconds, censored in of_key
        )
        yield key, None if median is None else int(median)
