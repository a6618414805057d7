import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EngineView } from '../../engine/core/types.ts';
import type { Info } from '../../schemas/api.ts';
import type { Store } from '../../store/types.ts';

/** Whether the role can do its work, and if not, why. */
export interface Readiness {
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

export interface QueryOptions {
  /** What the SLO answers come from. */
  readonly view: EngineView;
  /** Asked for the services seen. */
  readonly store: Store;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The console's files, served at `/`. */
  readonly consoleDir: string;
  /** Where the demo's fault switches are; '' without a demo. */
  readonly demoControlUrl: string;
  /** For this role's own figures. */
  readonly registry: Registry;
  /** The text of `/metrics`, of every role in this process. @default this role's registry */
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly ready: () => Readiness;
  /** Calls the listener whenever the engine's state changed; returns the function that ends that. */
  readonly onUpdate: (listener: () => void) => () => void;
  /** Answer of `/api/v1/info`; the port of the API itself is filled in. */
  readonly info: Omit<Info, 'demo'>;
  /** Further names in `Host` headers to answer. @default none */
  readonly allowedHosts?: readonly string[];
  /** Whose services are listed. @default '' */
  readonly tenant?: string;
  /** Tables another program made without a tenant column are the tenant's whose name is `''`. @default false */
  readonly acceptsForeignTables?: boolean;
  /** Clients of `/api/v1/updates` at the same time. @default 200 */
  readonly maxUpdateClients?: number;
}
