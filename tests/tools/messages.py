"""messages.py: prints what the programs and the scripts can log, for tests/suite/messages.bats.

Each line is one part of a message. A message is cut at each ": ", because such parts are put
together at run time. A … stands for what only the run time knows.

In C, each string of two words or more counts as a message, so that no new message is missed. A
string that is never logged has to be named below, if it has no newline. A string of one word is a
message if it becomes an event or a reason, or names a fault, a setting or a step. In shell, a
message is what `fail` and `die` get, what `echo` writes to stderr, and what run.sh remarks.

A family of messages has one row: each of them says itself what is wrong, and one remedy fits all.
"""
import re
from pathlib import Path

NEVER_LOGGED = {
    '{\\"data\\":\\"the second half is cut off\\"}',
    "%zu record%s skipped",  # in a reply
    "%s %s",  # a field of a login, and what is wrong with it
    # the name of a Redis, for ssactl
    "the master that is known to ",
    "the cluster of ",
    # in the names of keys in Redis
    "attempts of user and address",
    "attempts of user",
    "attempts of address",
    "user and address",
}
# What these files say goes to clients, or to a terminal.
OTHER_FILES = {"reply.c", "edit.c"}

# What the row of a family begins with, its file, and what its messages look like.
FAMILIES = [
    ("parameter …", "query.c", ""),
    ("parameter …", "condition.c", ""),
    ("parameter …", "info.c", "the query"),
    ("Prefer", "faults.c", "Prefer"),
    ("not JSON at line …, column …", "malformed.c", ""),
    ("API token left out", "tokens.c", ""),
    ("REDIS_URL", "redis_url.c", ""),
    ("must be …", "config.c", "must be|is too long|, and not less"),
    ("a sentinel …", "sentinel.c", "(a sentinel|REDIS_URL) "),
    ("set …", "server_settings.c", "set (min|append)"),
    ("run.sh", "run.sh", ""),
    ("", "dist.sh", ""),
    ("", "", r".*\brun [`'\w]"),  # in any script
]

STRING = r'"(?:[^"\\\n]|\\.)*"'
COMMENT = re.compile(rf"/\*.*?\*/|//[^\n]*|({STRING}|'(?:[^'\\]|\\.)*')", re.S)
SEVERAL_WORDS = re.compile(r"\w[:*,]? [\w%*(]")
ROLES = re.compile(
    r"log_event\([^,]*|\b(?:event|why) = [^;]*|refuse\([^;]*"
    r"|\bfail\(\s*\w+,\s*[^,]*|\[DATAFILE_\w+\] = [^,]*"
)
IN_SHELL = re.compile(r'(?:\b(?:fail|die) |\b(?:remark|because)=|\becho (?=.*>&\d))"(.*)"')


def strings(code):
    """Strings that stand side by side are one. A space at an end means that something follows."""
    for group in re.findall(rf"{STRING}(?:\s*{STRING})*", code):
        text = re.sub(r'"\s*"', "", group[1:-1])
        yield text, re.sub(r"%z?[a-z]", "…", re.sub(r"^ ", "… ", re.sub(r" $", " …", text)))


def define(name):
    """What a macro stands for, or a … for a parameter."""
    return LIMITS.get(name, '"…"')


def of_c(source):
    source = COMMENT.sub(lambda found: found[1] or " ", source).replace("\\\n", "\n")
    source = re.sub(r"TEXT_OF\(\s*(\w+)\)", lambda found: define(found[1]), source)
    source = re.sub(r"^\s*#\s*include.*|_Static_assert[^;]*", "", source, flags=re.M)
    for text, message in strings(source):
        if SEVERAL_WORDS.search(text) and text not in NEVER_LOGGED and r"\n" not in text:
            # The log writes a backslash as \x5c.
            yield message.replace(r"\\", r"\x5c")
    for role in ROLES.findall(source):
        yield from (message for _, message in strings(role) if re.fullmatch(r"\w+", message))


def of_shell(source):
    for message in IN_SHELL.findall(source):
        before = None
        while message != before:  # from the innermost expansion on
            before, message = message, re.sub(r"\$(?:\w+|\{[^{}]*\}|\([^()]*\))", "…", message)
        if "usage: " not in message:
            yield message.replace("\\`", "`")


LIMITS = {}  # the numbers of TEXT_OF
for path in Path("libcommon").glob("*/*.[ch]"):
    LIMITS.update((name, f'"{value}"') for name, value in re.findall(r"#define (\w+) +(\d+)\b", path.read_text()))


def rows(path, messages):
    """The messages of a file, each family as one."""
    for message in messages:
        yield next((row for row, file, pattern in FAMILIES
                    if file == path.name or not file and path.suffix == ".sh" if re.match(pattern, message)), message)


messages = []
for path in sorted([*Path("libcommon").glob("*/*.[ch]"), *Path("cgi-bin").glob("*.c")]):
    if path.name not in OTHER_FILES:
        messages += rows(path, of_c(path.read_text()))
for path in Path("scripts").glob("*.sh"):
    messages += rows(path, of_shell(path.read_text()))
parts = {part.strip() for message in messages for part in message.split(": ")}
print("\n".join(sorted(parts - {"…", ""})))
