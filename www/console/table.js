// The list: one page of machines, and the way to the others.
import { button, byId, data, headAndBody, make, redraw, setText } from "./dom.js";
import { copy } from "./save.js";
import { classOf } from "./status.js";
import { isNumber, member, number, readable, textOf } from "./values.js";
import { change, PER_PAGE, read, sort, turnSort } from "./view.js";
import { say } from "./words.js";

const address = /^(\d{1,3}\.){3}\d{1,3}$|^[\da-f]*:[\da-f:]*:[\da-f.]*$/i;
let drawn = {};

export function drawTable({ rows, total }, fields) {
	drawPages(total);
	// Only what has changed is drawn again: somebody may be selecting a text.
	const form = JSON.stringify([fields, sort(), read().get("_lang")]);
	if (drawn.rows === rows && drawn.form === form) return;
	drawn = { rows, form };
	const heads = fields.map((field) => heading(field, rows));
	const lines = rows.map((row) => line(row, fields));
	redraw(byId("table"), ...headAndBody(heads, lines));
}

export function forgetTable() {
	drawn = {};
	for (const id of ["charts", "columns", "table", "pages", "chosen"]) byId(id).replaceChildren();
}

const numeric = (is) => ({ className: is ? "number" : "" });

function heading(field, rows) {
	const order = sort() === field ? "ascending" : sort() === `-${field}` ? "descending" : "none";
	const canSort = !/^-|,|^$/.test(field);
	const inside = canSort ? button(`sort ${field}`, () => turnSort(field), {}, data(field)) : data(field || '""');
	return make("th", { "aria-sort": order, ...numeric(rows.some((row) => isNumber(member(row, field)))) }, inside);
}

// The first cell opens the record. So does the row for a mouse, unless a text was selected.
function line(machine, fields) {
	const id = textOf(machine.id);
	const open = () => change({ _show: id });
	const onclick = ({ target }) => target.closest("button") || String(getSelection()) || open();
	const cells = fields.map((field, i) => {
		const value = member(machine, field);
		if (i === 0) return make("th", {}, button(`open ${id}`, open, {}, data(textOf(value ?? id) || id)));
		return make("td", numeric(isNumber(value)), value === undefined ? "" : cell(id, field, value));
	});
	return make("tr", { onclick }, ...cells);
}

function cell(id, field, value) {
	if (field === "status") return make("span", { className: `dot ${classOf(value)}` }, data(value));
	if (typeof value !== "string" || !address.test(value)) return data(...readable(field, value));
	return button(`${field} ${id}`, () => copy(value), { className: "plain", title: say("copy") }, value);
}

function drawPages(total) {
	const page = parseInt(read().get("_page")) || 1;
	const last = Math.ceil(total / PER_PAGE) || 1;
	const [from, to, of] = [Math.min((page - 1) * PER_PAGE + 1, total), Math.min(page * PER_PAGE, total), total].map((n) => number(n));
	setText("count", say("range", { from, to, of }));
	const go = (word, to) => button(word, () => change({ _page: to }), { disabled: to < 1 || to > last }, say(word));
	redraw(byId("pages"), ...(last > 1 ? [go("previous", page - 1), go("next", page + 1)] : []));
}
