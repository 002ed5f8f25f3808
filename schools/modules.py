"""Modules that a school leaves unused: their addresses are not there for it."""

from collections.abc import Callable
from typing import Any, TypeVar

from schools.enums import Module
from schools.models import School

P = TypeVar("P", bound=list[Any])


def part_of(module: Module, patterns: P) -> P:
    """Mark the views of `patterns` as parts of `module`: for a school that does not use it they answer 404.

    The gates read the mark: the one of accounts (`accounts.middleware`) and the one of slips (`students.family`).
    """
    for pattern in patterns:
        pattern.callback.module = module
    return patterns


def module_of(view: Callable[..., Any] | None) -> Module | None:
    """The module that `view` is a part of; None for what every school has."""
    return getattr(view, "module", None)


def is_there(view: Callable[..., Any] | None, school: School | None) -> bool:
    """Whether `view` is to be seen in `school`; without a school, as for bureaus, everything is."""
    module = module_of(view)
    return module is None or school is None or module in school.in_use
