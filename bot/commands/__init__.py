"""One module a command of `deskhand`: its arguments, its text for people, its JSON."""
