"""What happens to a service of a given size when much of it goes wrong at once. Seeded: a seed gives the same again."""
