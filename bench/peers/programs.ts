/** Where `build.sh` puts the programs Valet is compared with. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type PeerProgram = 'otlpload' | 'kfaked' | 'otelcol' | 'otelcol-ch';

const FOLDER = process.env['PEERS_DIR'] ?? fileURLToPath(new URL('./.build', import.meta.url));

/** Path of a built program; throws with what to do when it is not there. */
export function peerProgram(name: PeerProgram): string {
  const path = join(FOLDER, 'bin', name);
  if (existsSync(path)) return path;
  throw new Error(`Cannot run ${name} as ${path} is missing: build it with bench/peers/build.sh`);
}
