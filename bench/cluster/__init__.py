"""Several nodes over one Redis: what they cost, and what that says of sizes that can't be measured here."""
