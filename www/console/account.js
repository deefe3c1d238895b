// The login form, and the bar that says who is logged in.
import { byId, setText } from "./dom.js";
import { duration } from "./format.js";
import { explain, reason } from "./said.js";
import { current, logIn, logOut } from "./session.js";
import { say } from "./words.js";

const form = byId("login");
let refusal = null; // the Failure of the last login
let asking = false;

// A second press while the first one is asked would make a second session.
async function once(work) {
	if (asking) return;
	asking = true;
	await work().finally(() => (asking = false));
}

form.onsubmit = (event) => {
	event.preventDefault();
	refusal = null;
	once(() => logIn(byId("username").value, byId("password").value).then(() => form.reset(), refuse));
};

function refuse(failure) {
	refusal = failure;
	drawAccount();
	byId("password").select();
}

byId("logout").onclick = () => once(() => logOut(false).catch(explain));
byId("logout-all").onclick = () => once(() => logOut(true).catch(explain));

// A refusal because of an outage ends with the outage.
export function serviceIsBack() {
	if (!["session", "busy"].includes(refusal?.kind)) refusal = null;
}

export function drawAccount() {
	const session = current();
	const user = session?.username ?? "";
	byId("account").hidden = byId("inside").hidden = !session;
	byId("login").hidden = Boolean(session);
	setText("user", user);
	byId("user").title = user;
	setText("everywhere-text", say("everywhere", { user }));
	drawLeft();
	setText("refused", refusal ? reason(refusal) : "");
}

// Only near the end, when no renewal has prolonged it. The last minute is counted in seconds.
function drawLeft() {
	const session = current();
	const left = Math.max(session?.ends - Date.now(), 0) / 1000;
	const isNear = session && left < Math.min(600, session.life_ms / 5000);
	setText("left", isNear ? say("left", { duration: duration(left < 60 ? left : left - (left % 60)) }) : "");
}
setInterval(drawLeft, 1000);
