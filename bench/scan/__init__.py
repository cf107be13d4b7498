"""How long a scan of a large tree takes beside `git grep`, and how much memory."""
