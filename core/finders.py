"""Static files out of packages."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder


class PackageFinder(FileSystemFinder):
    """As Django's; of a folder named in `STATICFILES_ONLY`, the files that pages ask for alone.

    A package may ship a hundred megabytes of which one file is served.
    """

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """The path and the storage of each file to collect."""
        for path, storage in super().list(ignore_patterns):
            only = settings.STATICFILES_ONLY.get(storage.prefix)
            if only is None or path in only:
                yield path, storage
