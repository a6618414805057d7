/** Keys made when a test needs them, by the `keytool` that comes with every Java. */
import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PASSWORD = 'changeit';

/** A key store of the broker, what its clients are to trust, and a client that it trusts. */
export interface Certificates {
  readonly keyStore: string;
  /** Holds the client's certificate. */
  readonly trustStore: string;
  /** Of the stores. */
  readonly password: string;
  /** PEM, of the broker. */
  readonly caFile: string;
  /** PEM, of the client. */
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes keys and self-signed certificates of a broker on 127.0.0.1 and of a client in the folder. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const [keyStore, clientStore, trustStore] = ['broker.p12', 'client.p12', 'trusted.p12'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const [caFile, certFile, keyFile] = ['ca.pem', 'client.pem', 'client-key.pem'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const names = ['-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1,dns:localhost', '-ext', 'bc=ca:true'];
  await Promise.all([
    makePair(keyStore, caFile, names),
    makePair(clientStore, certFile, ['-dname', 'CN=valet']),
  ]);
  await run('keytool', ['-importcert', '-noprompt', ...store(trustStore), '-file', certFile]);
  await writeFile(keyFile, keyIn(await readFile(clientStore)));
  return { keyStore, trustStore, password: PASSWORD, caFile, certFile, keyFile };
}

function store(path: string): readonly string[] {
  return ['-alias', 'it', '-keystore', path, '-storetype', 'PKCS12', '-storepass', PASSWORD];
}

async function makePair(path: string, certFile: string, names: readonly string[]): Promise<void> {
  const key = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '2'];
  await run('keytool', ['-genkeypair', ...store(path), ...key, ...names]);
  await run('keytool', ['-exportcert', '-rfc', ...store(path), '-file', certFile]);
}

/** `06 0b` and the object identifier 1.2.840.113549.1.12.10.1.2: a PKCS#8 key under a password follows, tagged [0]. */
const SHROUDED_KEY_BAG = Buffer.from('060b2a864886f70d010c0a0102', 'hex');

/** The private key of a PKCS#12 store as PEM: keytool gives certificates away, but no keys. */
function keyIn(pkcs12: Buffer): string {
  const tag = pkcs12.indexOf(SHROUDED_KEY_BAG) + SHROUDED_KEY_BAG.length;
  // The tag, the first byte of its length, and as many more as that says.
  const lengthByte = pkcs12[tag + 1] as number;
  const key = pkcs12.subarray(tag + 2 + (lengthByte < 0x80 ? 0 : lengthByte & 0x7f));
  const options = { format: 'der', type: 'pkcs8', passphrase: PASSWORD } as const;
  return createPrivateKey({ key, ...options }).export({ format: 'pem', type: 'pkcs8' }) as string;
}
