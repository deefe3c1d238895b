// The search box, which also takes filters, and the filters that are chosen.
import { button, byId, data, redraw } from "./dom.js";
import { change, clear, filters, read } from "./view.js";
import { say } from "./words.js";

const TYPING_MS = 250;
const search = byId("search");
let typing;

search.oninput = () => {
	clearTimeout(typing);
	if (!/[:=]/.test(search.value)) typing = setTimeout(change, TYPING_MS, { q: search.value || null }, false);
};

// Enter: cpus:gte=48 becomes a filter, any other text is searched.
search.onchange = () => {
	clearTimeout(typing);
	const [text, name, value] = /^([^=]*)=(.*)/.exec(search.value) ?? [search.value];
	if (!name) return change({ q: text || null }, false);
	search.value = "";
	change({ q: null, [name]: [...read().getAll(name), value] });
};

addEventListener("keydown", (event) => {
	const other = event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, dialog, [popover]");
	if (event.key !== "/" || other) return;
	event.preventDefault();
	search.focus();
});

export function drawFilters() {
	if (document.activeElement !== search) search.value = read().get("q") ?? "";
	const chips = filters().map(([name, value], i, all) => {
		const others = all.filter((pair, j) => pair[0] === name && i !== j).map((pair) => pair[1]);
		const text = `${name}=${value}`;
		return button(text, () => change({ [name]: others }), {}, data(text), " ×");
	});
	if (chips.length || read().has("q")) chips.push(button("clear", clear, { className: "plain" }, say("clear")));
	redraw(byId("chosen"), ...chips);
}
