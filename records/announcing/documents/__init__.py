"""An announcement on paper."""
