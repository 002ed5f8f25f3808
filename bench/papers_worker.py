"""One worker of bench/papers.py: a real `celery worker --pool solo` that counts the PDF files it sets.

Started by bench/papers_jobs.py with a name and a folder; not to be run by hand. It sets one line of text before it
says that it is ready: a school's workers have been up since the morning.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FONTS = "'LXGW WenKai', 'Noto Serif CJK SC', 'Noto Sans CJK SC', 'Symbola'"


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    sys.path.insert(0, str(ROOT))
    import django  # noqa: PLC0415 - the path is known only now

    django.setup()
    from celery.signals import worker_ready  # noqa: PLC0415 - as above

    from core.pdf import html_to_pdf  # noqa: PLC0415 - as above
    from mentorship.celery import app  # noqa: PLC0415 - as above

    html_to_pdf(f'<html lang="zh-CN"><title>热身</title><p style="font-family: {FONTS}">你好，老师</p></html>')
    _count_files(folder / f"set-{name}")
    worker_ready.connect(lambda **_: (folder / f"ready-{name}").touch(), weak=False)
    options = ["--loglevel", "warning", "--without-gossip", "--without-mingle"]
    app.worker_main(["-q", "worker", *options, "--pool", "solo", "--hostname", f"{name}@%h"])


def _count_files(path: Path) -> None:
    """From here on, a byte is added to `path` whenever WeasyPrint writes a file: what a cache saves, does not count."""
    from weasyprint import Document  # type: ignore[import-untyped]  # noqa: PLC0415 - WeasyPrint has no types; as above

    write: Callable[..., Any] = Document.write_pdf

    def counted(*args: Any, **options: Any) -> Any:
        with path.open("ab") as file:
            file.write(b".")
        return write(*args, **options)

    Document.write_pdf = counted


if __name__ == "__main__":
    main()
