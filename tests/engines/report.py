"""The table of a run, a line for each case as it ends."""

from history import LOST, UNDONE

COLUMNS = (
    ("case", 30), ("mode", 5), ("requests", 9), ("503", 6), ("other", 6), ("down s", 7), ("last 503", 9),
    ("switch", 7), ("lost", 5), ("undone", 7), ("slowest", 8))

LEGEND = """\
down s: the engines took no write. last 503: seconds after they did again. switch: seconds from
+switch-master to the last 503. lost, undone: tickets. other: failures that were no honest 503.
"""


def head():
    print(LEGEND)
    print("".join(f"{name:<{width}}" if i < 2 else f"{name:>{width}}" for i, (name, width) in enumerate(COLUMNS)), flush=True)


def number(value, form=".2f"):
    return "-" if value is None else format(value, form)


def line(result):
    widths = [width for _, width in COLUMNS]
    texts = [result.name, result.mode]
    if result.verdict:
        texts += [str(result.requests), str(result.refused), str(result.other), number(result.down), number(result.late),
                  number(result.after_switch), str(result.verdict.tickets(LOST)), str(result.verdict.tickets(UNDONE)),
                  number(result.slowest)]
    row = "".join(f"{text:<{width}}" if i < 2 else f"{text:>{width}}" for i, (text, width) in enumerate(zip(texts, widths)))
    print(row + ("  planted, and seen" if result.planted and not result.faults else "  FAILED" if result.faults else "  ok"))
    for fault in result.faults:
        print(f"    {fault}")
    print(end="", flush=True)
