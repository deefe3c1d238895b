// The pool in a line: statuses, the most urgent first, and GPUs as running/all. Each is a button
// that filters the list; a second press takes the filter away.
import { button, byId, data, make, redraw, setText } from "./dom.js";
import { bytes, number, percent } from "./format.js";
import { state } from "./state.js";
import { classOf } from "./status.js";
import { anyOf, choose, isChosen } from "./view.js";
import { say } from "./words.js";

const title = ({ name }) => (name === undefined ? say("others") : name || '""');
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
		const more = [say("sumCpus", { n: number(row.cpus) }), say("sumMem", { n: bytes(row.mem) })];
		return chip("status", [], row, number(row.machines), more, `dot ${row.name === undefined ? "none" : classOf(row.name)}`);
	});
	const types = (pool?.types ?? []).map((row) => {
		const more = [say("sumRunning", { n: percent(row.running, row.all) })];
		return chip("GPU", ["status"], row, `${number(row.running)}/${number(row.all)}`, more, "");
	});
	redraw(byId("statuses"), ...statuses);
	redraw(byId("types"), ...types);
}

// Under the list: sums of what the filters choose.
export function drawSums() {
	const sum = state.rows && state.shown;
	if (!sum?.count) return byId("sums").replaceChildren();
	const list = sum.types.map((row) => `${title(row)} ${number(row.running)}/${number(row.all)}`).join(" · ");
	const texts = [
		say("sumMachines", { n: number(sum.count) }),
		say("sumRunning", { n: percent(sum.running, sum.count) }),
		say("sumCpus", { n: number(sum.cpus) }),
		say("sumMem", { n: bytes(sum.mem) }),
		list && `GPU: ${list}`,
	];
	redraw(byId("sums"), ...texts.filter(Boolean).map((text) => make("span", {}, text)));
}
