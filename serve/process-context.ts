import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { LogAddress } from '../log/open-log.ts';
import type { Configuration } from '../schemas/configuration.ts';
import type { Parts } from './parts.ts';
import type { ReadinessChecks } from './readiness.ts';
import type { Role } from './role.ts';
import type { RoleWorker } from './role-worker.ts';

/** What the parts of one process share. */
export interface ProcessContext {
  readonly configuration: Configuration;
  readonly roles: ReadonlySet<Role>;
  readonly logAddress: LogAddress;
  readonly logger: Logger;
  /** Of this thread. */
  readonly registry: Registry;
  readonly parts: Parts;
  readonly readiness: ReadinessChecks;
  /** Whose metrics `/metrics` shows beside this thread's. */
  readonly workers: RoleWorker[];
  /** Ends waits when the process is to stop. */
  readonly stopping: AbortSignal;
}
