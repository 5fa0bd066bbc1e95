"""Makes this folder's helpers (`tool_fakes`) importable for its subfolders too."""

from tools.narrative.checking.weighing import fitted

fitted()  # read from disk once; where the bot checks texts it does so in a thread
