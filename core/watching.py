"""Which of Django's checks are the product's own: the page 状态 shows what they say, beside `manage.py check`."""

from typing import Final

#: The tag of checks whose message and hint are written for 管理员: what is wrong, and what to do.
HOUSE: Final = "house"
