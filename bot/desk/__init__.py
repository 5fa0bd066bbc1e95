"""The embedded desk: `embedded` makes its prices and runs, `ingestion` is its pipeline, `demo` breaks and mends it."""
