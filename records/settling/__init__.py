"""期末材料: what a school hands in and hands out at the end of a term."""
