"""What the mentors of a class write together: case meetings 小教研, hand-over notes 交接说明."""
