"""What the installation says about its own processes, in both languages.

`./tornvakt start` reports a process that died or stopped answering as an alarm of its own account,
in Swedish on the wire so that `./tornvakt signals` can be read. The two sentences it uses are known
here; anything else it says is shown as it stands.
"""

import re

_PROCESSES = {
    "mottagaren": "the receiver",
    "arbetaren": "the worker",
    "webben": "the web",
    "nattjobben": "the night jobs",
}
_DIED = re.compile(r"(?P<name>\w+) avslutades oväntat \((?P<how>signal|slutkod) (?P<code>\d+)\)")
_STUCK = re.compile(r"(?P<name>\w+) slutade svara")
_HOW = {"signal": "signal", "slutkod": "exit code"}


def titles(said: str) -> tuple[str, str]:
    """Return the Swedish and the English title of the alarm that ``said`` raises."""
    found = _DIED.match(said)
    if found:
        name, how = _english(found["name"]), _HOW[found["how"]]
        return (
            f"{found['name']} avslutades oväntat och startas om · {found['how']} {found['code']}",
            f"{name} ended unexpectedly and is being restarted · {how} {found['code']}",
        )
    found = _STUCK.match(said)
    if found:
        return (
            f"{found['name']} slutade svara och startas om",
            f"{_english(found['name'])} stopped answering and is being restarted",
        )
    return said, said


def _english(name: str) -> str:
    english = _PROCESSES.get(name.lower(), name)
    return english[:1].upper() + english[1:]
