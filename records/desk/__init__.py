"""The mentor's desk: roster table, logging, timeline, drafts, history, plans of visits."""
