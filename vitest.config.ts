import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/frontend/**/*.test.{ts,tsx}"],
    environment: "happy-dom",
    // Each test starts with the clock, the globals and the spies it would find in a new tab.
    restoreMocks: true,
    unstubGlobals: true,
  },
});
