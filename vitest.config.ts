import { defineConfig } from 'vitest/config';

/**
 * Two sets: `unit` needs nothing but Node (`npm test`); `server` also needs programs that are installed
 * beside it, such as Chromium (`npm run test:server`), and fails when they are missing.
 */
const server = ['tests/**/*.{browser,server}.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    projects: [
      { extends: true, test: { name: 'unit', include: ['tests/**/*.test.ts'], exclude: server } },
      { extends: true, test: { name: 'server', include: server } },
    ],
  },
});
