// The side panel: one machine whole, in words and as JSON. It is asked for by its id, the view's
// _show, so it stays when a filter leaves it out.
import { button, byId, data, find, make, redraw, setText } from "./dom.js";
import { readable } from "./format.js";
import { ask } from "./replies.js";
import { copy, reason } from "./said.js";
import { set, state } from "./state.js";
import { statusDot } from "./table.js";
import { eachMember, parse, textOf } from "./values.js";
import { change, read } from "./view.js";
import { say } from "./words.js";

const panel = byId("record");
panel.onclose = () => {
	const id = read().get("_show");
	if (id === null) return;
	change({ _show: null }, false); // Escape closes it, too
	if (document.activeElement === document.body) (find(byId("table"), `open ${id}`) ?? byId("list")).focus({ preventScroll: true });
};
panel.onclick = ({ target }) => target === panel && panel.close();
byId("close").onclick = () => panel.close();

// Asks for the record that the view names. Until it comes, the row that is shown is the record.
export async function loadRecord() {
	const id = read().get("_show");
	if (id === null) return state.record && set({ record: null });
	if (state.record?.id !== id) set({ record: { id, machines: state.rows?.filter((row) => textOf(row.id) === id) ?? [], isLoading: true } });
	const answer = await ask("record", `info?${new URLSearchParams({ id })}`, (reply) => parse(reply.text()).data)
		.then((machines) => ({ machines }), (failure) => ({ failure }));
	if (state.record?.id === id) set({ record: { id, machines: state.record.machines, ...answer } });
}

export function drawRecord() {
	const { record } = state;
	if (!record || read().get("_show") === null) {
		redraw(byId("record-body"));
		return panel.close();
	}
	const { id, machines, failure, isLoading } = record;
	const [machine] = machines;
	setText("record-title", machine ? textOf(machine.name ?? id) : id);
	const word = machine ? (machines.length > 1 ? "same" : "") : isLoading ? "loading" : "gone";
	setText("record-note", failure ? reason(failure) : say(word, { n: machines.length, id }));
	redraw(byId("record-body"), ...machines.flatMap(whole));
	if (!panel.open) panel.showModal();
}

function whole(machine, i) {
	const json = JSON.stringify(machine, null, 2);
	const ip = textOf(machine.ip ?? "");
	const offer = (word, text) => button(`${word} ${i}`, () => copy(text), {}, `${say("copy")} ${word}`);
	const isHost = /^[\w.:][\w.:-]*$/.test(ip); // anything else is no name that a shell should get
	const lines = [];
	eachMember(machine, (path, value) => {
		const [text, exact] = [readable(path, value), textOf(value)];
		const inside = path === "status" ? statusDot(text) : data(text, exact);
		lines.push(make("dt", {}, data(path || '""')), make("dd", {}, inside, text !== exact && !Array.isArray(value) ? make("small", {}, exact) : ""));
	});
	return [
		make("div", { className: "tools" }, ...(isHost ? [offer("ssh", `ssh ${ip}`), offer("IP", ip)] : []), offer("JSON", json)),
		make("div", { className: "whole" }, make("dl", {}, ...lines), make("pre", { tabIndex: 0, ...(i ? {} : { id: "json" }) }, json)),
	];
}
