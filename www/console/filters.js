// The search box, which also takes filters, and the filters that are chosen.
import { button, byId, data, make, redraw, remember } from "./dom.js";
import { guesses, hasCondition, understand } from "./guess.js";
import { change, clear, filters, read } from "./view.js";
import { say } from "./words.js";

const TYPING_MS = 250;
const search = byId("search");
const shortcut = byId("shortcut");
let typing;

search.oninput = () => {
	clearTimeout(typing);
	const typed = search.value;
	if (!hasCondition(typed)) typing = setTimeout(change, TYPING_MS, { q: typed.trim() || null }, false);
	byId("guesses").replaceChildren(...guesses(typed).map((value) => make("option", { value })));
};

byId("find").onsubmit = (event) => {
	event.preventDefault();
	clearTimeout(typing);
	const { text, conditions } = understand(search.value);
	const changes = { q: text || null };
	for (const [name, value] of conditions) changes[name] = [...new Set([...(changes[name] ?? read().getAll(name)), value])];
	if (conditions.length) search.value = text;
	change(changes, conditions.length > 0);
};

shortcut.checked = remember("shortcut") !== "off";
shortcut.onchange = () => remember("shortcut", shortcut.checked ? "on" : "off");
addEventListener("keydown", (event) => {
	const other = event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, dialog, [popover]");
	if (event.key !== "/" || other || !shortcut.checked || byId("inside").hidden) return;
	event.preventDefault();
	search.focus();
});

export function drawFilters() {
	if (document.activeElement !== search) search.value = read().get("q") ?? "";
	const chips = filters().map(([name, value]) => {
		const others = read().getAll(name).filter((one) => one !== value);
		const text = `${name}=${value}`;
		return button(text, () => change({ [name]: others }), { title: text }, data(text), " ×");
	});
	if (chips.length || read().has("q")) chips.push(button("clear", clear, { className: "plain" }, say("clear")));
	redraw(byId("chosen"), ...chips);
}
