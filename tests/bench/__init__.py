"""The generator and the walk of the benchmarks."""
