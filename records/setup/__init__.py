"""Setting a school up: name and emergency card, calendar, what it uses, first weeks. It knows all wings below."""
