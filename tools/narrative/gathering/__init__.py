"""From a run to its facts, a module a subject: `gather` puts them together on one sheet."""
