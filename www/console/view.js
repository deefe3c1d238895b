// What the list shows is a query of the API in the URL's fragment, so that a view can be shared:
// #status=running&_sort=-mem. These are never sent: the columns, the open record, the language.
const own = ["_columns", "_show", "_lang"];
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

// paged: only the page that is shown.
export function query(paged) {
	const view = read();
	for (const name of own) view.delete(name);
	if (!paged) view.delete("_page");
	else if (!view.has("_page")) view.set("_page", 1);
	if (paged) view.set("_per_page", PER_PAGE);
	return `info?${view}`;
}

export const filters = () => [...read()].filter(([name]) => !["q", "_page", "_sort", "_order", ...own].includes(name));

export const clear = () => change(Object.fromEntries([...filters(), ["q"]].map(([name]) => [name, null])));

// "-cpus" is descending.
export const sort = () => read().get("_sort")?.split(",")[0];

// Ascending, descending, the file's order.
export function turnSort(field) {
	const next = sort() === field ? `-${field}` : sort() === `-${field}` ? null : field;
	change({ _sort: next, _order: null });
}
