/**
 * The one grammar of a number inside a text (an attribute sent as text, a log body), shared by the column closure and
 * SQL so that both read the same texts as numbers: `-?digits[.digits][e±digits]`, nothing around it.
 */

/** Pattern of the grammar, in RE2's syntax; its one group is the number. */
export const NUMBER_TEXT_PATTERN = '^(-?[0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)$';

const NUMBER_TEXT = new RegExp(NUMBER_TEXT_PATTERN);

/** The number a text spells, to the nearest double; undefined when it spells none. */
export function numberOfText(text: string): number | undefined {
  return NUMBER_TEXT.test(text) ? Number(text) : undefined;
}
