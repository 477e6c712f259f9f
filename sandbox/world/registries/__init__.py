"""The registries' copies of the country: one module for each part of a registry."""
