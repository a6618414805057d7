/** Imports go one way (docs/architecture.md): ends with 1 on a wrong-way import or a cycle, naming it. */
import { cruise } from 'dependency-cruiser';

const mayImport = {
  runtime: [],
  schemas: [],
  otlp: ['schemas'],
  log: ['runtime', 'schemas'],
  store: ['schemas'],
  ingest: ['runtime', 'schemas', 'otlp', 'log', 'store'],
  'engine/core': ['schemas', 'otlp'],
  engine: ['schemas', 'otlp', 'log', 'store'],
  query: ['schemas', 'log', 'store', 'engine/core'],
  dashboards: ['schemas'],
  demo: [],
};

const folders = Object.keys(mayImport);
const own = (folder) => (folder === 'engine' ? '^engine/' : `^${folder}/`);

const directions = folders.map((folder) => ({
  name: `${folder.replace('/', '-')}-imports`,
  severity: 'error',
  from: { path: own(folder), ...(folder === 'engine' ? { pathNot: '^engine/core/' } : {}) },
  to: {
    path: ['^[^/]+\\.ts$', ...folders.map(own), '^(bench|tests|fuzz|soak|serve)/'],
    pathNot: [own(folder), ...mayImport[folder].map(own)],
  },
}));

const forbidden = [
  ...directions,
  { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'no-test-code',
    severity: 'error',
    from: { pathNot: '^(tests|bench|fuzz|soak)/' },
    to: { path: '^(tests|bench|fuzz|soak)/' },
  },
  { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^/' } },
];

const { output } = await cruise(
  ['.'],
  {
    validate: true,
    ruleSet: { forbidden },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|data|\\.git)(/|$)' },
    tsPreCompilationDeps: true,
    // The one parser that needs no TypeScript API: TypeScript 7 has none yet.
    parser: 'swc',
  },
  { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
);
const { violations, totalCruised } = output.summary;
for (const { rule, from, to, cycle } of violations) {
  const way = [from, ...(cycle ? cycle.map(({ name }) => name) : [to])].join(' → ');
  process.stdout.write(`${rule.name}: ${way}\n`);
}
process.stdout.write(`imports: ${totalCruised} modules, ${violations.length} violations\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
