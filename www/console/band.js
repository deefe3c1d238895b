// The pool in a line: statuses, the most urgent first, and GPUs as running/all. Each is a button
// that filters the list; a second press takes the filter away.
import { button, byId, data, make, redraw, setText } from "./dom.js";
import { bytes, number, percent } from "./format.js";
import { state } from "./state.js";
import { classOf } from "./status.js";
import { anyOf, choose, isChosen } from "./view.js";
import { say } from "./words.js";

const title = ({ name }) => (name === undefined ? say("others") : name || '""');
const sum = (key, n) => say(key, { n });
const usage = ({ running, all }) => `${number(running)}/${number(all)}`;
const details = byId("details");
details.onclick = () => drawBand((details.ariaExpanded = String(details.ariaExpanded !== "true")));

// others: fields whose filters end with it, because together they may choose nothing.
function chip(field, others, row, count, more, kind) {
	const conditions = anyOf(field, row.name === undefined ? row.names ?? [] : [row.name]);
	const texts = details.ariaExpanded === "true" ? more.map((text) => make("small", {}, text)) : [];
	const inside = [make("span", { className: "unseen" }, `${field} `), data(title(row)), " ", make("b", {}, count), ...texts];
	const attributes = { className: `chip ${kind}`, title: [`${title(row)}: ${count}`, ...more].join(", ") };
	if (!conditions) return make("span", attributes, ...inside); // no query can say that
	const press = () => choose([field, ...others], field, conditions);
	return button(`${field} ${title(row)}`, press, { ...attributes, "aria-pressed": isChosen(field, conditions) }, ...inside);
}

export function drawBand() {
	const { pool, poolFailure } = state;
	setText("loading-pool", pool || poolFailure ? "" : say("loadingPool"));
	details.hidden = !pool?.count;
	const statuses = (pool?.statuses ?? []).map((row) => {
		const more = [sum("sumCpus", number(row.cpus)), sum("sumMem", bytes(row.mem))];
		return chip("status", [], row, number(row.machines), more, `dot ${row.name === undefined ? "none" : classOf(row.name)}`);
	});
	const types = (pool?.types ?? []).map((row) => {
		const more = [sum("sumRunning", percent(row.running, row.all))];
		return chip("GPU", ["status"], row, usage(row), more, "");
	});
	redraw(byId("statuses"), ...statuses);
	redraw(byId("types"), ...types);
}

// Under the list: sums of what the filters choose.
export function drawSums() {
	const shown = state.rows && state.shown;
	if (!shown?.count) return byId("sums").replaceChildren();
	const list = shown.types.map((row) => `${title(row)} ${usage(row)}`).join(" · ");
	const texts = [
		sum("sumMachines", number(shown.count)),
		sum("sumRunning", percent(shown.running, shown.count)),
		sum("sumCpus", number(shown.cpus)),
		sum("sumMem", bytes(shown.mem)),
		list && `GPU: ${list}`,
	];
	redraw(byId("sums"), ...texts.filter(Boolean).map((text) => make("span", {}, text)));
}
