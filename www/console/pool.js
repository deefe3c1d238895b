// The pool at a glance: two tables with bars. Each number is a button that filters the list.
import { button, byId, data, headAndBody, make, redraw } from "./dom.js";
import { classOf } from "./status.js";
import { bytes, number } from "./values.js";
import { change, read } from "./view.js";
import { say } from "./words.js";

export function drawPool({ statuses, types }) {
	const running = { status: "running" };
	redraw(
		byId("charts"),
		chart("status", statuses, { machines: number, cpus: number, mem: bytes }, {}),
		chart("GPU", types, { running: number, all: number }, { running, all: { status: null } }),
	);
}

// columns: how to write each number. more: what else its button changes in the view.
function chart(field, rows, columns, more) {
	const keys = Object.keys(columns);
	const total = Object.fromEntries(keys.map((key) => [key, rows.reduce((sum, row) => sum + row[key], 0)]));
	const ne = rows.map(({ name }) => name ?? []).flat();
	const line = (row, title, choice, kind) => {
		const cells = keys.map((key) => {
			const changes = { [field]: null, [`${field}:ne`]: null, ...choice, ...more[key] };
			const bar = make("progress", { max: row.all ?? total[key], value: row[key], className: kind, "aria-hidden": "true" });
			const inside = filter(`${field} ${title} ${key}`, changes, columns[key](row[key]));
			return make("td", {}, inside, row === total || key === "all" ? "" : bar);
		});
		return make("tr", {}, make("th", { className: `dot ${kind}` }, data(title || '""', title)), ...cells);
	};
	const lines = rows.map((row) => {
		const { name } = row;
		const choice = name === undefined ? { [`${field}:ne`]: ne } : { [field]: name };
		return line(row, name ?? say("others"), choice, field === "GPU" ? "good" : classOf(name ?? "others"));
	});
	const heads = [`by ${field}`, ...keys].map((key) => make("th", {}, say(key)));
	lines.push(line(total, say("all"), {}, ""));
	return make("table", { className: `chart ${field}` }, ...headAndBody(heads, lines));
}

// A second press takes the filter away.
function filter(key, changes, text) {
	const names = Object.keys(changes);
	const pressed = names.some((name) => changes[name]) && names.every((name) => String(read().getAll(name)) === String(changes[name] ?? ""));
	const next = pressed ? Object.fromEntries(names.map((name) => [name, null])) : changes;
	return button(key, () => change(next), { "aria-pressed": pressed }, text);
}
