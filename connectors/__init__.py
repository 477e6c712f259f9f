"""Connectors: one module per registry, and the shared code that lands and loads what they deliver."""
