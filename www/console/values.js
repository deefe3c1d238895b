// JSON values, without a language.

// Numbers keep their digits: JavaScript reads 9007199254740993 as ...992 and 1.10 as 1.1.
// Such a number becomes an object of JSON.rawJSON, which old browsers do not have.
export const parse = (text) =>
	JSON.parse(text, (_, value, context) =>
		typeof value === "number" && JSON.rawJSON && context.source !== String(value) ? JSON.rawJSON(context.source) : value,
	);

export const isNumber = (value) => typeof value === "number" || Boolean(JSON.isRawJSON?.(value));
export const isObject = (value) => typeof value === "object" && value !== null && !isNumber(value);
export const textOf = (value) => (typeof value === "string" ? value : JSON.stringify(value) ?? "");
export const toNumber = (value) => (isNumber(value) ? Number(textOf(value)) : 0);

// A member by its name or by its path, as the API finds it: owner.team, gpus.model, tags.0.
export function member(value, path) {
	if (!isObject(value)) return undefined;
	if (Object.hasOwn(value, path)) return value[path];
	if (Array.isArray(value)) {
		const found = value.map((one) => member(one, path)).filter((one) => one !== undefined);
		return found.length ? found : undefined;
	}
	const dot = path.indexOf(".");
	if (dot < 0 || !Object.hasOwn(value, path.slice(0, dot))) return undefined;
	return member(value[path.slice(0, dot)], path.slice(dot + 1));
}

// visit(path, value) for each member that can be a column; objects are entered.
export function eachMember(object, visit, before = "", depth = 0) {
	for (const [name, value] of Object.entries(object)) {
		const inside = isObject(value) && (!Array.isArray(value) ? value : value.find(isObject));
		if (inside && depth < 3 && !Array.isArray(inside) && Object.keys(inside).length) eachMember(inside, visit, `${before}${name}.`, depth + 1);
		else visit(before + name, value);
	}
}
