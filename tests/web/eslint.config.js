// What eslint checks in all JavaScript of the project: see lint.test.js.
import js from "@eslint/js";
import globals from "globals";

const pages = ["www/**"];
const others = ["tests/**", "examples/**"];

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-duplicate-imports": "error",
      "no-else-return": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-throw-literal": "error",
      "no-unused-expressions": ["error", { allowShortCircuit: true, allowTernary: true }],
      "no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "no-useless-rename": "error",
      "no-useless-return": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": ["error", { destructuring: "all" }],
    },
  },
  // swagger-ui is a script, which sets this name.
  { files: pages, languageOptions: { globals: { ...globals.browser, SwaggerUIBundle: "readonly" } }, rules: { "no-param-reassign": "error", "no-shadow": "error" } },
  // Tests also have functions that run in a page, where complain() is theirs.
  { files: others, languageOptions: { globals: { ...globals.node, ...globals.browser, complain: "readonly" } } },
];
