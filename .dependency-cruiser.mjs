/** Imports go one way (docs/architecture.md); this fails the check on a wrong-way import or a cycle. */
const mayImport = {
  schemas: [],
  otlp: ['schemas'],
  log: ['schemas'],
  store: ['schemas'],
  ingest: ['schemas', 'otlp', 'log', 'store'],
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
    path: ['^[^/]+\\.ts$', ...folders.map(own), '^(bench|tests)/'],
    pathNot: [own(folder), ...mayImport[folder].map(own)],
  },
}));

export default {
  forbidden: [
    ...directions,
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-test-code',
      severity: 'error',
      from: { pathNot: '^(tests|bench)/' },
      to: { path: '^(tests|bench)/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|data|\\.git)(/|$)' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
