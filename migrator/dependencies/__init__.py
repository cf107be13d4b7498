"""What an application imports, as its own files declare it, in an environment of its own."""
