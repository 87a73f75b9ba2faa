import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: ["test/slow/**"],
          setupFiles: ["test/support/seed.ts"],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "slow",
          include: ["test/slow/**/*.test.ts"],
          testTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "soak",
          include: ["test/soak/**/*.soak.ts"],
          testTimeout: 14_400_000,
          fileParallelism: false,
        },
      },
    ],
    reporters: ["default", "./test/support/tally-reporter.ts"],
    maxWorkers: 2,
  },
});
export default config;
