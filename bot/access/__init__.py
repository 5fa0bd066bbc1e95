"""Who may do what: the permissions of each role, and the roles of a person from Slack's user groups.

Asked at the moment something runs; on any doubt a person is a viewer.
"""
