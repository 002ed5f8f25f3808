"""The demo: 青竹小学 and 江城一中 under 江城市教育局, invented people, deterministic from a seed."""
