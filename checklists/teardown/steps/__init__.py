"""Which steps each kind of thing needs. One room a phase; none knows the others but by the ids of their steps."""
