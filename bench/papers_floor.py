"""The floor of bench/papers.py: WeasyPrint alone, in one process, setting our own HTML: all letters, book after book.

Started by bench/papers.py with a JSON file (a list of `html`, `recolour`) and the file to write; prints the seconds by
the clock and of processor. Nothing of the project takes part but the fetcher, through which the very same style sheets
and drawings are read. Loading Python's modules and reading the installed fonts for the first time are not counted, as
they are not counted for ours.
"""

import json
import sys
import time
from pathlib import Path

from weasyprint import HTML  # type: ignore[import-untyped]  # WeasyPrint has no types
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]  # as above

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    sys.path.insert(0, str(ROOT))
    from core.pdf import DOCUMENTS_ROOT  # noqa: PLC0415 - the path is known only now
    from core.pdffetcher import DocumentFetcher  # noqa: PLC0415 - as above

    papers = json.loads(source.read_text(encoding="utf-8"))
    fonts = FontConfiguration()
    warm = HTML(string='<p style="font-family: LXGW WenKai">你好，老师</p>')
    warm.write_pdf(font_config=fonts, pdf_variant="pdf/ua-1")
    began, busy = time.perf_counter(), time.process_time()
    for number, paper in enumerate(papers):
        fetcher = DocumentFetcher(DOCUMENTS_ROOT, {}, paper["recolour"])
        page = HTML(string=paper["html"], base_url=f"{DOCUMENTS_ROOT.as_uri()}/", url_fetcher=fetcher)
        page.write_pdf(target.with_name(f"{target.stem}-{number}.pdf"), font_config=fonts, pdf_variant="pdf/ua-1")
    print(time.perf_counter() - began, time.process_time() - busy)


if __name__ == "__main__":
    main()
