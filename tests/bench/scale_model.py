#!/usr/bin/python3
"""What a number of live sessions needs, computed from the figures of sizing.py.

scale_model.py         prints the tables
scale_model.py check   checks the model by itself, and the measured point and docs against it
scale_model.py table   prints the table of docs/scaling.md
scale_model.py draw    writes docs/scaling.svg

All functions are pure: they know a dictionary of measured inputs (sizing.json) and the assumptions
below, and no server."""

import json
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
INPUTS = HERE / "sizing.json"
FIGURE = HERE.parent.parent / "docs" / "scaling.svg"
PAGE = HERE.parent.parent / "docs" / "scaling.md"
SCALES = (10_000, 1_000_000, 100_000_000)

# What nobody can measure here. docs/scaling.md tells why each has this value.
ASSUMED = {
    "login_s": 43_200,        # a login lasts so long (SSA_TICKET_MAX)
    "renewal_s": 7_200,       # and is renewed so often (SSA_TICKET_TTL)
    "request_s": 60,          # a live session asks for info so often
    "peak": 10,               # in the morning there are so many times the average logins
    "headroom": 1.4,
    "copies": 2,              # a master and one replica
    "shard_bytes": 8e9,       # the data of one Redis, so that a copy of it fits into 16 GB
    "node_processors": 2,     # as on the machine of the measurements
    "tickets_a_user": 1,      # the layout that needs the most memory
}
LIMITS = {"argon2": "Argon2id, processors of a node", "requests": "requests of a node",
          "memory": "memory of one Redis", "commands": "processor of one Redis"}

SHORT = {"argon2": "Argon2id", "requests": "requests", "memory": "Redis's memory",
         "commands": "Redis's processor"}


# --- Memory ---------------------------------------------------------------------------------------

def keys(sessions, tickets_a_user):
    """A key for each ticket, and one for the index of each user."""
    return sessions + math.ceil(sessions / tickets_a_user)


def table_bytes(count):
    """Redis has two hash tables, of the keys and of their expiry. A table is an array of pointers
    that doubles when it is full: its share of a session depends on the number of sessions."""
    return 2 * 8 * 2 ** max(2, math.ceil(math.log2(count)))


def entry_bytes(measured):
    """What a session needs besides the tables, at the number of sessions of the measurement."""
    count = keys(measured["sessions"], measured["tickets_a_user"])
    return (measured["bytes"] - table_bytes(count)) / measured["sessions"]


def memory(inputs, sessions, tickets_a_user):
    """The bytes of one Redis with so many sessions."""
    fit = inputs["memory"][str(tickets_a_user)]["fit"]
    return sessions * entry_bytes(fit) + table_bytes(keys(sessions, tickets_a_user))


# --- Rates and what they need ---------------------------------------------------------------------

def rates(sessions, assumed):
    """Requests a second. The renewals of those who logged in during the peak come as close
    together as their logins did."""
    logins, renewals = sessions / assumed["login_s"], sessions / assumed["renewal_s"]
    return {"logins": logins, "renewals": renewals, "peak_logins": logins * assumed["peak"],
            "peak_renewals": max(renewals, logins * assumed["peak"]),
            "requests": sessions / assumed["request_s"]}


def node_share(inputs, info, tickets):
    """The part of a node's time that so many requests of `info` and of `ticket` a second take,
    without the hashes."""
    return info / inputs["node"]["info"] + tickets / inputs["node"]["ticket"]


def redis_share(inputs, info, logins, renewals):
    """The part of the time of Redis's one thread."""
    each = {kind: found["round_trips"] * inputs["redis_us"]["trip"]
            + sum(found["commands"].values()) * inputs["redis_us"]["command"]
            for kind, found in inputs["requests"].items()}
    return (info * each["info"] + logins * each["login"] + renewals * each["renewal"]) / 1e6


def commands(inputs, info, logins, renewals):
    each = {kind: sum(found["commands"].values()) for kind, found in inputs["requests"].items()}
    return info * each["info"] + logins * each["login"] + renewals * each["renewal"]


def logins_a_core(inputs):
    """What other work of the machine takes from a measurement does not count."""
    return max(inputs["logins_a_core"].values())


def shards(inputs, sessions, busy, assumed):
    """Masters, so that none has more data than it may, nor more work than its thread can do."""
    count = max(1, math.ceil(busy * assumed["headroom"]))
    while memory(inputs, math.ceil(sessions / count), assumed["tickets_a_user"]) \
            * assumed["headroom"] > assumed["shard_bytes"]:
        count += 1
    return count


def needs(inputs, sessions, assumed=None):
    a = {**ASSUMED, **(assumed or {})}
    r = rates(sessions, a)
    at_peak = (r["requests"], r["peak_logins"], r["peak_renewals"])
    node = node_share(inputs, r["requests"], r["peak_logins"] + r["peak_renewals"])
    redis = redis_share(inputs, *at_peak)
    data = memory(inputs, sessions, a["tickets_a_user"])
    cores = r["peak_logins"] / logins_a_core(inputs)
    return {
        "sessions": sessions, **r, "bytes": data,
        "all_bytes": data * a["copies"] * a["headroom"],
        "cores_average": r["logins"] / logins_a_core(inputs), "cores": cores,
        "commands": commands(inputs, r["requests"], r["logins"], r["renewals"]),
        "peak_commands": commands(inputs, *at_peak),
        "nodes": max(1, math.ceil(node * a["headroom"])),
        "argon2_nodes": max(1, math.ceil(cores * a["headroom"] / a["node_processors"])),
        "shards": shards(inputs, sessions, redis, a),
        # What is used of one node and one Redis. 1: all of it.
        "used": {"argon2": cores / a["node_processors"], "requests": node,
                 "memory": data / a["shard_bytes"], "commands": redis},
    }


def capacity(inputs, limit, assumed=None):
    """So many live sessions fill one node or one Redis."""
    low, high = 1, 10 ** 12
    while high - low > low / 1000 + 1:
        middle = (low + high) // 2
        if needs_one(inputs, middle, limit, assumed) > 1:
            high = middle
        else:
            low = middle
    return low


def needs_one(inputs, sessions, limit, assumed):
    """needs()["used"][limit], without counting shards."""
    a = {**ASSUMED, **(assumed or {})}
    r = rates(sessions, a)
    if limit == "argon2":
        return r["peak_logins"] / logins_a_core(inputs) / a["node_processors"]
    if limit == "requests":
        return node_share(inputs, r["requests"], r["peak_logins"] + r["peak_renewals"])
    if limit == "memory":
        return memory(inputs, sessions, a["tickets_a_user"]) / a["shard_bytes"]
    return redis_share(inputs, r["requests"], r["peak_logins"], r["peak_renewals"])


# --- A morning ------------------------------------------------------------------------------------

STEP_S = 10
MORNING_S = 5 * 3600


def morning(inputs, sessions, nodes=1, assumed=None):
    """Simulates a morning, in steps of STEP_S: everybody comes, first few, then more, at last few
    again, with the assumed peak in the middle. A login that gets no processor comes again in the
    next step. Renewals follow the logins. Returns a list of what there is at each step; `used` is
    what the clients ask for, as a part of the nodes and of one Redis."""
    a = {**ASSUMED, **(assumed or {})}
    peak = sessions / a["login_s"] * a["peak"]
    half = sessions / peak  # seconds from the first to the peak, and from there to the last
    limit = nodes * a["node_processors"] * logins_a_core(inputs)
    steps, made, waiting, live = [], [], 0.0, 0.0
    for number in range(MORNING_S // STEP_S):
        at = (number + 0.5) * STEP_S
        arrive = max(0.0, peak * (1 - abs(at - half) / half))
        waiting += arrive * STEP_S
        done = min(waiting, limit * STEP_S)
        waiting -= done
        live += done
        before = number - a["renewal_s"] // STEP_S
        renew = (made[before]["done"] + made[before]["renew"]) / STEP_S if before >= 0 else 0.0
        made.append({"done": done, "renew": renew * STEP_S})
        info = live / a["request_s"]
        steps.append({
            "at": at, "arrive": arrive, "logins": done / STEP_S, "renewals": renew,
            "waiting": waiting, "live": live,
            "used": {"argon2": arrive / limit,
                     "requests": node_share(inputs, info, arrive + renew) / nodes,
                     "memory": memory(inputs, max(1, math.ceil(live)), a["tickets_a_user"])
                     / a["shard_bytes"],
                     "commands": redis_share(inputs, info, arrive, renew)}})
    return steps


def first_break(steps):
    """(seconds since the first client, limit, used) of the limit that is passed first. The seconds
    are None if no limit is passed; then it is the limit of which most is used."""
    for step in steps:
        limit = max(step["used"], key=step["used"].get)
        if step["used"][limit] > 1:
            return step["at"], limit, step["used"][limit]
    limit, used = max(((limit, used) for step in steps for limit, used in step["used"].items()),
                      key=lambda pair: pair[1])
    return None, limit, used


# --- Tables ---------------------------------------------------------------------------------------

def rounded(value):
    """Three digits, because no input is known better."""
    return round(value, 2 - math.floor(math.log10(value)))


def number(value):
    """Numbers of machines, which are integers, stay as they are."""
    return f"{value if isinstance(value, int) else rounded(value):,.0f}" if value >= 10 else f"{value:.2g}"


def size(value):
    value, unit = (value / 1e9, "GB") if value >= 1e9 else (value / 1e6, "MB")
    return f"{rounded(value):,g} {unit}"


def rows(inputs):
    all_needs = [needs(inputs, sessions) for sessions in SCALES]
    for name, of in (
            ("Redis memory, one copy", lambda n: size(n["bytes"])),
            ("with a replica and 40 % headroom", lambda n: size(n["all_bytes"])),
            ("logins/s, average", lambda n: number(n["logins"])),
            ("logins/s, peak", lambda n: number(n["peak_logins"])),
            ("renewals/s, average", lambda n: number(n["renewals"])),
            ("renewals/s, after the peak", lambda n: number(n["peak_renewals"])),
            ("other requests/s", lambda n: number(n["requests"])),
            ("processors for Argon2id, average", lambda n: number(n["cores_average"])),
            ("processors for Argon2id, peak", lambda n: number(n["cores"])),
            ("commands/s of Redis, average", lambda n: number(n["commands"])),
            ("commands/s of Redis, peak", lambda n: number(n["peak_commands"])),
            ("nodes for the hashes", lambda n: number(n["argon2_nodes"])),
            ("nodes for all other work", lambda n: number(n["nodes"])),
            ("masters of Redis", lambda n: number(n["shards"]))):
        yield [name, *map(of, all_needs)]
    yield ["breaks first, with one node and one Redis", *(told(first_break(morning(inputs, sessions)))
                               for sessions in SCALES)]


def told(found):
    at, limit, used = found
    if at is None:
        return f"nothing; {SHORT[limit]}: {used * 100:.0f} % used"
    limit = SHORT[limit]
    return f"{limit}, after {at:.0f} s" if at < 100 else f"{limit}, after {at / 60:.0f} min"


def markdown(inputs):
    head = ["live sessions", *(f"{sessions:,}" for sessions in SCALES)]
    return ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows(inputs)]]


def deviations(inputs):
    """For each layout that was measured: (tickets a user, measured bytes, model's bytes)."""
    for tickets, found in inputs["memory"].items():
        point = found["point"]
        yield int(tickets), point, memory(inputs, point["sessions"], int(tickets))


def text(inputs):
    out = [[""] + [f"{sessions:,}" for sessions in SCALES], *rows(inputs)]
    widths = [max(len(row[i]) for row in out) for i in range(len(out[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
             for row in out]
    lines += ["", "One node or one Redis is full at so many live sessions:"]
    lines += [f"  {name}: {number(float(capacity(inputs, limit)))}" for limit, name in LIMITS.items()]
    lines += ["", "The model, from a tenth of the sessions, and the measured point:"]
    for tickets, point, model in deviations(inputs):
        lines.append(f"  {point['sessions']:,} sessions, {tickets} a user: measured "
                     f"{point['bytes'] / point['sessions']:.1f} bytes a session, model "
                     f"{model / point['sessions']:.1f} ({model / point['bytes'] - 1:+.2%})")
    return "\n".join(lines)


# --- Figure ---------------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, TOP, GAP = 400, 260, 62, 92, 84
GREY = "#858f99"  # these colours are readable on white and on black
COLOURS = {"argon2": "#d9822b", "requests": "#2f81f7", "memory": "#2da44e", "commands": "#a371f7"}
SESSIONS = (3, 8.5)   # powers of ten
UNITS = (-4, 4)


def polyline(points, colour, title, dashed=False):
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (f'<polyline points="{at}" fill="none" stroke="{colour}" stroke-width="2"{dash}>'
            f"<title>{title}</title></polyline>")


def word(x, y, what, anchor="start", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{what}</text>'


def needs_panel(inputs):
    def x(power):
        return LEFT + WIDTH * (power - SESSIONS[0]) / (SESSIONS[1] - SESSIONS[0])

    def y(units):
        share = (math.log10(units) - UNITS[0]) / (UNITS[1] - UNITS[0])
        return TOP + HEIGHT * (1 - min(max(share, 0), 1))

    out = [word(LEFT, TOP - 14, "used at the peak, in nodes and in Redis servers", more=' font-weight="bold"')]
    for power in range(UNITS[0], UNITS[1] + 1):
        strong = ' stroke-width="2"' if power == 0 else ' stroke-opacity=".3"'
        out.append(f'<path d="M{LEFT} {y(10 ** power):.1f}h{WIDTH}" stroke="{GREY}"{strong}/>')
        out.append(word(LEFT - 6, y(10 ** power) + 4, f"{10 ** power:,g}", "end"))
    out.append(word(LEFT + 6, y(1) - 5, "all of one"))
    for power in (4, 6, 8):
        out.append(f'<path d="M{x(power):.1f} {TOP}v{HEIGHT}" stroke="{GREY}" stroke-opacity=".3"/>')
        out.append(word(x(power), TOP + HEIGHT + 16, f"{10 ** power:,}", "middle"))
    out.append(word(LEFT + WIDTH / 2, TOP + HEIGHT + 36, "live sessions", "middle"))
    for limit in LIMITS:
        points = []
        for i in range(int((SESSIONS[1] - SESSIONS[0]) * 20) + 1):
            power = SESSIONS[0] + i / 20
            used = needs_one(inputs, round(10 ** power), limit, None)
            if UNITS[0] <= math.log10(used) <= UNITS[1]:
                points.append((x(power), y(used)))
        out.append(polyline(points, COLOURS[limit], LIMITS[limit]))
    point = inputs["memory"]["1"]["point"]
    out.append(f'<circle cx="{x(math.log10(point["sessions"])):.1f}" '
               f'cy="{y(point["bytes"] / ASSUMED["shard_bytes"]):.1f}" r="4.5" '
               f'fill="{COLOURS["memory"]}"><title>measured: {point["sessions"]:,} sessions, '
               f'{size(point["bytes"])}</title></circle>')
    return out


def morning_panel(inputs):
    left = LEFT + WIDTH + GAP
    steps = {nodes: morning(inputs, 1_000_000, nodes) for nodes in (1, 3)}
    top = 50 * math.ceil(max(step["arrive"] for step in steps[1]) / 50)

    def at(step, value):
        return left + WIDTH * step["at"] / MORNING_S, TOP + HEIGHT * (1 - value / top)

    out = [word(left, TOP - 14, "a morning of 1,000,000 clients, logins/s", more=' font-weight="bold"')]
    for value in range(0, top + 1, 50):
        y = TOP + HEIGHT * (1 - value / top)
        out.append(f'<path d="M{left} {y:.1f}h{WIDTH}" stroke="{GREY}" stroke-opacity=".3"/>')
        out.append(word(left - 6, y + 4, f"{value}", "end"))
    for hour in range(MORNING_S // 3600 + 1):
        out.append(word(left + WIDTH * hour * 3600 / MORNING_S, TOP + HEIGHT + 16, f"{hour}", "middle"))
    out.append(word(left + WIDTH / 2, TOP + HEIGHT + 36, "hours since the first client", "middle"))
    every = slice(None, None, 6)
    out.append(polyline([at(step, step["arrive"]) for step in steps[1][every]], GREY, "clients that come", True))
    out.append(polyline([at(step, step["logins"]) for step in steps[1][every]], COLOURS["argon2"],
                        "logins that one node makes"))
    most = max(steps[1], key=lambda step: step["waiting"])
    x, y = at(most, most["logins"])
    out.append(word(x + 70, y - 42, f"up to {most['waiting'] / 1000:,.0f} thousand wait", "start"))
    out.append(word(x + 70, y - 26, "for one node of two processors", "start"))
    return out


def svg(inputs):
    width = LEFT + 2 * WIDTH + GAP + 20
    height = TOP + HEIGHT + 46
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
           f'font-family="sans-serif" font-size="12" fill="{GREY}" role="img" '
           'aria-labelledby="title description">',
           '<title id="title">What live sessions need</title>',
           '<desc id="description">Left: what Argon2id, requests, memory and commands need, over the '
           "number of live sessions; Argon2id is the first to need more than one. Right: a morning of "
           "a million clients; one node makes fewer logins a second than clients come.</desc>"]
    for index, (limit, name) in enumerate(LIMITS.items()):
        x, y = LEFT + (index % 2) * 250, 18 + (index // 2) * 20
        out.append(f'<path d="M{x} {y - 4}h28" stroke="{COLOURS[limit]}" stroke-width="2"/>')
        out.append(word(x + 36, y, name))
    x = LEFT + WIDTH + GAP
    out.append(f'<path d="M{x} 14h28" stroke="{GREY}" stroke-width="2" stroke-dasharray="5 4"/>')
    out.append(word(x + 36, 18, "clients that come"))
    out.append(f'<path d="M{x} 34h28" stroke="{COLOURS["argon2"]}" stroke-width="2"/>')
    out.append(word(x + 36, 38, "logins that one node makes"))
    out.append(f'<circle cx="{LEFT + 14}" cy="54" r="4.5" fill="{COLOURS["memory"]}"/>')
    out.append(word(LEFT + 36, 58, "measured"))
    return "\n".join([*out, *needs_panel(inputs), *morning_panel(inputs), "</svg>", ""])


# --- Checks ---------------------------------------------------------------------------------------

def near(a, b, part):
    return abs(a - b) <= part * abs(b)


def check(inputs):
    """Raises AssertionError. The claims in the first part hold for any inputs."""
    made_up = {
        "memory": {"1": {"fit": {"sessions": 1 << 15, "tickets_a_user": 1,
                                 "bytes": 568 * (1 << 15) + 16 * (1 << 16)}}},
        "logins_a_core": {"now": 20, "bench": 50}, "redis_us": {"trip": 10, "command": 2},
        "node": {"info": 20_000, "ticket": 10_000},
        "requests": {"info": {"commands": {"get": 1}, "round_trips": 1},
                     "login": {"commands": {"set": 16, "del": 4}, "round_trips": 2},
                     "renewal": {"commands": {"set": 20}, "round_trips": 2}}}
    assert keys(1000, 1) == 2000 and keys(1000, 10) == 1100
    assert table_bytes(1024) == 16 * 1024 and table_bytes(1025) == 16 * 2048
    assert near(redis_share(made_up, 1000, 100, 10), 0.012 + 0.006 + 0.0006, 1e-9)
    assert commands(made_up, 1000, 100, 10) == 1000 + 2000 + 200
    assert memory(made_up, 1 << 20, 1) == 600 * (1 << 20)
    million = needs(made_up, 1_000_000)
    assert near(million["logins"], 23.15, 0.001) and near(million["renewals"], 138.9, 0.001)
    assert near(million["peak_logins"], 231.5, 0.001) and near(million["cores"], 4.63, 0.001)
    assert million["peak_renewals"] >= million["renewals"]
    assert million["argon2_nodes"] == 4 and million["shards"] == 1
    assert near(million["used"]["argon2"], needs_one(made_up, 1_000_000, "argon2", None), 1e-9)
    assert near(needs_one(made_up, capacity(made_up, "argon2"), "argon2", None), 1, 0.01)
    assert needs(made_up, 100_000_000)["shards"] > 1
    steps = morning(made_up, 1_000_000, nodes=3)
    assert near(steps[-1]["live"], 1_000_000, 0.001) and steps[-1]["waiting"] == 0
    assert near(max(step["arrive"] for step in steps), 231.5, 0.01)
    assert all(step["logins"] <= 300 + 1e-6 for step in steps)
    assert first_break(morning(made_up, 10_000))[0] is None
    assert first_break(morning(made_up, 1_000_000))[1] == "argon2"
    assert max(step["waiting"] for step in morning(made_up, 1_000_000)) > 100_000
    # The second part compares the model with what was measured.
    for tickets, point, model in deviations(inputs):
        assert near(model, point["bytes"], 0.05), f"{tickets} a user: {model} and {point['bytes']}"


def main(arguments):
    inputs = json.loads(INPUTS.read_text())
    if arguments == ["check"]:
        check(inputs)
        assert FIGURE.read_text() == svg(inputs), "docs/scaling.svg is not drawn from sizing.json"
        for line in markdown(inputs):
            assert line in PAGE.read_text().splitlines(), f"docs/scaling.md does not have: {line}"
        for tickets, point, model in deviations(inputs):
            print(f"{point['sessions']:,} sessions, {tickets} a user: the model differs by "
                  f"{model / point['bytes'] - 1:+.2%}")
    elif arguments == ["table"]:
        print("\n".join(markdown(inputs)))
    elif arguments == ["draw"]:
        FIGURE.write_text(svg(inputs))
    elif not arguments:
        print(text(inputs))
    else:
        sys.exit("usage: scale_model.py [check|table|draw]")


if __name__ == "__main__":
    main(sys.argv[1:])
