/** Keys made when a test needs them, by the `keytool` that comes with every Java. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A key store of the broker, and what its clients are to trust. */
export interface Certificates {
  readonly keyStore: string;
  readonly password: string;
  /** PEM. */
  readonly caFile: string;
}

/** Makes a key and a self-signed certificate for 127.0.0.1 in the folder. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const keyStore = join(folder, 'broker.p12');
  const caFile = join(folder, 'ca.pem');
  const password = 'changeit';
  const store = ['-alias', 'broker', '-keystore', keyStore, '-storetype', 'PKCS12', '-storepass', password];
  const key = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '2'];
  const names = ['-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1,dns:localhost', '-ext', 'bc=ca:true'];
  await run('keytool', ['-genkeypair', ...store, ...key, ...names]);
  await run('keytool', ['-exportcert', '-rfc', ...store, '-file', caFile]);
  return { keyStore, password, caFile };
}
