"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentorship.settings")
# Longer than any page needs: whoever waits has gone by then.
os.environ.setdefault("STATEMENT_SECONDS", "30")

application = get_wsgi_application()

from accounts.services.opening import say_who_opens  # noqa: E402 - models are loaded only now
from students.keywatch import say_at_start  # noqa: E402 - likewise

say_at_start()
say_who_opens()
