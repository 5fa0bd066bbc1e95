"""Digests kept in the database and posted by whichever replica claims a slot first."""
