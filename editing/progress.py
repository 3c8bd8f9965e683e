"""How far a command is, for whoever watches it."""

WIDTH = 30


class ProgressBar:
    """A bar on one line of a terminal. In a log it is a line for each tenth."""

    def __init__(self, stream):
        self.stream = stream
        self.terminal = stream.isatty()
        self.shown = None

    def show(self, share: float, words: str) -> None:
        """Show that this `share` of all, from 0 to 1, is done, and what that is in words."""
        share = min(1, share)
        line = f"[{'#' * int(share * WIDTH):<{WIDTH}}] {share:4.0%}  {words}"
        if self.terminal:
            # Spaces blank out the rest of a longer line before.
            self.stream.write(f"\r{line:<100.100}", ending="\n" if share == 1 else "")
        elif self.shown != int(share * 10):
            self.stream.write(line)
        self.shown = int(share * 10)
