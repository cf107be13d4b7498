"""One module a subcommand; each turns its options into one call and the result into output and an exit status."""
