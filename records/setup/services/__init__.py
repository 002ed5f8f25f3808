"""Writers of what a school says of itself; each checks the actor and is logged."""
