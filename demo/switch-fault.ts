/** Switches a fault of a running demo through Valet's API. */
import { addressesOf } from './addresses.ts';
import type { FaultName } from './shop/faults.ts';

/** Returns what to tell the user; throws with the next step when the demo does not answer. */
export async function switchFault(name: FaultName, active: boolean): Promise<string> {
  const { apiUrl } = addressesOf(process.env);
  const response = await fetch(`${apiUrl}/api/v1/demo/faults/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ active }),
  }).catch((error: unknown) => {
    throw new Error(`Cannot reach the demo at ${apiUrl}; start it with: npm run demo`, { cause: error });
  });
  if (!response.ok) {
    throw new Error(`Cannot switch ${name}: ${apiUrl} answered ${response.status} ${await response.text()}`);
  }
  return `${name} is ${active ? 'on' : 'off'}; watch ${apiUrl}`;
}
