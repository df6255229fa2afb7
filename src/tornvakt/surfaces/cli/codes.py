"""What the commands' exit codes mean. Scripts may rely on them; docs/reference/kommandon.md."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    NO = 1  # the answer is no: damage found, a proof failed, something wrong
    BAD_INPUT = 2
    MISSING = 3  # something is missing on the machine
    IO_ERROR = 74  # the disk failed (EX_IOERR of sysexits.h)
    INTERRUPTED = 130  # Ctrl-C, as shells say it


class Stop(Exception):
    """End the command with one Swedish line on stderr and an exit code."""

    def __init__(self, line: str, code: ExitCode = ExitCode.BAD_INPUT) -> None:
        super().__init__(line)
        self.code = code
