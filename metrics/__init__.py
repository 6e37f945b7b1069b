"""Pure formulas: one concept a file, no clock, no I/O. Start at the README's "Where is…" table."""
