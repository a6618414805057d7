/** Says which setting to change when a port cannot be listened on. */
import { PORT_SETTINGS, variableOf } from '../configuration.ts';
import type { Configuration } from '../schemas/configuration.ts';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there; end it, or choose another with',
  EACCES: 'this user may not; choose a port above 1023 with',
  EADDRNOTAVAIL: 'this machine has no such address; change VALET_HOST, or the port with',
};
const CLICKHOUSE_PORT = 8123;

/** An error that names the setting, with the original as its cause; the original when it is of another kind. */
export function explainListenError(error: unknown, configuration: Configuration): unknown {
  const { code, port, syscall } = error as NodeJS.ErrnoException & { readonly port?: number };
  const reason = syscall === 'listen' && code !== undefined ? REASONS[code] : undefined;
  const key = PORT_SETTINGS.find((candidate) => configuration[candidate] === port);
  if (reason === undefined || key === undefined) return error;
  const hint = port === CLICKHOUSE_PORT ? ' (8123 is the port of ClickHouse servers too)' : '';
  const message = `Cannot listen on ${configuration.host}:${port}: ${reason} ${variableOf(key)}${hint}`;
  return Object.assign(new Error(message, { cause: error }), { code });
}
