/** What the official OpenTelemetry Python SDK sends equals what SQL returns, value by value. */
import { afterAll, beforeAll } from 'vitest';
import { ValetProcess } from '../support/valet-process.ts';
import { testPythonSdk } from './python-sdk.ts';

let valet: ValetProcess;

beforeAll(async () => {
  valet = await ValetProcess.start();
});
afterAll(() => valet?.remove());

testPythonSdk(() => valet);
