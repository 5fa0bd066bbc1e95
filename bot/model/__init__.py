"""The one place that talks to a language model: any endpoint that speaks Chat Completions, through `openai`.

`client` asks and validates, `schema` makes a pydantic model fit for strict output, `answer` reads what came back.
"""
