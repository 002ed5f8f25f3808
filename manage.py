#!/usr/bin/env python
"""Django's command line for the mentor system."""

import os
import sys


def main() -> None:
    """Run one management command with the project's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentorship.settings")
    from django.core.management import (
        execute_from_command_line,
    )  # after the settings module is named

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
