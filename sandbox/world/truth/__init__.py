"""Ground truth: who is who, who takes part in what in each month, and the indicators of a perfect registry."""
