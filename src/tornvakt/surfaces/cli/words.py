"""The command line's own grammar in Swedish.

Typer's parser writes its headings and complaints in fixed English. They are few, so finished
text is turned here, line by line. A phrase that is missing below appears in English; a test asks
every command for its help and each kind of mistake for its line, and finds it.
"""

import errno
import re
import socket

_HELP = [
    (r"^Usage: ", "Användning: "),
    (r"\[OPTIONS\]", "[VÄXLAR]"),
    (r"COMMAND \[ARGS\]\.\.\.", "KOMMANDO ..."),
    (r"^Options:$", "Växlar:"),
    (r"^Arguments:$", "Argument:"),
    (r"^Commands:$", "Kommandon:"),
    (r"Show this message and exit\.", "Visa den här hjälpen."),
    (r"\[default: ", "[annars: "),
    (r"; default: ", "; annars: "),
    (r"\[default:$", "[annars:"),
    (r"([\[ ;])required\]", r"\1måste anges]"),
    (r"\[annars:(\s+)\(([^)]*)\)", r"[annars:\1\2"),
    (r"([\[;]\s*)(\d+)<=x<=(\d+)\]", r"\1\2 till \3]"),
    (r"([\[;]\s*)x>=([\d.]+)\]", r"\1minst \2]"),
    # A Swedish decimal comma, where a value stands alone in the brackets at the end.
    (r"((?:annars:|minst|;|till)\s+\d+)\.(\d+)(?=[;\]]|\s*till)", r"\1,\2"),
    (r"\{([A-ZÅÄÖ]+)\}", r"\1"),
    # The widths stay as they are: the columns are already laid.
    (r"(?<= )INTEGER RANGE(?= |$)", "HELTAL       "),
    (r"(?<= )INTEGER(?= |$)", "HELTAL "),
    (r"(?<= )FLOAT RANGE(?= |$)", "TAL        "),
    (r"(?<= )FLOAT(?= |$)", "TAL  "),
    (r" <str>(?= )", "      "),
    (r" <int range>(?= )", " HELTAL     "),
    (r" <int>(?= )", " TAL  "),
    (r" <float range>(?= )", " TAL          "),
    (r" <float>(?= )", " TAL    "),
    (r" <path>(?= )", " FIL   "),
    (r" <list\[str\]>(?= )", " ORD        "),
    (r"(?<= )DIRECTORY(?= |$)", "KATALOG  "),
    (r"(?<= )FILE(?= |$)", "FIL "),
]

_COMPLAINTS = [
    (r"Input should be a valid integer.*?(?=$)", "skriv ett heltal."),
    (r"Input should be a valid number.*?(?=$)", "skriv ett tal."),
    (r"Input should be less than or equal to (\S+)", r"högst \1."),
    (r"Input should be greater than or equal to (\S+)", r"minst \1."),
    (r"((?:minst|högst) \d+)\.(\d+\.)", r"\1,\2"),
    (r"Input should be (?:less|greater) than (\S+)", r"inte \1 eller bortom."),
    (r"Value error, ", ""),
    (r"^No such command '(.*?)'\.", r"kommandot \1 finns inte."),
    (r"^No such option '?(.*?)'?\.?(?= |$)", r"växeln \1 finns inte."),
    (r"^No such option: (\S+)", r"växeln \1 finns inte."),
    (r" ?\(Possible options: (.*)\)", r" Menade du \1?"),
    (r" ?Did you mean (.*)\?", r" Menade du \1?"),
    (r"^Missing command\.", "vilket kommando?"),
    (r"^Missing option '(.*?)'\.?", r"växeln \1 måste anges."),
    (r"^Missing argument '(.*?)'\.?", r"\1 måste anges."),
    (r"^Invalid value for '(.*?)': (.*)", r"\1: \2"),
    (r"^Invalid value: (.*)", r"\1"),
    (r"Value '(.*?)' is not a valid (?:integer|int)( range)?\.?", r"\1 är inget heltal."),
    (r"'(.*?)' is not a valid (?:integer|int)( range)?\.?", r"\1 är inget heltal."),
    (r"(?:Value )?'(.*?)' is not a valid (?:float|number)( range)?\.?", r"\1 är inget tal."),
    (r"(?:Value )?'(.*?)' is not one of (.*?)\.?$", r"\1 är inte något av \2."),
    (r"(?:Value )?'?(\S+?)'? is not in the range (.*?)\.?$", r"\1 ligger inte i \2."),
    (r"^Option '(.*?)' does not take a value\.", r"växeln \1 tar inget värde."),
    (r"^Option '(.*?)' requires an argument\.", r"växeln \1 behöver ett värde."),
    (r"^Got unexpected extra arguments?(?:\(s\))? \((.*)\)", r"vad betyder \1 här?"),
    (r"(?i:directory|file|path) '(.*?)' does not exist\.?", r"\1 finns inte."),
    (r"(?i:directory|path) '(.*?)' is a file\.?", r"\1 är en fil."),
    (r"(?i:file|path) '(.*?)' is a directory\.?", r"\1 är en katalog."),
    (r"(?i:directory|file|path) '(.*?)' is not (?:readable|writable)\.?", r"\1 får inte användas."),
]


def swedish_help(text: str) -> str:
    """Turn a page of help. Only the parser's own phrases change; ours are Swedish already."""
    for pattern, swedish in _HELP:
        text = re.sub(pattern, swedish, text, flags=re.MULTILINE)
    return text


def swedish_complaint(text: str) -> str:
    """Turn the parser's complaint about what was typed into one Swedish line."""
    text = " ".join(text.split())
    for pattern, swedish in _COMPLAINTS:
        text = re.sub(pattern, swedish, text)
    return text


_OS_ERRORS = {
    errno.ENOENT: "finns inte",
    errno.EACCES: "åtkomst nekas",
    errno.EPERM: "åtkomst nekas",
    errno.EEXIST: "är ingen katalog",
    errno.ENOTDIR: "är ingen katalog",
    errno.EISDIR: "är en katalog",
    errno.ENOSPC: "disken är full",
    errno.EROFS: "disken är skrivskyddad",
    errno.EIO: "disken svarar inte som den ska",
    errno.EADDRINUSE: "den är upptagen",
    errno.ECONNREFUSED: "inget lyssnar där",
    errno.ETIMEDOUT: "inget svar",
    errno.EHOSTUNREACH: "ingen väg dit",
    errno.ENETUNREACH: "ingen väg dit",
    errno.EADDRNOTAVAIL: "adressen hör inte till den här maskinen",
    errno.EMFILE: "för många öppna filer",
}


def swedish_error(error: OSError) -> str:
    """Say in Swedish what the system refused; what we have no words for keeps the system's own."""
    if isinstance(error, socket.gaierror):
        return "adressen finns inte"
    if isinstance(error, TimeoutError):
        return "inget svar"
    return _OS_ERRORS.get(error.errno or 0, error.strerror or str(error))
