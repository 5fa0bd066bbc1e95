"""One Markdown file a prompt version, `<id>.v<version>.md`, and `lock.json` with the hashes of approved ones.

Front matter says who owns a version, its status, risk, policies and variables; the body is a sandboxed template.
"""
