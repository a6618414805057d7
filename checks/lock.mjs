/**
 * Completes package-lock.json: names the optional packages of other platforms that npm left out because the registry
 * it asked does not carry them. Without them `npm ci` refuses the file; with them it passes over what is not for this
 * platform. Run after any change of dependencies: `node checks/lock.mjs`; with `--check` it only tells.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const PLATFORMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'wasm32',
  'x64',
];

/** The words of `@swc/core-linux-x64-musl` that say where it runs, as npm writes them. */
function place(name) {
  const words = name.split('/').at(-1).split('-');
  const os = words.find((word) => PLATFORMS.includes(word));
  const cpu = words.find((word) => PROCESSORS.includes(word));
  const libc = { gnu: 'glibc', glibc: 'glibc', musl: 'musl' }[words.at(-1)];
  return {
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(libc && os === 'linux' ? { libc: [libc] } : {}),
    ...(os ? { os: [os] } : {}),
  };
}

const file = 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = [];
for (const owner of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    const isExact = /^\d/.test(version);
    if (lock.packages[path] || !isExact || place(name).os === undefined) continue;
    lock.packages[path] = { version, ...place(name), ...(owner.dev ? { dev: true } : {}), optional: true };
    added.push(name);
  }
}
if (added.length > 0 && !process.argv.includes('--check')) {
  const byPath = ([a], [b]) => (a < b ? -1 : 1);
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(byPath));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
process.stdout.write(`lock: ${added.length} packages of other platforms were missing\n`);
if (process.argv.includes('--check') && added.length > 0) {
  process.stdout.write('run: node checks/lock.mjs\n');
  process.exitCode = 1;
}
