"""The form by which files are put beside something that many read: papers beside the plan, material of a training."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile

from core.errors import DomainError
from core.fields import TaglessForm
from core.files import HANDOUT_BYTES
from core.saving import ELSE, attempt, refuse


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files at once; the value is their list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ManyFilesInput(attrs={"accept": "image/*,application/pdf"}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Each of the files, at least one."""
        given = data if isinstance(data, (list, tuple)) else [data]
        single = super().clean
        return [single(item, initial) for item in given] or [single(None, initial)]


class HandoutsForm(TaglessForm):
    """Files to be handed out."""

    field_of: ClassVar = {ELSE: "uploads"}

    uploads = ManyFilesField(
        label="选择 PDF 或照片",
        max_length=200,
        error_messages={
            "required": "请先选择文件。",
            "empty": "有一个文件是空的，请换一个。",
            "invalid": "请先选择文件。",
            "max_length": "文件名太长了，请改短再上传。",
        },
    )

    def handed_in(self, add: Callable[..., object]) -> int:
        """Give each file of a valid form to the service `add` as `data` and `name`; how many are kept.

        0 where one was refused: the form says which one, why, and how many are kept before it.
        """
        uploads = self.cleaned_data["uploads"]
        for added, upload in enumerate(uploads):
            # One byte more than may be kept tells that it is too large: no more of it is read.
            data, name = upload.read(HANDOUT_BYTES + 1), upload.name or ""
            done = attempt(partial(add, data=data, name=name))
            if isinstance(done, DomainError):
                kept = f"前 {added} 个已保存。" if added else ""
                refuse(self, DomainError(done.code, f"{kept}“{name}”：{done.message}"))
                return 0
        return len(uploads)
