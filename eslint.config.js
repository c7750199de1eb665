import tseslint from "typescript-eslint";

const typed = ["bindings/**/*.ts", "test/**/*.ts", "bench/**/*.ts"];
const plain = ["*.js", ".ci/*.js", "bench/**/*.js", "test/assurance/**/*.js"];
const nodeGlobals = ["process", "console", "performance", "Buffer", "URL", "WebAssembly", "crypto", "TextEncoder", "TextDecoder", "setTimeout", "clearTimeout", "setImmediate", "queueMicrotask"]; // prettier-ignore

export default tseslint.config(
  // The compiler of the core checks what is in assembly/ and planted/: it is not quite TypeScript.
  { ignores: ["dist/", "test/.build/", "node_modules/", "assembly/", "test/assurance/planted/"] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: typed })),
  {
    files: typed,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/no-floating-promises": "off", "no-console": "off" },
  },
  { files: ["bindings/cli/**/*.ts", "bench/**/*.ts"], rules: { "no-console": "off" } },
  ...tseslint.configs.strict.map((config) => ({ ...config, files: plain })),
  {
    files: plain,
    languageOptions: { globals: Object.fromEntries(nodeGlobals.map((name) => [name, "readonly"])) },
    rules: { eqeqeq: "error", "no-undef": "error", "no-var": "error", "prefer-const": "error" },
  },
);
