/**
 * Which of the engine's functions a reader may call. The result is a list checked in (`allowed-functions.txt`), so a
 * function that comes with a newer engine is refused until the list is written again (tests/query/sql/guard/).
 */

/** A row of `system.functions`. */
export interface EngineFunction {
  readonly name: string;
  readonly isAggregate: boolean;
  readonly category: string;
  readonly aliasTo: string;
}

/** Categories of pure computations on their arguments. */
const PURE = new Set(
  `Arithmetic;Arrays;Bit;Bitmap;Comparison;Conditional;Dates and Times;Distance;Encoding;Financial;Geo;Hash;IP Address;JSON;
Logical;Map;Mathematical;Null;Random Number;Rounding;String;String Replacement;String Search;String Splitting;Time Series;
Time Window;Tuple;Type Conversion;URL;UUID`
    .split(';')
    .map((category) => category.trim()),
);

/** Names inside those categories that are not: they read configuration, keep state, run in other engines or burn time. */
const EXCEPTIONS = new Set([
  'chdb',
  'HMAC',
  'cutToFirstSignificantSubdomainCustom',
  'cutToFirstSignificantSubdomainCustomRFC',
  'cutToFirstSignificantSubdomainCustomWithWWW',
  'cutToFirstSignificantSubdomainCustomWithWWWRFC',
  'firstSignificantSubdomainCustom',
  'firstSignificantSubdomainCustomRFC',
  'globalInIgnoreSet',
  'globalNotInIgnoreSet',
  'globalNotNullInIgnoreSet',
  'globalNullInIgnoreSet',
  'inIgnoreSet',
  'notInIgnoreSet',
  'notNullInIgnoreSet',
  'nullInIgnoreSet',
  'naiveBayesNgrams',
  'timeSeriesCopyTag',
  'timeSeriesCopyTags',
  'timeSeriesExtractTag',
  'timeSeriesGroupToSamplingKey',
  'timeSeriesGroupToTags',
  'timeSeriesIdToGroup',
  'timeSeriesIdToTags',
  'timeSeriesJoinTags',
  'timeSeriesRemoveAllTagsExcept',
  'timeSeriesRemoveTag',
  'timeSeriesRemoveTags',
  'timeSeriesReplaceTag',
  'timeSeriesStoreTags',
  'timeSeriesTagsToGroup',
  'timeSeriesThrowDuplicateSeriesIf',
  'generateSnowflakeID',
  'MVTBoundingBox',
  'MVTBoundingBoxMercator',
]);

/** Names of the mixed categories that only compute, or that a client's handshake asks for and that tell nothing of the host's. */
const NAMED = new Set(
  `_CAST nested caseWithExpression
bar byteSize blockNumber blockSize colorOKLABToSRGB colorOKLCHToSRGB colorSRGBToOKLAB colorSRGBToOKLCH connectionId
countDigits currentDatabase currentQueryID currentRoles currentSchemas currentUser defaultValueOfArgumentType
defaultValueOfTypeName digits displayName dumpColumnStructure errorCodeToName finalizeAggregation formatQuery
formatQueryOrNull formatQuerySingleLine formatQuerySingleLineOrNull formatReadableDecimalSize formatReadableQuantity
formatReadableSize formatReadableTimeDelta getSetting getSizeOfEnumType getSubcolumn globalVariable icebergBucket
icebergTruncate identity ignore indexHint initialQueryID initialQueryStartTime initializeAggregation isConstant
isDecimalOverflow lowCardinalityIndices lowCardinalityKeys MACNumToString MACStringToNum MACStringToOUI materialize
minSampleSizeContinuous minSampleSizeConversion neighbor normalizeQuery normalizeQueryKeepNames normalizedQueryHash
normalizedQueryHashKeepNames parseReadableSize parseReadableSizeOrNull parseReadableSizeOrZero parseTimeDelta
partitionId queryID revision rowNumberInAllBlocks rowNumberInBlock runningAccumulate runningConcurrency
runningDifference runningDifferenceStartingWithFirstValue throwIf toColumnTypeName toTypeName transform variantElement
variantType version visibleWidth`.split(/\s+/),
);

/** Aggregate functions that show the engine's inside or exist to fail. */
const AGGREGATE_EXCEPTIONS = new Set([
  'aggThrow',
  'flameGraph',
  'estimateCompressionRatio',
  'MVTEncode',
  'ST_AsMVT',
]);

/** True for a function a reader may call. An alias follows what it stands for. */
export function mayCall(row: EngineFunction): boolean {
  const name = row.aliasTo === '' ? row.name : row.aliasTo;
  if (row.isAggregate) return !AGGREGATE_EXCEPTIONS.has(name) && !AGGREGATE_EXCEPTIONS.has(row.name);
  if (name.startsWith('__') || EXCEPTIONS.has(name)) return false;
  return NAMED.has(name) || PURE.has(row.category);
}

/** The checked-in list's text: a line a function, `aggregate` or `scalar` before its name, sorted. */
export function allowedFunctionsText(rows: readonly EngineFunction[]): string {
  const categoryOf = new Map(rows.map(({ name, category }) => [name, category]));
  const lines = rows
    .map((row) => ({ ...row, category: categoryOf.get(row.aliasTo) ?? row.category }))
    .filter(mayCall)
    .map(({ name, isAggregate }) => `${isAggregate ? 'aggregate' : 'scalar'} ${name}`);
  return `${lines.sort().join('\n')}\n`;
}
