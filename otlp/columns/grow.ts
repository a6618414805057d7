/** The typed arrays columns are made of. */
export type Values = Uint8Array | Uint32Array | Int32Array | Float64Array | BigUint64Array;

/** A longer array with the same content: at least `minLength`, and at least twice as long. */
export function grow<Column extends Values>(column: Column, minLength: number): Column {
  const length = Math.max(minLength, column.length * 2);
  const Constructor = column.constructor as new (length: number) => Column;
  const grown = new Constructor(length);
  grown.set(column as never);
  return grown;
}
