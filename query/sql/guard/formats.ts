import { denied } from './refusal.ts';

/** Output formats that need nothing but the rows: no schema or template file, no registry, no other protocol. */
const FORMATS = new Map(
  `JSON JSONCompact JSONStrings JSONCompactStrings JSONColumns JSONCompactColumns JSONColumnsWithMetadata JSONObjectEachRow
JSONEachRow JSONStringsEachRow JSONCompactEachRow JSONCompactStringsEachRow JSONEachRowWithProgress
JSONStringsEachRowWithProgress JSONCompactEachRowWithProgress JSONCompactStringsEachRowWithProgress
JSONCompactEachRowWithNames JSONCompactEachRowWithNamesAndTypes JSONCompactStringsEachRowWithNames
JSONCompactStringsEachRowWithNamesAndTypes JSONLines JSONL NDJSON PrettyJSONEachRow PrettyJSONLines PrettyNDJSON
CSV CSVWithNames CSVWithNamesAndTypes TSV TSVWithNames TSVWithNamesAndTypes TSVRaw TSVRawWithNames
TSVRawWithNamesAndTypes TabSeparated TabSeparatedWithNames TabSeparatedWithNamesAndTypes TabSeparatedRaw
TabSeparatedRawWithNames TabSeparatedRawWithNamesAndTypes TSKV Native RowBinary RowBinaryWithNames
RowBinaryWithNamesAndTypes Arrow ArrowStream Parquet ORC Avro MsgPack BSONEachRow Npy Pretty PrettyNoEscapes
PrettyCompact PrettyCompactNoEscapes PrettyCompactMonoBlock PrettyCompactNoEscapesMonoBlock PrettyMonoBlock
PrettyNoEscapesMonoBlock PrettySpace PrettySpaceNoEscapes PrettySpaceMonoBlock PrettySpaceNoEscapesMonoBlock Vertical
Values XML Markdown MD Null RawBLOB LineAsString SQLInsert Hash`
    .split(/\s+/)
    .map((name) => [name.toLowerCase(), name]),
);

/** The format's name as the engine writes it. Throws {@link SqlRefusal} for a format that is not available. */
export function checkedFormat(name: string): string {
  const found = FORMATS.get(name.toLowerCase());
  if (found === undefined) {
    throw denied(
      `the format ${name.slice(0, 60)} is not available; JSON, CSV, TSV, Native, ArrowStream, Parquet and their kin are`,
    );
  }
  return found;
}
