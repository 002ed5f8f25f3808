"""The papers: what they say, how they are set, printed and looked after on the shelf."""
