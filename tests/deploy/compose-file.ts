/** `docker-compose.yml` and the other files of deploy/, as the tests read them. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const ROOT = new URL('../../', import.meta.url);

/** A file of the repository as text. */
export function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

export interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly target: string };
  readonly user: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly profiles?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck: { readonly test: readonly string[] };
  readonly deploy: {
    readonly resources: {
      readonly limits: { readonly cpus: string; readonly memory: string; readonly pids: number };
    };
  };
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

/** The file with its anchors followed and its variables as they are written. */
export function readCompose(): Compose {
  return parse(read('docker-compose.yml'), { merge: true }) as Compose;
}

/** `${NAME:-default}` as compose fills it in for somebody who has set nothing. */
export function withDefaults(text: string): string {
  return text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
}

/** A service's mounts, as `[source, target, mode]`. */
export function mountsOf({ volumes = [] }: Service): readonly (readonly string[])[] {
  return volumes.map((volume) => withDefaults(volume).split(':'));
}
