/** Where in a document something is. */
export type PropertyPath = readonly (string | number)[];

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `spec.objectives[0].target`, keys that are no plain names in brackets: `metadata.labels["a/b"]`. */
export function shownPath(path: PropertyPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!PLAIN.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** The same with every index left out, `spec.objectives[].target`: what a rule is named by. */
export function generalPath(path: PropertyPath): string {
  return shownPath(path).replace(/\[\d+\]/g, '[]');
}
