import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { allDashboards } from '../../dashboards/all.ts';
import { ConfigurationSchema } from '../../schemas/configuration.ts';
import { DATABASE, TABLES } from '../../schemas/names.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly user: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const mounts = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')));

describe('docker-compose.yml', () => {
  test('has the five parts of the system', () => {
    expect(Object.keys(compose.services).toSorted()).toEqual([
      'alertmanager',
      'clickhouse',
      'grafana',
      'kafka',
      'valet',
    ]);
  });

  test.each(services)('%s is pinned, checked, and not root', (_, { image, user, healthcheck }) => {
    expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+[\w.-]*$/);
    expect(user).toMatch(/^[1-9]\d*:\d+$/);
    expect(healthcheck?.test[0]).toBe('CMD');
  });

  test('publishes on loopback only, no port twice', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    const numbers = published.map((port) => port.split(':')[1]);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('uses every volume it declares, and mounts only files that exist', () => {
    const named = mounts.map(([source = '']) => source).filter((source) => !source.startsWith('.'));
    expect(named.toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
    for (const [source = '', , mode] of mounts) {
      if (!source.startsWith('.')) continue;
      expect(mode, source).toBe('ro');
      // The SLO files are the user's.
      if (source !== './slos') expect(existsSync(new URL(source, ROOT)), source).toBe(true);
    }
  });

  test('sets only what the configuration knows', () => {
    const known = Object.keys(ConfigurationSchema.properties).map(
      (key) => `VALET_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
    );
    const dockerfile = [...read('Dockerfile').matchAll(/\b(VALET_\w+)=/g)].map((match) => match[1] ?? '');
    expect(dockerfile.length).toBeGreaterThan(0);
    for (const name of [...Object.keys(compose.services['valet']?.environment ?? {}), ...dockerfile]) {
      expect(known).toContain(name);
    }
  });
});

describe('Grafana’s provisioning', () => {
  interface Datasources {
    readonly datasources: readonly {
      readonly type: string;
      readonly jsonData: {
        readonly host: string;
        readonly port: number;
        readonly protocol: string;
        readonly defaultDatabase: string;
        readonly logs: { readonly defaultTable: string };
        readonly traces: { readonly defaultTable: string };
      };
    }[];
  }

  test('reads Valet’s SQL endpoint with the data source the dashboards ask for', () => {
    const { default: sqlPort } = ConfigurationSchema.properties.sqlPort as { readonly default?: number };
    const { datasources } = parse(read('deploy/grafana/provisioning/datasources/valet.yaml')) as Datasources;
    expect(datasources).toHaveLength(1);
    const { type, jsonData } = datasources[0] as Datasources['datasources'][0];
    expect(jsonData).toMatchObject({ host: 'valet', protocol: 'http', defaultDatabase: DATABASE });
    expect(jsonData.port).toBe(sqlPort);
    expect([jsonData.logs.defaultTable, jsonData.traces.defaultTable]).toEqual([TABLES.logs, TABLES.traces]);
    expect(compose.services['grafana']?.environment?.['GF_PLUGINS_PREINSTALL_SYNC']).toMatch(`${type}@`);
    for (const [file, dashboard] of allDashboards()) {
      const [choice] = dashboard.templating?.list ?? [];
      expect([choice?.name, choice?.query], file).toEqual(['datasource', type]);
    }
  });

  test('finds the dashboards where compose mounts them', () => {
    const { providers } = parse(read('deploy/grafana/provisioning/dashboards/valet.yaml')) as {
      providers: { options: { path: string } }[];
    };
    const path = providers[0]?.options.path;
    expect(mounts.find(([, target]) => target === path)?.[0]).toBe('./dashboards/generated');
    const home = String(
      compose.services['grafana']?.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'],
    );
    expect([...allDashboards().keys()].map((file) => `${path}/${file}`)).toContain(home);
  });
});

describe('Alertmanager’s configuration', () => {
  test('routes to a receiver it has, and groups by labels of Valet’s alerts', () => {
    const config = parse(read('deploy/alertmanager/alertmanager.yml')) as {
      route: { receiver: string; group_by: string[] };
      receivers: { name: string }[];
      inhibit_rules: { equal: string[] }[];
    };
    expect(config.receivers.map(({ name }) => name)).toContain(config.route.receiver);
    const labels = ['alertname', 'slo', 'objective', 'service', 'tenant', 'severity', 'group'];
    for (const label of [...config.route.group_by, ...config.inhibit_rules.flatMap(({ equal }) => equal)]) {
      expect(labels).toContain(label);
    }
  });
});

describe('Dockerfile', () => {
  test('gets every folder the program imports from', () => {
    const ignore = read('.dockerignore').split('\n');
    const folders = ['schemas', 'otlp', 'log', 'store', 'ingest', 'engine', 'query'];
    for (const folder of folders) expect(ignore, folder).toContain(`!${folder}`);
    const copied = read('Dockerfile');
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
      expect(copied).toContain(file);
      expect(readdirSync(ROOT)).toContain(file);
      expect(ignore).toContain(`!${file}`);
    }
  });

  test('runs as a user without rights, on a base with the pinned Node', () => {
    const text = read('Dockerfile');
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    for (const [, base] of text.matchAll(/^FROM (\S+)/gm)) {
      expect(base).toBe(`node:${dependencies['node']}-bookworm-slim`);
    }
    expect(text).toMatch(/^USER node$/m);
  });
});
