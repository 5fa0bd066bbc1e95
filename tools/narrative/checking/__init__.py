"""How the checker reads: characters, quantities and dates, words people use for figures, and the facts as bit masks."""
