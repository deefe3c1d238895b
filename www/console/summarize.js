// A worker: sums up the bytes of a reply of /api/info.
import { sumUp } from "./sums.js";

onmessage = ({ data: { number, bytes } }) => {
	try {
		postMessage({ number, sum: sumUp(JSON.parse(new TextDecoder().decode(bytes)).data) });
	} catch ({ message }) {
		postMessage({ number, error: message });
	}
};
