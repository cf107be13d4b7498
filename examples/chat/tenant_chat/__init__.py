"""A chat for the people of one tenant."""
