import { defineConfig } from "vitest/config";

// Reducers and the connection need no document: their tests share a process and take a moment.
// What touches a page gets a new one for each file: these folders, and any file that begins
// with `// @vitest-environment happy-dom`.
const withPage = ["assist", "badge", "loader", "preview", "staff", "study", "triggers", "visit"].map((name) => `tests/frontend/${name}/**`);

const clean = { restoreMocks: true, unstubGlobals: true } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...clean,
          name: "pure",
          include: ["tests/frontend/**/*.test.{ts,tsx}"],
          exclude: withPage,
          environment: "node",
          isolate: false,
        },
      },
      {
        test: {
          ...clean,
          name: "page",
          include: withPage.map((folder) => `${folder}/*.test.{ts,tsx}`),
          environment: "happy-dom",
        },
      },
    ],
  },
});
