"""Publication: disclosure control, immutable releases, and the figures as other programs read them."""
