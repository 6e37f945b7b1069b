"""HTTP routes: parse, call, serialise."""
