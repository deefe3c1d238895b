// The list: one page of machines, and the way to the others.
import { columns } from "./columns.js";
import { button, byId, data, make, redraw, setText } from "./dom.js";
import { number, readable, time } from "./format.js";
import { copy } from "./said.js";
import { state } from "./state.js";
import { classOf } from "./status.js";
import { isNumber, isObject, member, textOf } from "./values.js";
import { change, filters, page, PER_PAGE, sort, turnSort } from "./view.js";
import { language, say } from "./words.js";

const address = /^(\d{1,3}\.){3}\d{1,3}$|^[\da-f]*:[\da-f:]*:[\da-f.]*$/i;
let drawn = {};

export function drawTable() {
	const { rows, loading } = state;
	drawPages();
	byId("rows").ariaBusy = String(loading);
	// Only what has changed is drawn again: somebody may be selecting a text.
	const fields = columns();
	const form = JSON.stringify([fields, sort(), language()]);
	if (drawn.rows === rows && drawn.form === form) return;
	drawn = { rows, form };
	const head = make("tr", {}, ...fields.map((field, i) => heading(field, i, rows ?? [])));
	const lines = rows?.map((row) => line(row, fields));
	redraw(byId("table"), ...(lines ? [make("thead", {}, head), make("tbody", {}, ...lines)] : []));
}

// A cell that cannot be drawn shows its JSON.
function safely(draw, value) {
	try {
		return draw();
	} catch {
		return data(textOf(value));
	}
}

const numeric = (is, className = "") => ({ className: is ? `${className} number` : className });

function heading(field, i, rows) {
	const order = sort() === field ? "ascending" : sort() === `-${field}` ? "descending" : "none";
	const canSort = !/^-|,|^$/.test(field);
	const inside = canSort ? button(`sort ${field}`, () => turnSort(field), { title: field }, data(field)) : data(field || '""');
	return make("th", { scope: "col", "aria-sort": order, ...numeric(i > 0 && rows.some((row) => isNumber(member(row, field)))) }, inside);
}

// The first cell opens the record. So does the row for a mouse, unless a text was selected.
function line(machine, fields) {
	const id = textOf(machine.id);
	const open = () => change({ _show: id });
	const onclick = ({ target }) => target.closest("button") || String(getSelection()) || open();
	const cells = fields.map((field, i) => {
		const value = member(machine, field);
		const text = textOf(value ?? machine.id) || id;
		if (i === 0) return make("th", { scope: "row" }, button(`open ${id}`, open, { title: text }, data(text)));
		const attributes = { ...numeric(isNumber(value), field === "status" ? "status" : ""), "data-field": field };
		return make("td", attributes, value === undefined ? "" : safely(() => cell(id, field, value), value));
	});
	return make("tr", { onclick }, ...cells);
}

export const statusDot = (text) => make("span", { className: `dot ${classOf(text)}`, title: text }, data(text));

function cell(id, field, value) {
	if (field === "status") return statusDot(textOf(value));
	if (Array.isArray(value) && value.length && value.length < 9 && !value.some(isObject)) {
		const tag = (one) => button(`${field} ${one} ${id}`, () => narrow(field, one), { className: "plain", title: `${field}=${one}` }, data(one));
		return make("span", {}, ...value.map(textOf).map(tag));
	}
	if (typeof value !== "string" || !address.test(value)) return data(readable(field, value), textOf(value));
	return button(`${field} ${id}`, () => copy(value), { className: "plain", title: say("copy") }, value);
}

// A condition on this member in place of others.
const narrow = (field, value) => filters().some(([name, has]) => name === field && has === value) || change({ [field]: value });

function drawPages() {
	const { rows, total, loading, asOf } = state;
	const last = Math.ceil(total / PER_PAGE) || 1;
	const before = (page() - 1) * PER_PAGE;
	const range = { from: number(Math.min(before + 1, total)), to: number(before + (rows?.length ?? 0)), of: number(total) };
	setText("count", loading ? say("loading") : total ? say("range", range) : "");
	setText("as-of", rows ? say("asOf", { time: time(asOf) }) : "");
	const go = (word, to) => {
		const isOut = to < 1 || to > last;
		return button(word, () => isOut || turn(to), { "aria-disabled": isOut }, say(word));
	};
	redraw(byId("pages"), ...(last > 1 ? [go("previous", page() - 1), go("next", page() + 1)] : []));
}

function turn(to) {
	change({ _page: to });
	byId("rows").scrollTo(0, 0);
	byId("list").scrollIntoView({ block: "nearest" });
	byId("rows").focus({ preventScroll: true });
}
