import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadConfiguration } from '../../configuration.ts';
import { parseRoles, ROLES } from '../../serve/role.ts';
import { read, readCompose } from './compose-file.ts';

interface Port {
  readonly name: string;
  readonly containerPort: number;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly ports: readonly Port[];
  readonly resources: { readonly requests: object; readonly limits: { readonly memory: string } };
  readonly securityContext: object;
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: unknown;
}

interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly securityContext: object;
    readonly enableServiceLinks: boolean;
    readonly terminationGracePeriodSeconds: number;
    readonly containers: readonly [Container];
  };
}

interface Deployment {
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly template: PodTemplate;
}

interface Service {
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly port: number; readonly targetPort: string }[];
}

const manifests = parseAllDocuments(read('deploy/kubernetes/valet.yaml')).map(
  (document) => document.toJS() as Manifest,
);
const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const deployments = ofKind('Deployment').map(({ metadata, spec }) => ({
  name: metadata.name,
  ...(spec as Deployment),
}));

describe('deploy/kubernetes/valet.yaml', () => {
  test('runs every role, of the image the compose file has', () => {
    expect(deployments.map(({ name }) => name)).toEqual(ROLES.map((role) => `valet-${role}`));
    for (const { name, selector, template } of deployments) {
      const [{ args, image }] = template.spec.containers;
      expect([...parseRoles(args[2] ?? '')]).toEqual([name.replace('valet-', '')]);
      expect(image).toBe(readCompose().services['receiver']?.image);
      expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    }
  });

  test('gives each a configuration it starts with', () => {
    const [settings] = ofKind('ConfigMap');
    for (const { template } of deployments) {
      const [{ envFrom, env, ports }] = template.spec.containers;
      expect(envFrom).toEqual([{ configMapRef: { name: settings?.metadata.name } }]);
      const variables = Object.fromEntries(env.map(({ name, value = 'from a secret' }) => [name, value]));
      const { values } = loadConfiguration({ VALET_MODE: 'server', ...settings?.data, ...variables });
      const known = {
        'otlp-grpc': values.otlpGrpcPort,
        'otlp-http': values.otlpHttpPort,
        api: values.apiPort,
        sql: values.sqlPort,
      };
      for (const { name, containerPort } of ports)
        expect(containerPort).toBe(known[name as keyof typeof known]);
      // Kubernetes would add VALET_QUERY_SERVICE_HOST and the like, and Valet refuses settings it does not know.
      expect(template.spec.enableServiceLinks).toBe(false);
    }
  });

  test('lets none run as root, write to its image, or wait for less than a drain takes', () => {
    for (const { template } of deployments) {
      expect(template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
      expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30);
      const [container] = template.spec.containers;
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.limits.memory).toMatch(/^\d+[MG]i$/);
    }
  });

  test('asks whether a role lives and whether it can work at different paths', () => {
    for (const { template } of deployments) {
      const [{ startupProbe, livenessProbe, readinessProbe, ports }] = template.spec.containers;
      expect(ports.map(({ name }) => name)).toContain('api');
      for (const { httpGet } of [startupProbe, livenessProbe])
        expect(httpGet).toEqual({ path: '/healthz', port: 'api' });
      expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'api' });
    }
  });

  test('leads services, scaling and disruption budgets to deployments there are', () => {
    for (const { spec } of ofKind('Service')) {
      const { selector, ports } = spec as Service;
      const target = deployments.find(({ template }) => template.metadata.labels['app'] === selector['app']);
      const names = target?.template.spec.containers[0].ports.map(({ name }) => name);
      for (const { targetPort } of ports) expect(names).toContain(targetPort);
    }
    for (const { spec } of ofKind('HorizontalPodAutoscaler')) {
      const { scaleTargetRef } = spec as { scaleTargetRef: { name: string } };
      expect(deployments.map(({ name }) => name)).toContain(scaleTargetRef.name);
    }
    for (const { spec } of ofKind('PodDisruptionBudget')) {
      const { selector } = spec as Deployment;
      expect(deployments.map((deployment) => deployment.selector)).toContainEqual(selector);
    }
  });

  test('has no secret in it', () => {
    expect(ofKind('Secret')).toEqual([]);
    for (const { template } of deployments) {
      for (const { name, value } of template.spec.containers[0].env) expect(value, name).toBeUndefined();
    }
    expect(read('deploy/kubernetes/valet.yaml')).not.toMatch(/PASSWORD: /);
  });
});
