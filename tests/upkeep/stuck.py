"""A house whose pages hang, for the test of those who watch over it."""

import time
from collections.abc import Callable
from typing import Any


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answers with the address; /stuck hangs."""
    if environ["PATH_INFO"] == "/stuck":
        time.sleep(60)
    start_response("200 OK", [("Content-Length", str(len(environ["PATH_INFO"])))])
    return [environ["PATH_INFO"].encode()]
