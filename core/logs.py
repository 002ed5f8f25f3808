"""What a line of the log may say of a request: its status, its method and which page, never an address.

An address holds keys of slips and pupils, a traceback of a refusal says nothing that its status does not.
"""

import logging

from django.http import HttpRequest


class PlainRequestLines(logging.Filter):
    """Rewrites what Django logs of a request that it answered: one line; a traceback only where the server failed."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, with its address, its cookies and (below 500) its traceback taken out."""
        request = getattr(record, "request", None)
        if not isinstance(request, HttpRequest):
            return True
        status = getattr(record, "status_code", 403)
        match = request.resolver_match
        record.msg = "%s %s %s"
        record.args = (status, request.method, match.view_name if match is not None else "no such address")
        if status < 500:
            record.exc_info = record.exc_text = None
        return True
