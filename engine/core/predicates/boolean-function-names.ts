/** The functions that are conditions by themselves. */
export const BOOLEAN_FUNCTION_NAMES = ['IsMatch', 'HasPrefix', 'HasSuffix', 'IsRootSpan'] as const;
export type BooleanFunctionName = (typeof BOOLEAN_FUNCTION_NAMES)[number];

/** True for functions that answer true or false by themselves. */
export function isBooleanFunction(name: string): name is BooleanFunctionName {
  return (BOOLEAN_FUNCTION_NAMES as readonly string[]).includes(name);
}
