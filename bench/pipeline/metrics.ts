import type { ValetProcess } from '../../tests/support/valet-process.ts';

/** The sum of a metric's samples whose labels contain `labels`; undefined while there is none. */
export async function metricOf(valet: ValetProcess, name: string, labels = ''): Promise<number | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${valet.ports.api}/metrics`)).text();
  const samples = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => line.includes(labels))
    .map((line) => Number(line.split(' ').at(-1)));
  return samples.length === 0 ? undefined : samples.reduce((sum, value) => sum + value, 0);
}
