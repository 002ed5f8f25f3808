"""The papers of figures."""
