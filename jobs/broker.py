"""Waking workers through the broker, without ever waiting for it longer than a breath."""

import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

import celery

logger = logging.getLogger(__name__)

# A page may spend at most this long on a broker that hangs; 5 s is the promise.
SEND_SECONDS = 3.0
# After a failure the broker is left alone for a while, so that twenty saves in a row do not wait twenty
# times.
REST_SECONDS = 15.0

_resting_until = 0.0


def send(
    task: str,
    args: Sequence[Any] = (),
    *,
    messages: int = 1,
    expires: float | None = None,
) -> bool:
    """Send `messages` times the task named `task`. Never raises; False when the broker did not take them
    in time.

    Nothing is lost by a False: the sweeper finds the row. The send runs in a thread of its own because
    not every wait (name look-up, a socket that accepts and stays silent) has a time-out that could be
    set.
    """
    global _resting_until
    if time.monotonic() < _resting_until:
        return False
    sent, finished = threading.Event(), threading.Event()
    # The current app is a property of the thread, so it is looked up here.
    app = celery.app.app_or_default()

    def deliver() -> None:
        try:
            for _ in range(messages):
                app.send_task(
                    task,
                    args=list(args),
                    expires=expires,
                    retry=False,
                    ignore_result=True,
                )
            sent.set()
        except Exception as error:  # whatever it is, a page must not die of the broker
            logger.warning("broker did not take %s: %s", task, type(error).__name__)
        finally:
            finished.set()

    threading.Thread(target=deliver, name=f"send {task}", daemon=True).start()
    if not finished.wait(SEND_SECONDS):
        logger.warning("broker did not answer within %s s for %s", SEND_SECONDS, task)
    if not sent.is_set():
        _resting_until = time.monotonic() + REST_SECONDS
    return sent.is_set()
