"""Reminders 提醒: who is told what is open, when, in which words."""
