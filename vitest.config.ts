import { defineConfig } from 'vitest/config';

/** `--mode full` runs the long suites (`*.full.ts`), `--mode e2e` those that need a cluster (`*.e2e.ts`). */
export default defineConfig(({ mode }) => {
  const long = mode === 'full' || mode === 'e2e';
  const report = long ? `dist/test-${mode}.json` : 'dist/test.json';
  return {
    test: {
      include: [long ? `src/**/*.${mode}.ts` : 'src/**/*.test.ts'],
      passWithNoTests: true,
      reporters: ['default', 'json'],
      outputFile: { json: report },
      testTimeout: long ? 120_000 : 10_000,
      hookTimeout: long ? 300_000 : 10_000,
      fileParallelism: mode !== 'e2e',
    },
  };
});
