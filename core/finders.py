"""Static files out of packages."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

from core import bootstrap

BOOTSTRAP: Final = ("vendor/bootstrap", "css/bootstrap.min.css")


class PackageFinder(FileSystemFinder):
    """As Django's; of a folder named in `STATICFILES_ONLY`, the files that pages ask for alone.

    A package may ship a hundred megabytes of which one file is served; Bootstrap's style sheet is collected without
    what no page uses (`core.bootstrap`). Where files are not collected, it is served whole.
    """

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """The path and the storage of each file to collect."""
        for path, storage in super().list(ignore_patterns):
            only = settings.STATICFILES_ONLY.get(storage.prefix)
            if (storage.prefix, path) == BOOTSTRAP:
                yield path, _LighterStorage(storage.location, storage.prefix)
            elif only is None or path in only:
                yield path, storage


class _LighterStorage(FileSystemStorage):
    """The folder of Bootstrap, whose style sheets come without what no page uses."""

    def __init__(self, location: str, prefix: str) -> None:
        super().__init__(location)
        self.prefix = prefix

    def open(self, name: str, mode: str = "rb") -> "File[bytes]":
        """The lighter sheet; nothing else is asked for."""
        with super().open(name, mode) as whole:
            return ContentFile(bootstrap.without_unused(whole.read().decode()).encode(), name)

    def get_modified_time(self, name: str) -> datetime:
        """When the sheet, or what is used of it, was changed last."""
        listed = datetime.fromtimestamp(Path(bootstrap.__file__).stat().st_mtime, UTC)
        return max(super().get_modified_time(name), listed)
