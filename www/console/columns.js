// Which members are columns: those that the user chose (the view's _columns), or the usual ones.
import { byId, data, make } from "./dom.js";
import { change, read } from "./view.js";

const MOST = 10;
const first = ["name", "id", "status", "ip", "GPU", "gpus", "cpus", "mem"];
const place = ([name]) => (first.includes(name) ? first.indexOf(name) : MOST);
const box = byId("columns");

export function columns({ count, fields }) {
	const chosen = read().getAll("_columns");
	if (chosen.length) return chosen;
	const common = fields.filter(([, machines]) => machines * 2 >= count);
	return common.sort((a, b) => place(a) - place(b)).map(([name]) => name).slice(0, MOST);
}

export function drawColumns(summary) {
	if (box.matches(":popover-open")) return;
	const chosen = columns(summary);
	const names = new Set([...chosen, ...summary.fields.map(([name]) => name)]);
	const input = (value) => make("input", { type: "checkbox", value, checked: chosen.includes(value) });
	box.replaceChildren(...[...names].map((name) => make("label", {}, input(name), data(name))));
}

box.onchange = () => change({ _columns: [...box.querySelectorAll(":checked")].map(({ value }) => value) }, false);
