"""The model that every other part speaks, and its JSON form."""
