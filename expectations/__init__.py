"""Expectations: what must hold of the data at each stage, the gate that judges it, and the pages that show it."""
