"""Pictures of a report as SVG: geometry in Python, one template that prints and escapes it."""
