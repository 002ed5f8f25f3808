"""Asks for pages of one database and says what they cost; bench/pages.py runs one of these for each database.

Started with `DATABASE_URL` and `VAR_DIR`. Reads a line `ROLE NAME ROUNDS` from standard input and answers with a line
of JSON: what each round took in milliseconds, of processor (of the database's own process too, on PostgreSQL) and by
the clock. With no rounds the page is asked for once, and its status, queries and kilobytes are told, too. `-` lists the
pages: each pair of role and URL that answers 200.
"""

import gc
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from city import at_day
from setting import busy, set_up

if TYPE_CHECKING:
    from django.http import HttpResponseBase


class Reader:
    """Somebody of each role with a browser, and an address of each page."""

    def __init__(self) -> None:
        # Django is set up only now.
        from django.db import connection  # noqa: PLC0415
        from pages_walk import addresses, browsers  # noqa: PLC0415

        self._connection = connection
        self._browsers = browsers()
        self._addresses = addresses()

    def pages(self) -> list[tuple[str, str]]:
        """Role and name of all pages that somebody may see. Raises AssertionError about one that nobody sees."""
        found = [
            (role, name)
            for role, browser in self._browsers.items()
            for name, address in self._addresses.items()
            if browser.get(address, SERVER_NAME="localhost").status_code == 200
        ]
        unseen = self._addresses.keys() - {name for _, name in found}
        assert not unseen, f"nobody sees {sorted(unseen)}"
        return found

    def ask(self, role: str, name: str, rounds: int) -> dict[str, Any]:
        """What the page costs, so many times over; with 0 once, to warm up, and what it is."""
        browser, address = self._browsers[role], self._addresses[name]
        from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above

        answer: dict[str, Any] = {"processor": [], "clock": []}

        def get() -> "HttpResponseBase":
            clock, spent = time.perf_counter(), busy()
            page = browser.get(address, SERVER_NAME="localhost")
            answer["processor"].append((busy() - spent) * 1000)
            answer["clock"].append((time.perf_counter() - clock) * 1000)
            return page

        if rounds == 0:
            with CaptureQueriesContext(self._connection) as captured:
                page = get()
            answer |= {
                "status": page.status_code,
                "queries": len(captured),
                "size": len(getattr(page, "content", b"")) / 1024,
            }
        gc.collect()
        for _ in range(rounds):
            get()
        return answer


def main() -> None:
    set_up(Path(os.environ["VAR_DIR"]), keep_database=True, migrate=False, static=True)
    # That somebody may not see a page is how the pages of a role are found.
    logging.disable()
    with at_day():
        reader = Reader()
        print(json.dumps("ready"), flush=True)
        for line in sys.stdin:
            words = line.split()
            answer = reader.pages() if words == ["-"] else reader.ask(words[0], words[1], int(words[2]))
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
