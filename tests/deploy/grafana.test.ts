import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { allDashboards } from '../../dashboards/all.ts';
import { ConfigurationSchema } from '../../schemas/configuration.ts';
import { DATABASE, TABLES } from '../../schemas/names.ts';
import { mountsOf, read, readCompose } from './compose-file.ts';

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

const { grafana } = readCompose().services;

test('Grafana’s provisioning reads Valet’s SQL endpoint with the data source the dashboards ask for', () => {
  const { default: sqlPort } = ConfigurationSchema.properties.sqlPort as { readonly default?: number };
  const { datasources } = parse(read('deploy/grafana/provisioning/datasources/valet.yaml')) as Datasources;
  expect(datasources).toHaveLength(1);
  const { type, jsonData } = datasources[0] as Datasources['datasources'][0];
  expect(jsonData).toMatchObject({ host: 'query', protocol: 'http', defaultDatabase: DATABASE });
  expect(jsonData.port).toBe(sqlPort);
  expect([jsonData.logs.defaultTable, jsonData.traces.defaultTable]).toEqual([TABLES.logs, TABLES.traces]);
  expect(grafana?.environment?.['GF_PLUGINS_PREINSTALL_SYNC']).toMatch(`${type}@`);
  for (const [file, dashboard] of allDashboards()) {
    const [choice] = dashboard.templating?.list ?? [];
    expect([choice?.name, choice?.query], file).toEqual(['datasource', type]);
  }
});

test('Grafana’s provisioning finds the dashboards where compose mounts them', () => {
  const { providers } = parse(read('deploy/grafana/provisioning/dashboards/valet.yaml')) as {
    providers: { options: { path: string } }[];
  };
  const path = providers[0]?.options.path;
  const mounts = grafana ? mountsOf(grafana) : [];
  expect(mounts.find(([, target]) => target === path)?.[0]).toBe('./dashboards/generated');
  const home = String(grafana?.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']);
  expect([...allDashboards().keys()].map((file) => `${path}/${file}`)).toContain(home);
});
