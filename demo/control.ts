/** The fault switches over HTTP, for the console and the command line. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FAULTS, type FaultName, type FaultSwitches, isFaultName } from './shop/faults.ts';

/** A body is `{"active":true}`: anything larger is not ours. */
const MAX_BODY_BYTES = 1024;

export interface ControlServer {
  readonly url: string;
  close(): void;
}

/** Where the switches are reached. */
export interface ControlAddress {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

/**
 * `GET /faults` lists them, `PUT /faults/{name}` with `{"active": boolean}` switches one. On loopback unless told
 * otherwise. Resolves when listening.
 */
export function startControl(
  faults: FaultSwitches,
  { host, port }: ControlAddress = { host: '127.0.0.1', port: 0 },
): Promise<ControlServer> {
  const describe = (name: FaultName) => ({ name, description: FAULTS[name], active: faults.isActive(name) });
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const [, collection, name] = (request.url ?? '').split('/');
    if (collection !== 'faults') return answer(404, { detail: 'Not found; see /faults' });
    if (request.method === 'GET' && name === undefined) {
      return answer(200, { items: (Object.keys(FAULTS) as FaultName[]).map(describe) });
    }
    if (request.method !== 'PUT' || name === undefined)
      return answer(405, { detail: 'Use GET /faults or PUT /faults/{name}' });
    if (!isFaultName(name))
      return answer(404, { detail: `No fault ${name}; there are: ${Object.keys(FAULTS).join(', ')}` });
    const active = await readActive(request);
    if (active === undefined) return answer(400, { detail: 'Send {"active": true} or {"active": false}' });
    faults.set(name, active);
    return answer(200, describe(name));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      resolve({ url: `http://${host}:${address.port}`, close: () => server.close() });
    });
  });
}

async function readActive(body: AsyncIterable<Buffer>): Promise<boolean | undefined> {
  let text = '';
  for await (const chunk of body) {
    text += chunk.toString();
    if (text.length > MAX_BODY_BYTES) return undefined;
  }
  try {
    const { active } = JSON.parse(text) as { active?: unknown };
    return typeof active === 'boolean' ? active : undefined;
  } catch {
    return undefined;
  }
}
