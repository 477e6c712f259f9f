"""A coherent synthetic country and the registries' faulty copies of it."""

from sandbox.world.building import build

__all__ = ["build"]
