/**
 * echarts-gl sizes its textures by expressions that claygl compiles while the page runs, which our
 * pages forbid (no `unsafe-eval`). They are known, so they are compiled into the build.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Plugin } from "vite";

const SIZES = fileURLToPath(import.meta.resolve("echarts-gl/lib/effect/composite.js"));
const COMPILING = "new Function('width', 'height', 'dpr', 'return ' + exprRes[1])";

/** A plugin of the build that puts functions in the place of a compiler. */
export function compiledExpressions(): Plugin {
  const found = new Set(
    [...readFileSync(SIZES, "utf8").matchAll(/'expr\((.*)\)'/g)].map(([, text]) => text),
  );
  const table = [...found].map((text) => `${JSON.stringify(text)}: (width, height) => ${text}`);
  return {
    name: "compiled-expressions",
    transform(code, id) {
      if (!id.includes("claygl/src/createCompositor.js")) return null;
      if (table.length === 0 || !code.includes(COMPILING))
        throw new Error("claygl compiles its expressions elsewhere now: see web/tools/compiled.ts");
      return `const SIZES = {${table.join(", ")}};\n${code.replace(COMPILING, "SIZES[exprRes[1]]")}`;
    },
  };
}
