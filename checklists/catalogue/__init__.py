"""What there is to do: items and phases as data, in the TOML files beside this one; teams add and change."""
