"""nginx with the very site that is laid down, before a house of two lines: what it lets through, keeps, and writes."""

import gzip
import http.client
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import ClassVar

import pytest

ROOT = Path(__file__).resolve().parents[2]
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
STYLE = "static/css/app.0123456789ab.css"


class House(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"
    #: What was asked for at /dies/, where the process dies the first time.
    died: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer()

    def _answer(self) -> None:
        if self.path.startswith("/dies/"):
            self.died.append(f"{self.command} {self.path}")
            if len(self.died) == 1:
                self.close_connection = True
                return
        told = "\n".join(self.headers.get(name, "-") for name in ("Host", "X-Forwarded-For", "X-Forwarded-Proto"))
        body = f"{self.command} {self.path}\n{told}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Nothing."""

    def address_string(self) -> str:
        """A socket of a file has none."""
        return ""


class Socket(socketserver.ThreadingUnixStreamServer):
    """Where nginx finds the house."""

    daemon_threads = True
    request_queue_size = 500


class Door:
    """The running nginx."""

    def __init__(self, folder: Path, port: int, house: Socket) -> None:
        self.folder, self.port, self.house = folder, port, house
        self._trusting = ssl.create_default_context(cafile=folder / "certificate")

    def ask(
        self, path: str, *, method: str = "GET", body: bytes | None = None, accepting: str = "identity"
    ) -> http.client.HTTPResponse:
        """One request over TLS."""
        line = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=self._trusting)
        line.request(method, path, body, {"Host": "daoshi.example", "Accept-Encoding": accepting})
        return line.getresponse()

    def logged(self) -> str:
        """All that was written, once it holds the last request."""
        self.ask("/last")
        until = time.monotonic() + 5
        log = self.folder / "mentorship.log"
        while "/last" not in log.read_text(encoding="utf-8") and time.monotonic() < until:
            time.sleep(0.05)
        return "".join(one.read_text(encoding="utf-8") for one in self.folder.glob("*.log"))


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """deploy/nginx/site.conf as script/install writes it, but in a folder of its own and on a free port."""
    assert NGINX is not None, "nginx is installed by script/setup --dev"
    folder = tmp_path_factory.mktemp("nginx")
    (folder / STYLE).parent.mkdir(parents=True)
    (folder / STYLE).write_bytes(b"a{color:red}" * 100)
    (folder / f"{STYLE}.gz").write_bytes(gzip.compress(b"a{color:red}" * 100))
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=daoshi.example"
    subprocess.run(
        [
            *make.split(),
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            folder / "key",
            "-out",
            folder / "certificate",
        ],
        check=True,
        capture_output=True,
    )
    port = free_port()
    deploy = folder / "deploy"
    shutil.copytree(ROOT / "deploy/nginx", deploy / "nginx")
    for conf in deploy.rglob("*.conf"):
        text = conf.read_text(encoding="utf-8")
        for former, now in {
            "/opt/mentorship/current/deploy": str(deploy),
            "root /opt/mentorship;": f"root {folder};",
            "/run/mentorship/web.sock": str(folder / "web.sock"),
            "/var/log/nginx": str(folder),
            "listen 80 default_server;": f"listen 127.0.0.1:{free_port()};",
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "@HTTP2_LISTEN@": " http2",
            "@NAME@": "daoshi.example",
            "@CERTIFICATE@": str(folder / "certificate"),
            "@KEY@": str(folder / "key"),
        }.items():
            text = text.replace(former, now)
        # Machines without IPv6 have these lines taken out, too.
        kept = [line for line in text.splitlines() if "listen [::]" not in line and "@HTTP2@" not in line]
        conf.write_text("\n".join(kept) + "\n", encoding="utf-8")
    settings = folder / "nginx.conf"
    places = " ".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    settings.write_text(
        f"user root; daemon off; master_process on; pid {folder}/pid; error_log {folder}/nginx.log crit;"
        f"events {{ worker_connections 512; }} http {{ {places} types {{ text/css css; text/html html; }}"
        f" include {deploy}/nginx/site.conf; }}\n",
        encoding="utf-8",
    )
    tried = subprocess.run([NGINX, "-t", "-q", "-c", settings], capture_output=True, text=True, check=False)
    assert (tried.returncode, tried.stderr) == (0, "")
    with Socket(str(folder / "web.sock"), House) as house:
        threading.Thread(target=house.serve_forever, daemon=True).start()
        running = subprocess.Popen([NGINX, "-c", settings])
        try:
            found = Door(folder, port, house)
            until = time.monotonic() + 20
            while True:
                try:
                    found.ask("/")
                    break
                except OSError:
                    assert time.monotonic() < until, "nginx does not answer"
                    time.sleep(0.05)
            yield found
        finally:
            running.terminate()
            running.wait(timeout=20)
            house.shutdown()


def test_the_house_hears_who_asks_and_how(door: Door) -> None:
    """The name, the address and https: what the limits of doors and the links of slips hang on."""
    answer = door.ask("/my/?page=2")
    assert (answer.status, answer.read().decode()) == (200, "GET /my/?page=2\ndaoshi.example\n127.0.0.1\nhttps")


def test_a_page_is_asked_for_again_where_its_process_died(door: Door) -> None:
    House.died.clear()
    assert door.ask("/dies/").status == 200
    assert House.died == ["GET /dies/", "GET /dies/"]


def test_what_was_sent_is_not_sent_twice_where_its_process_died(door: Door) -> None:
    """It may have been saved: the person is told to look."""
    House.died.clear()
    answer = door.ask("/dies/", method="POST", body=b"x")
    assert (answer.status, "系统正在重新启动" in answer.read().decode()) == (502, True)
    assert House.died == ["POST /dies/"]


def test_nothing_that_opens_something_is_written(door: Door) -> None:
    """Codes stand in addresses of slips, of account slips, of mailed links, and behind question marks."""
    for path in ("/f/SECRET1/", "/start/?code=SECRET2", "/account/first/SECRET3/", "/account/email/SECRET4/?q=SECRET5"):
        assert door.ask(path).status == 200
    written = door.logged()
    assert [line.split()[3] for line in written.splitlines() if "SECRET" in line] == []
    assert "GET /f/- 200" in written
    assert "GET /account/first/- 200" in written


def test_a_static_file_comes_from_the_disk_compressed_and_stays_for_a_year(door: Door) -> None:
    answer = door.ask(f"/{STYLE}", accepting="gzip")
    kept = answer.headers["Cache-Control"]
    assert (answer.status, answer.headers["Content-Encoding"], kept) == (
        200,
        "gzip",
        "public, max-age=31536000, immutable",
    )
    assert gzip.decompress(answer.read()) == b"a{color:red}" * 100


def test_a_roster_of_twenty_megabytes_passes_and_a_film_does_not(door: Door) -> None:
    assert door.ask("/imports/", method="POST", body=bytes(21 * 1024 * 1024)).status == 200
    refused = door.ask("/imports/", method="POST", body=bytes(26 * 1024 * 1024))
    assert (refused.status, "文件太大了" in refused.read().decode()) == (413, True)


def test_a_staff_room_signs_in_and_a_machine_gone_wild_does_not(door: Door) -> None:
    """A hundred people behind one address at once are let in; reading is not counted with it."""
    statuses = [door.ask("/account/sign-in/", method="POST", body=b"x").status for _ in range(100)]
    assert statuses == [200] * 100
    more = (door.ask("/account/sign-in/", method="POST", body=b"x") for _ in range(1000))
    refused = next(answer for answer in more if answer.status != 200)
    assert (refused.status, "一下子来得太多了" in refused.read().decode()) == (429, True)
    assert door.ask("/account/sign-in/").status == 200
