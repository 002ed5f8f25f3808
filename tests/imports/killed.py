"""Confirm one batch in a process of its own that is killed while it writes (see test_confirming.py).

Arguments: key of the batch, name of the function at whose call to stop; prints `here` there and waits to be killed.
"""

import sys
import time
from typing import NoReturn

import django


def main() -> None:
    django.setup()
    from accounts.queries import actor_for  # noqa: PLC0415 - Django is set up only now
    from core.clock import today  # noqa: PLC0415 - as above
    from jobs import imports  # noqa: PLC0415 - as above
    from jobs.models import ImportBatch  # noqa: PLC0415 - as above

    def stop(*args: object, **kwargs: object) -> NoReturn:
        print("here", flush=True)  # noqa: T201 - the test waits for it
        time.sleep(60)
        raise SystemExit(1)

    batch = ImportBatch.objects.select_related("created_by").get(pk=int(sys.argv[1]))
    assert batch.created_by is not None
    if sys.argv[2]:
        setattr(imports, sys.argv[2], stop)
    imports.confirm_batch(actor=actor_for(batch.created_by, scope_key=None, on=today()), batch=batch)
    print("done", flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
