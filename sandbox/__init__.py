"""Stand-ins for the registries: a coherent synthetic country, and the servers that serve it."""
