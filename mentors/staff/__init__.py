"""The school's people: accounts, leaving, moving, readiness, training, badges, certificates."""
