// Kept from one visit to the next: the language, and what / does. The user may forbid that.
export function remember(key, value) {
	try {
		if (value) localStorage.setItem(key, value);
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}
