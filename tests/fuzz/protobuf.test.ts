import { test } from 'vitest';
import { SIGNALS } from '../../schemas/names.ts';
import { PAYLOADS, runFully, TIMEOUT_MILLIS } from './run-fully.ts';

test.each(SIGNALS)(
  `supervise() of ${PAYLOADS} mutated payloads of %s in protobuf finds nothing`,
  (signal) => runFully({ signal, encoding: 'protobuf' }),
  TIMEOUT_MILLIS,
);
