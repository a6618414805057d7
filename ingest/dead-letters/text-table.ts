/** A table in plain text: columns as wide as they must be, two spaces apart; `alignRight` names columns of numbers. */
export function textTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { alignRight = [] }: { readonly alignRight?: readonly string[] } = {},
): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] as number;
        return alignRight.includes(headings[column] as string) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [headings, ...rows].map(line).join('\n');
}
