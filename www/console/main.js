// Data flows one way: a click changes the view or the session; these ask the service for what is
// missing (machines.js); then the page is drawn from what is known.
import { drawAccount } from "./account.js";
import { columns, drawColumns } from "./columns.js";
import { byId, setText } from "./dom.js";
import { drawFilters } from "./filters.js";
import { forget, machines, onMachines, refresh, showView } from "./machines.js";
import { drawPool } from "./pool.js";
import { drawRecord } from "./record.js";
import { saveCsv, saveJson } from "./save.js";
import { watchService } from "./service.js";
import { current, onSession } from "./session.js";
import { drawTable, forgetTable } from "./table.js";
import { everyVisible } from "./timer.js";
import { time } from "./values.js";
import { change, onView } from "./view.js";
import { explain, language, reason, say, translatePage } from "./words.js";

const REFRESH_MS = 30_000;
let service = { kind: "up", parts: [], checks: {} };

function draw() {
	translatePage();
	drawService();
	drawAccount();
	if (current()) drawInside();
}

const fileName = (part) => (part === "redis" ? "Redis" : `${part}.json`);

// Why something failed: what is down, if the service says that.
function why(failure) {
	const parts = service.parts.map(fileName).join(", ");
	return parts && failure.kind !== "query" ? say("partsDown", { parts }) : reason(failure);
}

function drawService() {
	const { kind, checks } = service;
	const notes = Object.entries(checks).filter(([, note]) => note !== "OK");
	const texts = notes.map(([part, note]) => `${fileName(part)}: ${say("skipped", { count: parseInt(note) })}`);
	setText("service", [kind === "up" ? say("up") : why(service), ...texts].join(" · "));
	byId("service").className = `dot ${kind !== "up" ? "bad" : notes.length ? "odd" : "good"}`;
}

function drawInside() {
	const { rows, total, summary, asOf, failure } = machines;
	const at = { time: asOf && time(asOf) };
	setText("problem", failure ? why(failure) + (asOf ? say("old", at) : "") : "");
	byId("rows").classList.toggle("old", failure);
	setText("as-of", asOf ? say("asOf", at) : "");
	drawFilters();
	if (summary) {
		drawPool(summary);
		drawColumns(summary);
		if (rows) drawTable(machines, columns(summary));
	}
	drawRecord(rows);
	setText("nothing", failure || total || !rows ? "" : say(summary?.count === 0 ? "emptyPool" : "noMatch"));
}

const refreshNow = everyVisible(REFRESH_MS, () => current() && refresh());

onSession((ended) => {
	forget();
	forgetTable();
	draw();
	drawRecord(null);
	setText("ended", ended ? say("ended") : "");
	byId(current() ? "list" : "username").focus({ preventScroll: true });
	refreshNow();
});
onMachines(() => {
	draw();
	if (machines.failure && service.kind === "up") askService();
});
onView(() => {
	draw();
	if (current()) showView();
});
const askService = watchService((answer) => {
	const isBack = service.kind !== "up" && answer.kind === "up";
	service = answer;
	draw();
	if (isBack) refreshNow();
});

byId("save-json").onclick = () => saveJson().catch(explain);
byId("save-csv").onclick = () => saveCsv(columns(machines.summary)).catch(explain);
byId("language").value = language();
byId("language").onchange = ({ target }) => change({ _lang: target.value }, false);
draw();
byId("username").focus();
