"""From a long session in which the paths part to the shortest one that still does."""
