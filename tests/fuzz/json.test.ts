import { test } from 'vitest';
import { SIGNALS } from '../../schemas/names.ts';
import { PAYLOADS, runFully, TIMEOUT_MILLIS } from './run-fully.ts';

test.each(SIGNALS)(
  `supervise() of ${PAYLOADS} mutated payloads of %s in json finds nothing`,
  (signal) => runFully({ signal, encoding: 'json' }),
  TIMEOUT_MILLIS,
);
