"""What is known of the running product."""

from upkeep.queries.backups import last_backup

__all__ = ["last_backup"]
