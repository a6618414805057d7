/** How the `valet slo` commands speak. */
import type { DefinitionProblem } from '../../core/types.ts';

/** `slos/a.yaml:4: invalid-name at metadata.name: …`. */
export function problemLine({ file, line, path, code, message, severity }: DefinitionProblem): string {
  const place = path === '' ? '' : ` at ${path}`;
  return `${file}:${line}: ${severity === 'warning' ? 'warning ' : ''}${code}${place}: ${message}`;
}

export function isError({ severity }: DefinitionProblem): boolean {
  return severity !== 'warning';
}

/** `1 file`, `2 files`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** To standard error, so that what is piped on stays clean. */
export function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}
