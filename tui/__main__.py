"""`python -m tui`: the same as `stormdesk`, for the desk's own child process."""

from tui.main import main

main()
