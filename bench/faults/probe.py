"""One question over HTTP and its answer, with as little work on this side as can be."""

import http.client
import urllib.parse
from collections.abc import Callable, Mapping

#: What no answer is counted as.
NOTHING = 0


def asked(
    port: int,
    path: str,
    form: Mapping[str, object] | None = None,
    *,
    cookies: Mapping[str, str] | None = None,
    seconds: float = 120,
    between: Callable[[], object] | None = None,
) -> tuple[int, str, http.client.HTTPMessage | None]:
    """Status, body and headers; status 0 where the connection failed or nothing came in time. `between` is called when
    half of the form is sent, as over a slow line.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    headers = {"Host": f"127.0.0.1:{port}", "Accept-Encoding": "identity"}
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    body = b""
    if form is not None:
        body = urllib.parse.urlencode(form, doseq=True).encode()
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    try:
        connection.request("GET" if form is None else "POST", path, headers=headers)
        connection.send(body[: len(body) // 2])
        if between is not None:
            between()
        connection.send(body[len(body) // 2 :])
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace"), answer.headers
    except (OSError, http.client.HTTPException):
        return NOTHING, "", None
    finally:
        connection.close()
