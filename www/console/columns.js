// Which members are columns: those that the user chose (the view's _columns), or the usual ones.
import { byId, data, make } from "./dom.js";
import { state } from "./state.js";
import { sumUp } from "./sums.js";
import { change, read } from "./view.js";

const MOST = 10;
const first = ["name", "id", "status", "ip", "GPU", "gpus", "cpus", "mem"];
const place = ([name]) => (first.includes(name) ? first.indexOf(name) : MOST + name.split(".").length);
const box = byId("columns");

// Before the sum of the pool is there, those of the rows.
const members = () => state.pool ?? sumUp(state.rows ?? []);

export function columns() {
	const chosen = read().getAll("_columns");
	if (chosen.length) return chosen;
	const { count, fields } = members();
	const common = fields.filter(([, machines]) => machines * 2 >= count);
	return common.sort((a, b) => place(a) - place(b)).map(([path]) => path).slice(0, MOST);
}

export function drawColumns() {
	if (state.asOf && box.matches(":popover-open")) return;
	const names = members().fields.map(([path]) => path);
	const chosen = columns();
	const input = (value) => make("input", { type: "checkbox", value, checked: chosen.includes(value) });
	box.replaceChildren(...[...new Set([...chosen, ...names])].map((value) => make("label", {}, input(value), data(value || '""'))));
}

box.onchange = () => change({ _columns: [...box.querySelectorAll(":checked")].map(({ value }) => value) }, false);
