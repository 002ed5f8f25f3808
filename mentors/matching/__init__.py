"""Matching pupils with mentors as a computation: frozen dataclasses in, typed results out; no table, no clock.

`problem` says what is wanted, `solve` finds the match, `quality` judges it, `shortage` says what would make it whole,
`spread` fills places evenly.
"""
