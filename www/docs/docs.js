// Draws openapi.json: each operation with parameters, answers, examples, and a curl to copy.
const byId = (id) => document.getElementById(id);
let api, ticket, csrf;

// A text is never read as markup.
function make(name, attributes, ...children) {
	const made = Object.assign(document.createElement(name), attributes);
	made.append(...children.filter(Boolean));
	return made;
}

// Follows a $ref.
const at = (node) => (node?.$ref ? at(node.$ref.slice(2).split("/").reduce((inside, key) => inside[key.replaceAll("~1", "/").replaceAll("~0", "~")], api)) : node);
const json = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

// Of Markdown only paragraphs and `code`.
const prose = (text = "") => text.split(/\n\n+/).map((part) => make("p", {}, ...part.split("`").map((piece, i) => (i % 2 ? make("code", {}, piece) : piece))));
const code = (text) => make("pre", { tabIndex: 0 }, text);

function exampleOf(node) {
	const { example, examples, schema } = node;
	if (example !== undefined) return example;
	if (examples) return at(Object.values(examples)[0])?.value;
	const { examples: [first] = [], default: usual, enum: [one] = [], example: old } = at(schema) ?? {};
	return old ?? first ?? usual ?? one;
}

function typeOf(schema) {
	const { type, enum: values, minimum, maximum, anyOf, oneOf } = at(schema) ?? {};
	if (anyOf || oneOf) return (anyOf ?? oneOf).map(typeOf).join(" or ");
	return [values ? values.filter(Boolean).map(json).join(", ") : [type].flat().join(" or "), minimum !== undefined && `≥ ${minimum}`, maximum !== undefined && `≤ ${maximum}`].filter(Boolean).join(", ");
}

const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

// With the ticket, when the user has logged in here.
function curl(method, path, { parameters, body, needsTicket }) {
	const isPath = (p) => p.in === "path";
	const filled = parameters.filter(isPath).reduce((url, p) => url.replace(`{${p.name}}`, exampleOf(p) ?? "1"), path);
	const parts = ["curl", method === "GET" ? "" : method === "HEAD" ? "-I" : `-X ${method}`];
	if (needsTicket) parts.push(`-H ${ticket ? quoted(`X-Auth-Token: ${ticket}`) : '"X-Auth-Token: $ticket"'}`);
	if (body !== undefined) parts.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body))}`);
	return [...parts, quoted(new URL(filled.slice(1), new URL("..", location)).href)].filter(Boolean).join(" ");
}

function drawParameter(p) {
	const example = exampleOf(p);
	const kind = `${p.in}${p.required ? ", required" : ""}, ${typeOf(p.schema)}${p.deprecated ? ", deprecated" : ""}`;
	return [make("dt", {}, p.name), make("dd", {}, make("small", {}, kind), ...prose(p.description), (example ?? "") !== "" && make("p", {}, "Example: ", make("code", {}, json(example))))];
}

function drawAnswer([status, reference]) {
	const { description, content = {}, headers = {} } = at(reference);
	const examples = Object.values(content).flatMap((media) => (media.examples ? Object.values(media.examples).map(at) : []));
	const names = Object.keys(headers).join(", ");
	const shown = examples.map(({ summary, value }) => make("details", {}, make("summary", {}, summary ?? "Example"), code(json(value))));
	return [make("dt", {}, status), make("dd", {}, ...prose(description), names && make("small", {}, `Headers: ${names}`), ...shown)];
}

function drawOperation(path, method, operation, shared) {
	const name = method.toUpperCase();
	const parameters = [...shared, ...(operation.parameters ?? [])].map(at);
	const body = Object.values(at(operation.requestBody)?.content ?? {})[0];
	const needsTicket = (operation.security ?? api.security ?? []).some((one) => Object.keys(one).length);
	const about = { parameters, body: body && exampleOf(body), needsTicket };
	const command = code("");
	(command.redraw = () => (command.textContent = curl(name, path, about)))();
	const section = make("section", { id: `${method}-${path}` });
	section.append(
		make("h2", {}, make("b", {}, name), ` ${path}`),
		...prose(operation.summary),
		...prose(operation.description),
		make("p", {}, make("small", {}, needsTicket ? "With a ticket or a token." : "Without a ticket.")),
		command,
		make("button", { type: "button", onclick: () => copy(command.textContent) }, "Copy curl"),
	);
	if (parameters.length) section.append(make("h3", {}, "Parameters"), make("dl", {}, ...parameters.flatMap(drawParameter)));
	if (about.body !== undefined) section.append(make("h3", {}, "Body"), code(json(about.body)));
	section.append(make("h3", {}, "Answers"), make("dl", {}, ...Object.entries(operation.responses).flatMap(drawAnswer)));
	return section;
}

function draw() {
	byId("about").append(make("h2", {}, `${api.info.title} ${api.info.version}`), ...prose(api.info.description));
	for (const [path, { parameters = [], ...methods }] of Object.entries(api.paths))
		for (const [method, operation] of Object.entries(methods).filter(([, one]) => one.responses)) {
			const section = drawOperation(path, method, operation, parameters);
			byId("operations").append(section);
			byId("list").append(make("a", { href: `#${section.id}` }, `${method.toUpperCase()} ${path}`));
		}
}

const redraw = () => document.querySelectorAll("pre").forEach((one) => one.redraw?.());

// navigator.clipboard is not there on plain HTTP. A caret in a password would forbid this one.
function copy(text) {
	getSelection().removeAllRanges();
	const give = (event) => {
		event.clipboardData.setData("text/plain", text);
		event.preventDefault();
	};
	addEventListener("copy", give, { once: true });
	byId("said").textContent = document.execCommand("copy") ? "Copied" : "Not copied";
}

function set(data) {
	({ ticket, CSRFPreventionToken: csrf } = data ?? {});
	byId("logout").hidden = !ticket;
	redraw();
}

let asking = false;
byId("ticket").onsubmit = async (event) => {
	event.preventDefault();
	if (asking || ticket) return;
	asking = true;
	try {
		const body = JSON.stringify({ username: byId("username").value, password: byId("password").value });
		const reply = await fetch("../api/ticket", { method: "POST", headers: { "Content-Type": "application/json" }, body });
		const { data, message } = await reply.json();
		byId("said").textContent = reply.ok ? `Logged in as ${data.username}` : message;
		if (reply.ok) set(data);
		event.target.reset();
	} catch {
		byId("said").textContent = "No answer";
	}
	asking = false;
};
byId("logout").onclick = async () => {
	await fetch("../api/ticket", { method: "DELETE", headers: { "X-Auth-Token": ticket, CSRFPreventionToken: csrf } }).catch(() => {});
	set(null);
	byId("said").textContent = "Logged out";
};

// Links to the pages that are there.
for (const [id, path] of [["console", "../"], ["swagger", "../swagger/"]]) fetch(path, { method: "HEAD" }).then(({ ok }) => (byId(id).hidden = !ok));

try {
	api = await (await fetch("../openapi.json")).json();
	draw();
	if (location.hash) byId(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
} catch (error) {
	byId("problem").textContent = `openapi.json cannot be drawn: ${error.message}`;
}
