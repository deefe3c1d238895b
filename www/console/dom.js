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

// `key`: find() and redraw() know the button by it.
export const button = (key, onclick, attributes, ...children) =>
	make("button", { type: "button", "data-key": key, onclick, ...attributes }, ...children);

const html = (elements) => elements.map((one) => one.outerHTML).join("");

export const find = (parent, key) => parent.querySelector(`[data-key="${CSS.escape(key)}"]`);

// What looks the same is kept: somebody may be pressing it. The focus stays where it was, or goes
// to the section around it.
export function redraw(parent, ...children) {
	if (html([...parent.children]) === html(children)) return;
	const focused = parent.contains(document.activeElement) && document.activeElement;
	parent.replaceChildren(...children);
	if (focused) (find(parent, focused.dataset.key) ?? parent.closest("[tabindex]")).focus({ preventScroll: true });
}

// A live region is read aloud at each change, so only a new text is set.
export function setText(id, text) {
	if (byId(id).textContent !== text) byId(id).textContent = text;
}

// Kept from one visit to the next: the language, and what / does. The user may forbid that.
export function remember(key, value) {
	try {
		if (value) localStorage.setItem(key, value);
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}
