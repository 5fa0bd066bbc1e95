"""How the bot is used and how good it is: figures from what the database keeps, the same for people and for Prometheus.

`activity` reads the audit once, `figures` says what each figure means, `book` measures a period, `exposition` writes it for
Prometheus, `feedback` keeps what people think of answers.
"""
