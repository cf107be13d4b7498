"""Would this dual run have noticed? Faults are put into what the new path sent, and looked for as always."""
