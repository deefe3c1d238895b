// A worker: sums up the bytes of a reply of /api/info.
import { sumUp } from "./sums.js";

onmessage = ({ data: bytes }) => {
	try {
		postMessage({ sum: sumUp(JSON.parse(new TextDecoder().decode(bytes)).data) });
	} catch ({ message }) {
		postMessage({ error: message });
	}
};
