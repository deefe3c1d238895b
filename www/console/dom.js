export const byId = (id) => document.getElementById(id);

// make("p", { title: "x", onclick: f }, "text", child): a text is never read as markup.
export function make(name, attributes, ...children) {
	const made = document.createElement(name);
	for (const [key, value] of Object.entries(attributes))
		if (key in made) made[key] = value;
		else made.setAttribute(key, value);
	made.append(...children);
	return made;
}

// Text of the data: its direction of writing ends with it.
export const data = (text, title = "") => make("bdi", { title }, text);

// `key`: redraw() finds the button again by it.
export const button = (key, onclick, attributes, ...children) =>
	make("button", { type: "button", "data-key": key, onclick, ...attributes }, ...children);

// The focus stays where it was.
export function redraw(parent, ...children) {
	const { key } = (parent.contains(document.activeElement) && document.activeElement.dataset) || {};
	parent.replaceChildren(...children);
	if (key) parent.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

export const headAndBody = (heads, lines) => [make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...lines)];

// A live region is read aloud at each change, so only a new text is set.
export function setText(id, text) {
	if (byId(id).textContent !== text) byId(id).textContent = text;
}

let timer;

// Shows a short message for a moment.
export function announce(text) {
	setText("said", text);
	clearTimeout(timer);
	timer = setTimeout(setText, 4000, "said", "");
}
