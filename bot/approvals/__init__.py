"""What people decide: narratives, drafts, actions, prompts.

`rules` is the domain without storage, `service` the transactions, `wording` what the person who clicked is told.
"""
