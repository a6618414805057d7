import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Three sets: `unit` needs nothing but Node (`npm test`); `server` also needs programs that are installed
 * beside it, such as Chromium (`npm run test:server`); `peers` needs what `bench/peers/build.sh` builds, which takes
 * minutes (`npm run test:peers`). Each fails when what it needs is missing.
 */
const server = ['tests/**/*.{browser,server}.test.ts'];
const peers = ['tests/**/*.peers.test.ts'];
/** Tests wait as much as they compute: two at a time also where there are two processors. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['tests/**/*.test.ts'], exclude: [...server, ...peers] },
      },
      { extends: true, test: { name: 'server', include: server } },
      { extends: true, test: { name: 'peers', include: peers } },
    ],
  },
});
