import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { compiledExpressions } from "./tools/compiled.ts";

const api = process.env.SWANLAB_API ?? "http://127.0.0.1:5093";

export default defineConfig({
  plugins: [react(), tailwindcss(), compiledExpressions()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: { "/api": { target: api, changeOrigin: false } } },
  preview: { proxy: { "/api": { target: api, changeOrigin: false } } },
  build: {
    outDir: "../swanlab/server/static",
    emptyOutDir: true,
    // Names carry a hash of the content, so the server lets browsers keep them for ever.
    assetsDir: "assets",
    target: "es2022",
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What changes only with an upgrade stays in browsers' caches across our releases.
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            {
              name: "tanstack",
              test: /node_modules\/@tanstack\/(react-|)(router|query|history|store)/,
            },
          ],
        },
      },
    },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
