"""What every gunicorn of the product shares, whoever starts it: gunicorn reads this file in the folder it starts in."""

import os
import shutil
import tempfile

worker_class = "upkeep.webworker.WatchedWorker"

_format = "json" if os.environ.get("LOG_FORMAT") == "json" else "line"
# Its own lines name addresses, and addresses hold keys: they pass where all others pass.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "root": {"level": "WARNING", "handlers": ["console"]},
    "formatters": {"line": {"()": "core.logs.LineFormatter"}, "json": {"()": "core.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": _format}},
    "loggers": {"gunicorn.error": {"handlers": [], "propagate": True}},
}

# Where the web processes of one master count together (upkeep.metrics): set before any of them loads the library.
_shared = "PROMETHEUS_MULTIPROC_DIR"
_made = "" if _shared in os.environ else tempfile.mkdtemp(prefix="mentorship-metrics-")
if _made:
    os.environ[_shared] = _made


def on_exit(_server: object) -> None:
    """What was counted goes with its master."""
    if _made:
        shutil.rmtree(_made, ignore_errors=True)
