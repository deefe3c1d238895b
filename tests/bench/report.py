"""The results as tables, with marks for the limits that must hold, and as a plot."""

import math


# --- Tables ---------------------------------------------------------------------------------------

def table(title, head, rows):
    rows = [head, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                       for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]
    return "\n".join([title, "", *lines[:1], "-" * len(lines[0]), *lines[1:], ""])


def thousands(number):
    return f"{number:,.0f}"


def ms(number):
    return f"{number:.2f}" if number < 10 else f"{number:.1f}"


def mb(kb):
    return f"{kb / 1024:.2f}"


def endpoints(results):
    return table(
        "At 16 connections. CPU: of lighttpd, program and Redis, for one request. Memory: of one process.",
        ["", "requests/s", "of empty", "p50 ms", "p99 ms", "CPU us", "RSS MB", "PSS MB"],
        [[f"{r['mode']:4} {r['build'] if r['build'] == 'empty' else r['endpoint'] + ' ' + r['build']}",
          thousands(r["rate"]), f"{r['of_empty']:.2f}", ms(r["p50_ms"]), ms(r["p99_ms"]), thousands(r["cpu_us"]),
          mb(r["rss_kb"]), mb(r["pss_kb"])] for r in results])


def starts(results):
    def count(number):
        return "" if number is None else thousands(number)

    return table(
        "One CGI start, in microseconds, and as a ratio to floor.c, which does only what cannot be left out: the median "
        "of\nthe time from start to exit, the median and the fastest quarter of the processor time.",
        ["", "time", "ratio", "CPU", "ratio", "quarter", "ratio", "faults", "calls", "instructions"],
        [[name, *(cell for field in ("wall_us", "cpu_us", "cpu_quarter_us")
                  for cell in (f"{r[field]:.0f}", f"{r['of_floor'][field]:.2f}" if "of_floor" in r else "")),
          f"{r['faults']:.1f}", count(r["calls"]), count(r["instructions"])] for name, r in results.items()])


def growth(results):
    return table(
        "Growth with the data: so many machines and as many users. Ratios: own and whoami to the smallest size, "
        "a CGI\nrequest for all machines to cJSON's parsing of the two files, a worker's memory to the two files.",
        ["records", "files MB", "own/s", "ratio", "whoami/s", "ratio", "all/s", "all MB/s", "CGI ms", "cJSON ms",
         "ratio", "worker MB", "ratio"],
        [[thousands(r["size"]), f"{r['file_bytes'] / 1e6:.2f}", thousands(r["own"]["rate"]),
          f"{r['own_of_smallest']:.2f}", thousands(r["whoami"]["rate"]), f"{r['whoami_of_smallest']:.2f}",
          thousands(r["all"]["rate"]), thousands(r["all"]["rate"] * r["all_bytes"] / 1e6),
          ms(r["cgi_ms"]), ms(r["cjson_ms"]), f"{r['cgi_of_cjson']:.2f}", mb(r["worker_rss_kb"]),
          f"{r['memory_of_file']:.2f}"] for r in results])


def queries(results):
    return table("Queries over so many machines: processor time of the worker for one request, and what the client waits",
                 ["", "machines", "CPU ms", "p50 ms"],
                 [[r["name"], thousands(r["size"]), ms(r["cpu_ms"]), ms(r["p50_ms"])] for r in results])


def before(results):
    return table("Compared with the release before", ["", "of empty", "before", "requests/s", "CPU"],
                 [[f"{r['mode']:4} {r['endpoint']}", f"{r['of_empty']:.3f}", f"{r['before_of_empty']:.3f}",
                   f"{r['rate_of_before']:.3f}", f"{r['cpu_of_before']:.3f}"] for r in results])


def argon2(results):
    rows = [["bare hash, all processors", f"{results['bare_rate']:.1f}", "1.00", "", ""]]
    for mode in ("cgi", "scgi"):
        r = results[mode]
        rows.append([f"{mode:4} ticket", f"{r['rate']:.1f}", f"{r['of_bare']:.2f}", ms(r["p50_ms"]), ms(r["p99_ms"])])
    return table("Logins with Argon2id (19 MiB, 2 passes), 16 connections",
                 ["", "logins/s", "of bare", "p50 ms", "p99 ms"], rows)


def flood(results):
    return table("status while 200 logins with Argon2id wait together", ["", "asked", "p50 ms", "p99 ms", "logins granted"],
                 [[mode, thousands(r["count"]), ms(r["p50_ms"]), ms(r["p99_ms"]), f"{r['granted']:.0%}"]
                  for mode, r in results.items()])


def crowd(results):
    return table("SCGI info at 64 connections", ["", "requests/s", "p50 ms", "p99 ms", "p99 of p50"],
                 [["scgi info musl", thousands(results["rate"]), ms(results["p50_ms"]), ms(results["p99_ms"]),
                   f"{results['p99_of_p50']:.1f}"]])


def timing(results):
    names = list(results["hashed"]["medians_ms"])
    rows = [[name, *(f"{results[data]['medians_ms'][name]:.3f}" for data in ("hashed", "plain"))] for name in names]
    rows.append(["slowest over fastest", *(f"{results[data]['spread']:+.1%}" for data in ("hashed", "plain"))])
    return table("Medians of 200 refused logins each, in ms: with hashed passwords in users.json, with plain ones only",
                 ["", "hashed", "plain"], rows)


def peers(results):
    return table("FastAPI with four workers, 16 connections; ours are the SCGI workers",
                 ["", "requests/s", "p50 ms", "p99 ms", "RSS MB", "ours, times"],
                 [[r["endpoint"], thousands(r["rate"]), ms(r["p50_ms"]), ms(r["p99_ms"]), mb(r["rss_kb"]),
                   f"{r['ours_times']:.1f}"] for r in results])


# --- What must hold -------------------------------------------------------------------------------

def goals(results):
    """(what, figure, how it is written, "at least" or "under", target)"""
    if "endpoints" in results:
        cell = {(r["mode"], r["build"], r["endpoint"]): r for r in results["endpoints"]}
        for mode, endpoint, target in (("cgi", "status", 0.85), ("cgi", "info", 0.80), ("scgi", "status", 0.90),
                                       ("scgi", "info", 0.85)):
            yield (f"{mode.upper()} {endpoint}, of the empty program", cell[mode, "musl", endpoint]["of_empty"],
                   "{:.2f}", "at least", target)
        yield ("memory of one CGI info, MB", cell["cgi", "musl", "info"]["rss_kb"] / 1024, "{:.2f}", "under", 1.5)
        yield ("memory of one SCGI worker, MB",
               max(cell["scgi", "musl", endpoint]["rss_kb"] for endpoint in ("status", "ticket", "info")) / 1024,
               "{:.2f}", "under", 1.5)
    if "starts" in results:
        for name, target in (("status", 1.08), ("info", 1.10)):
            yield f"a CGI start of {name}, of its floor", results["starts"][name]["of_floor"]["cpu_quarter_us"], "{:.2f}", "under", target
    if "crowd" in results:
        yield "SCGI info at 64 connections, p99 of p50", results["crowd"]["p99_of_p50"], "{:.1f}", "under", 8
    if "growth" in results:
        last = results["growth"][-1]
        yield "SCGI info of ten own machines, 100,000 of 10", last["own_of_smallest"], "{:.2f}", "at least", 0.9
        yield "SCGI whoami, 100,000 users of 10", last["whoami_of_smallest"], "{:.2f}", "at least", 0.9
        yield "CGI info, 100,000, of cJSON's parsing", last["cgi_of_cjson"], "{:.2f}", "under", 1.3
        yield "memory of a worker, 100,000, of the files", last["memory_of_file"], "{:.2f}", "under", 2.5
    if "queries" in results:
        for size, target in ((10_000, 5), (100_000, 60)):
            yield (f"slowest query over {size:,} machines, CPU ms",
                   max(r["cpu_ms"] for r in results["queries"] if r["size"] == size), "{:.2f}", "under", target)
    if "before" in results:
        for r in results["before"]:
            yield f"{r['mode'].upper()} {r['endpoint']}, CPU of the release before", r["cpu_of_before"], "{:.3f}", "under", 1.02
    if "argon2" in results:
        for mode in ("cgi", "scgi"):
            yield (f"{mode.upper()} Argon2id logins, of the bare hash", results["argon2"][mode]["of_bare"], "{:.2f}",
                   "at least", 0.95)
    if "flood" in results:
        for mode, r in results["flood"].items():
            yield f"{mode.upper()} status during 200 logins, p99 in ms", r["p99_ms"], "{:.1f}", "under", 100
    if "timing" in results:
        for data in ("hashed", "plain"):
            yield (f"refused logins, {data}: slowest over fastest", results["timing"][data]["spread"], "{:.1%}",
                   "under", 0.05)
    if "peers" in results:
        peer = {r["endpoint"]: r for r in results["peers"]}
        yield "SCGI info, times FastAPI", peer["info"]["ours_times"], "{:.1f}", "at least", 8
        yield "SCGI ticket, times FastAPI", peer["ticket"]["ours_times"], "{:.1f}", "at least", 5


def must_hold(results):
    rows = []
    for what, figure, form, side, target in goals(results):
        met = figure >= target if side == "at least" else figure < target
        rows.append([what, form.format(figure), side + " " + form.format(target), "met" if met else "MISSED"])
    return table("What must hold", ["", "measured", "target", ""], rows)


PARTS = {"endpoints": endpoints, "starts": starts, "crowd": crowd, "growth": growth, "queries": queries, "argon2": argon2, "flood": flood, "timing": timing,
         "before": before, "peers": peers}


def text(results):
    parts = [part(results[name]) for name, part in PARTS.items() if name in results]
    return "\n".join([*parts, must_hold(results)] if parts else ["The plot is in tests/bench/results.svg"])


# --- Plot -----------------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, TOP, GAP = 300, 220, 62, 58, 66
COLOURS = {"cgi": "#d9822b", "scgi": "#2f81f7"}  # readable on white and on black, like the grey
GREY = "#858f99"
PANELS = (("rate", "requests a second", (100, 100_000)), ("p50_ms", "latency, median, ms", (0.01, 1000)),
          ("p99_ms", "latency, 99 of 100, ms", (0.01, 1000)))


def label(number):
    return f"{number:,.0f}" if number >= 1 else f"{number:g}"


def panel(number, field, title, span, lines):
    left = LEFT + number * (WIDTH + GAP)
    low, high = (math.log10(end) for end in span)
    connections = [point["connections"] for point in lines[0]["points"]]

    def x(count):
        return left + WIDTH * connections.index(count) / (len(connections) - 1)

    def y(value):
        share = (math.log10(min(max(value, span[0]), span[1])) - low) / (high - low)
        return TOP + HEIGHT * (1 - share)

    out = [f'<text x="{left}" y="{TOP - 12}" font-weight="bold">{title}</text>']
    for decade in range(round(low), round(high) + 1):
        at = y(10 ** decade)
        out.append(f'<path d="M{left} {at:.1f}h{WIDTH}" stroke="{GREY}" stroke-opacity=".3"/>')
        out.append(f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{label(10 ** decade)}</text>')
    for count in connections:
        out.append(f'<text x="{x(count):.1f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{count}</text>')
    out.append(f'<text x="{left + WIDTH / 2:.0f}" y="{TOP + HEIGHT + 36}" text-anchor="middle">connections</text>')
    for line in lines:
        points = " ".join(f"{x(p['connections']):.1f},{y(p[field]):.1f}" for p in line["points"])
        dashed = ' stroke-dasharray="5 4"' if line["build"] == "empty" else ""
        out.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[line["mode"]]}" stroke-width="2"{dashed}>'
                   f'<title>{name_of(line)}</title></polyline>')
    return out


def name_of(line):
    mode = line["mode"].upper()
    return f"{mode} info" if line["build"] != "empty" else f"{mode}, empty program"


def svg(lines):
    width = LEFT + len(PANELS) * (WIDTH + GAP) - GAP + 16
    height = TOP + HEIGHT + 46
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
           f'font-size="12" fill="{GREY}" role="img">',
           "<title>Throughput and latency over the number of connections</title>"]
    for number, (field, title, span) in enumerate(PANELS):
        out += panel(number, field, title, span, lines)
    for number, line in enumerate(lines):
        at = LEFT + number * 190
        dashed = ' stroke-dasharray="5 4"' if line["build"] == "empty" else ""
        out.append(f'<path d="M{at} 16h28" stroke="{COLOURS[line["mode"]]}" stroke-width="2"{dashed}/>')
        out.append(f'<text x="{at + 36}" y="20">{name_of(line)}</text>')
    return "\n".join([*out, "</svg>", ""])
