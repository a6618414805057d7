/** Our own labels and annotations of an SLO (docs/slo-definitions.md). */
import {
  EXTENSION_DIMENSION,
  EXTENSION_EXCLUSIONS,
  EXTENSION_MIN_COVERAGE,
  EXTENSION_SECOND_WINDOW,
} from '../../../schemas/openslo.ts';
import { DIMENSIONS, type Dimension, type Exclusion, type TimeWindow } from '../types.ts';
import { parseExclusions } from './parse-exclusions.ts';
import { type AlertSettings, readAlertSettings } from './read-alert-settings.ts';
import type { Extension } from './read-metadata.ts';
import { readSecondWindow } from './read-time-window.ts';
import type { SourceDocument } from './source-document.ts';

export interface Extensions extends AlertSettings {
  readonly dimension?: Dimension;
  /** 0 to 1. */
  readonly minCoverage?: number;
  readonly secondWindow?: TimeWindow;
  readonly exclusions?: readonly Exclusion[];
}

const SHARE = /^(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?)$/;

/** Reads what `readMetadata` found; reports wrong values. Tiers have a file of their own. */
export function readExtensions(document: SourceDocument, found: ReadonlyMap<string, Extension>): Extensions {
  const dimension = readDimension(document, found.get(EXTENSION_DIMENSION));
  const minCoverage = readMinCoverage(document, found.get(EXTENSION_MIN_COVERAGE));
  const second = found.get(EXTENSION_SECOND_WINDOW);
  const secondWindow = second && readSecondWindow(document, second);
  const exclusions = readExclusions(document, found.get(EXTENSION_EXCLUSIONS));
  return {
    ...readAlertSettings(document, found),
    ...(dimension === undefined ? {} : { dimension }),
    ...(minCoverage === undefined ? {} : { minCoverage }),
    ...(secondWindow === undefined ? {} : { secondWindow }),
    ...(exclusions === undefined ? {} : { exclusions }),
  };
}

/** None when the text is empty. */
function readExclusions(
  document: SourceDocument,
  found: Extension | undefined,
): readonly Exclusion[] | undefined {
  if (found === undefined) return undefined;
  const read = parseExclusions(found.value);
  if ('message' in read) {
    const linesBelow = document.isBlockText(found.path) ? read.line + 1 : 0;
    document.problem(found.path, 'invalid-exclusion', read.message, linesBelow);
    return undefined;
  }
  return read.length === 0 ? undefined : read;
}

function readDimension(document: SourceDocument, found: Extension | undefined): Dimension | undefined {
  if (found === undefined) return undefined;
  const dimension = DIMENSIONS.find((known) => known === found.value);
  if (dimension === undefined) {
    const message = `Cannot use ${JSON.stringify(found.value)} as a dimension: write ${DIMENSIONS.join(', ')}`;
    document.problem(found.path, 'invalid-extension', message);
  }
  return dimension;
}

function readMinCoverage(document: SourceDocument, found: Extension | undefined): number | undefined {
  if (found === undefined) return undefined;
  if (SHARE.test(found.value)) return Number(found.value);
  const message = `Cannot use ${JSON.stringify(found.value)} as a coverage: write "0" to "1", as "0.9"`;
  document.problem(found.path, 'invalid-extension', message);
  return undefined;
}
