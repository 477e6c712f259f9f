"""The synthetic country served over the registries' real protocols, in their real formats."""
