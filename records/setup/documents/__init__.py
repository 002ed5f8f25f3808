"""What a school hands out about itself: the plan as a paper, the calendar as a file. No request, no database."""
