// Does `work` now and each `ms` milliseconds while the page is visible. Returns a way to do it now.
export function everyVisible(ms, work) {
	let due = 0;
	const look = () => {
		if (document.hidden || Date.now() < due) return;
		due = Date.now() + ms;
		work();
	};
	setInterval(look, 1000);
	document.addEventListener("visibilitychange", look);
	look();
	return () => look((due = 0));
}
