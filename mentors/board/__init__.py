"""The class board, a pupil's mentors, the class's team, exceptions from the cap."""
