"""What every gunicorn of the product shares, whoever starts it: gunicorn reads this file in the folder it starts in."""

import os

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
