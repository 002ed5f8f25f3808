"""What WeasyPrint asks for files: it has those of the documents, and nothing else of the machine or the network."""

from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]  # it has no types

from core.pdf import ASSET_SCHEME, CONTENT_TYPES, PdfError, picture_type, read_asset


class DocumentFetcher(URLFetcher):  # type: ignore[misc]  # the base class has no types
    """Gives WeasyPrint the files under one folder and the pictures handed over by the caller, nothing else.

    WeasyPrint's own fetcher reads any file of the machine and any address of the network when the HTML says so.
    Whatever is refused stops the document instead of leaving a hole in it.
    """

    def __init__(self, root: Path, assets: Mapping[str, bytes], recolour: Mapping[str, str]) -> None:
        super().__init__(
            allowed_protocols=("file", ASSET_SCHEME),
            allow_redirects=False,
            fail_on_errors=True,
        )
        self._root = root.resolve()
        self._recolour = recolour
        self._assets = {name: (data, picture_type(data)) for name, data in assets.items()}

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return the file or picture behind `url`. Raises PdfError for everything that is not allowed."""
        parts = urlsplit(url)
        if parts.scheme == ASSET_SCHEME and parts.path in self._assets:
            data, content_type = self._assets[parts.path]
        elif parts.scheme == "file" and not parts.netloc:
            path = Path(unquote(parts.path)).resolve()
            if not (path.is_relative_to(self._root) and path.is_file() and path.suffix in CONTENT_TYPES):
                raise PdfError(f"not a file of the documents: {path.name}")
            data, content_type = read_asset(path, self._recolour)
        else:
            raise PdfError(f"address not allowed in a document: {parts.scheme}:")
        message = EmailMessage()
        message["Content-Type"] = content_type
        return URLFetcherResponse(url, data, message)
