"""What clients do and receive, in one form for both paths, and its files."""
