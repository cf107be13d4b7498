"""From comparisons to a verdict."""
