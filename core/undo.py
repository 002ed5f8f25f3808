"""Undo instead of "are you sure?": a message with a button."""

from django.contrib import messages
from django.http import HttpRequest


def offer_undo(request: HttpRequest, sentence: str, url: str) -> None:
    """Tell what was done; the button beside it posts to `url`, which takes it back. Empty: it cannot be taken back."""
    messages.success(request, sentence, extra_tags=url)
