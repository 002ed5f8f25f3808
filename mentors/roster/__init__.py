"""The teachers' roster and the mentor matrix in and out; entries that stand twice."""
