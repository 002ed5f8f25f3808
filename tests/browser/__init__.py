"""Walks in headless Chromium, on the demo as `script/server` runs it."""
