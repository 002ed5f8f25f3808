"""德育室: dashboards, the plan's pages."""
