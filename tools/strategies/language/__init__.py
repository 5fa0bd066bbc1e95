"""Trading English to a specification: words to tokens, tokens to a parse by the grammar, the parse to conditions."""
