/** What the official OpenTelemetry JavaScript SDK sends equals what SQL returns, value by value. */
import { afterAll, beforeAll } from 'vitest';
import { testJavascriptSdk } from '../interop/javascript-sdk.ts';
import { ValetProcess } from '../support/valet-process.ts';

let valet: ValetProcess;

beforeAll(async () => {
  valet = await ValetProcess.start();
});
afterAll(() => valet?.remove());

testJavascriptSdk(() => valet);
