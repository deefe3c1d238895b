// What the list shows is a query of the API in the URL's fragment, so that a view can be shared:
// #status=running&_sort=-mem. These are never sent: the columns and the open record.
const own = ["_columns", "_show"];
export const PER_PAGE = 200;
let tell;

export function onView(changed) {
	addEventListener("hashchange", (tell = changed));
}

export const read = () => new URLSearchParams(location.hash.slice(1));

// changes: { name: value, list of values, or null }. Without `step`, Back skips the state before.
export function change(changes, step = true) {
	const view = read();
	// Other filters begin at page 1.
	if (Object.keys(changes).some((name) => name !== "_page" && !own.includes(name))) view.delete("_page");
	for (const [name, values] of Object.entries(changes)) {
		view.delete(name);
		for (const value of [values ?? []].flat()) view.append(name, value);
	}
	history[step ? "pushState" : "replaceState"](null, "", `#${view}`);
	tell();
}

// The filters, and the order if `ordered`, with these parameters added.
export function query(more = {}, ordered = true) {
	const view = read();
	for (const name of [...own, "_page", ...(ordered ? [] : ["_sort", "_order"])]) view.delete(name);
	for (const [name, values] of Object.entries(more)) for (const value of [values].flat()) view.append(name, value);
	return `info?${view}`.replace(/\?$/, "");
}

export const page = () => Math.max(parseInt(read().get("_page")) || 1, 1);

export const filters = () => [...read()].filter(([name]) => !["q", "_page", "_sort", "_order", ...own].includes(name));
export const isFiltered = () => Boolean(filters().length || read().get("q"));
export const clear = () => change(none([...filters(), ["q"]]));

// The member that a filter is about: cpus:gte and cpus are cpus.
export const fieldOf = (name) => name.replace(/:[A-Za-z]+$/, "");

// Conditions by which the field has one of these values; null if a query cannot say that.
export function anyOf(field, values) {
	const list = values.join(",");
	if (values.length > 1 && encodeURIComponent(list).length < 4000 && list.split(",").length === values.length) return { [`${field}:in`]: [list] };
	return values.length > 0 && values.length <= 40 ? { [field]: values } : null;
}

const none = (conditions) => Object.fromEntries(conditions.map(([name]) => [name, null]));
const on = (fields) => filters().filter(([name]) => fields.includes(fieldOf(name)));

export function isChosen(field, conditions) {
	const flat = Object.entries(conditions).flatMap(([name, values]) => values.map((value) => [name, value]));
	return String(on([field]).sort()) === String(flat.sort());
}

// These conditions in place of all others on the fields; or none, at the second time.
export function choose(fields, field, conditions) {
	change({ ...none(on(fields)), ...(!isChosen(field, conditions) && conditions) });
}

// "-cpus" is descending.
export const sort = () => read().get("_sort")?.split(",")[0];

export function turnSort(field) {
	const next = sort() === field ? `-${field}` : sort() === `-${field}` ? null : field;
	change({ _sort: next, _order: null });
}
