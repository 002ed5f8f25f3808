"""A mail server and a robots' service on this machine, that answer, refuse, are slow or hang as a test wants."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import LazySettings

from notices import door


@dataclass
class MailServer:
    """What it has taken over which connections, and what it says to recipients and to texts.

    It `waits` before it answers a text.
    """

    peers: set[object] = field(default_factory=set)
    taken: list[Envelope] = field(default_factory=list)
    to_recipient: str = "250 OK"
    to_text: str = "250 OK"
    waits: float = 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
        """A recipient."""
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name is aiosmtpd's
        """A whole mail: it has it from here on, whatever it says."""
        if self.to_text.startswith("250"):
            self.taken.append(envelope)
            self.peers.add(session.peer)
        await asyncio.sleep(self.waits)
        return self.to_text


@contextmanager
def mail_server(settings: LazySettings, *, timeout: float = 20) -> Iterator[MailServer]:
    """Mails go to it, by the house's own backend."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=port, ready_timeout=30)
    controller.start()
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = "notices.mail.Backend", "127.0.0.1", port
    settings.EMAIL_TIMEOUT = timeout
    try:
        yield server
    finally:
        controller.stop()


@dataclass
class RobotService:
    """What was said, by path, and how it answers: a status, a body and how long it waits."""

    address: str
    said: list[tuple[str, str]] = field(default_factory=list)
    status: int = 200
    body: Any = field(default_factory=lambda: {"errcode": 0, "errmsg": "ok"})
    waits: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    #: Called with the text as soon as it has come.
    heard: Any = None

    @property
    def texts(self) -> list[str]:
        """What was said."""
        return [text for _, text in self.said]


@contextmanager
def robot_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RobotService]:
    """The three hosts are this machine: what passes the door comes here."""
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name is http.server's
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text = sent.get("text", sent.get("content"))
            service.said.append((self.path, text.get("content", text.get("text"))))
            if service.heard is not None:
                service.heard(text)
            if service.waits:
                stop.wait(service.waits)
            body = service.body if isinstance(service.body, bytes) else json.dumps(service.body).encode()
            try:
                self.send_response(service.status)
                for name, value in service.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # whoever asked has given up waiting

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service = RobotService(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()

    def post(url: str, **given: Any) -> requests.Response:
        parts = urlsplit(url)
        return requests.post(f"{service.address}{parts.path}?{parts.query}", **given)  # noqa: S113 - the door gives one

    monkeypatch.setattr(door, "_post", post)
    try:
        yield service
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
