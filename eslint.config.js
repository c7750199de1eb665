import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "test/.build/", "node_modules/", "assembly/"] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ["bindings/**/*.ts", "test/**/*.ts", "bench/**/*.ts"] })),
  {
    files: ["bindings/**/*.ts", "test/**/*.ts", "bench/**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "eqeqeq": "error",
      "no-console": "error"
    }
  },
  { files: ["test/**/*.ts"], rules: { "@typescript-eslint/no-floating-promises": "off", "no-console": "off" } },
  { files: ["bindings/cli/**/*.ts", "bench/**/*.ts"], rules: { "no-console": "off" } }
);
