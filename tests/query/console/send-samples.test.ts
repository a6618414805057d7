import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadDefinitions } from '../../../engine/core/definitions/load-definitions.ts';
import * as samples from '../../../query/console/domain/send-samples.js';

const target = {
  host: 'valet.example',
  ports: { otlpGrpc: 14_317, otlpHttp: 14_318, sql: 18_123, api: 18_080 },
};

describe('the samples', () => {
  it('name the ports of this instance', () => {
    expect(samples.sdkSample(target)).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=http://valet.example:14318\n');
    expect(samples.sdkGrpcSample(target)).toContain('http://valet.example:14317');
    expect(samples.sqlCurlSample(target)).toContain('http://valet.example:18123/');
  });

  it('hold a Collector configuration that is YAML', () => {
    const configuration = parse(samples.collectorSample(target)) as Record<string, Record<string, unknown>>;
    expect(configuration['exporters']).toMatchObject({ 'otlp/valet': { endpoint: 'valet.example:14317' } });
  });

  it('hold an SLO that loads without a problem', () => {
    const { definitions, problems } = loadDefinitions([{ path: 'sample.yaml', text: samples.SLO_SAMPLE }]);
    expect(problems).toEqual([]);
    expect(definitions[0]).toMatchObject({
      name: 'checkout-errors',
      dimension: 'errors',
      service: 'checkout',
    });
  });

  it('hold a shell command whose body is OTLP/JSON', () => {
    const body = samples.curlSample(target).replace(/curl [^<]*<</s, 'cat <<');
    const request = JSON.parse(execFileSync('sh', ['-c', body]).toString()) as {
      resourceSpans: { scopeSpans: { spans: Record<string, string>[] }[] }[];
    };
    const span = request.resourceSpans[0]?.scopeSpans[0]?.spans[0];
    expect(span?.['traceId']).toMatch(/^[0-9a-f]{32}$/);
    expect(span?.['spanId']).toMatch(/^[0-9a-f]{16}$/);
    expect(BigInt(span?.['endTimeUnixNano'] ?? 0) - BigInt(span?.['startTimeUnixNano'] ?? 0)).toBe(
      42_000_000n,
    );
  });
});
