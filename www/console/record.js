// The side panel: one machine whole, as JSON. The view's _show is its id.
import { byId, setText } from "./dom.js";
import { textOf } from "./values.js";
import { change, read } from "./view.js";

const panel = byId("record");
panel.onclose = () => read().has("_show") && change({ _show: null }, false); // Escape closes it, too
panel.onclick = ({ target }) => target === panel && panel.close(); // beside the panel
byId("close").onclick = () => panel.close();

export function drawRecord(rows) {
	const id = read().get("_show");
	const machine = rows?.find((row) => textOf(row.id) === id);
	if (!machine) return panel.close();
	setText("record-title", textOf(machine.name ?? id));
	setText("json", JSON.stringify(machine, null, 2));
	if (!panel.open) panel.showModal();
}
