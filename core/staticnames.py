"""What static files are called, noted with the code that asks for them."""

from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class StaticNames(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise says nothing of its types
    """As WhiteNoise's, with its list in `STATIC_MANIFEST_ROOT`: releases that share a folder have each their own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("manifest_storage", FileSystemStorage(location=settings.STATIC_MANIFEST_ROOT))
        super().__init__(*args, **options)
