import type { IncomingHttpHeaders } from 'node:http';

/** As long as other stores of telemetry allow, and none of what quotes, paths or lists are made of. */
const TENANT = /^[A-Za-z0-9!_.*()-]{1,150}$/;
/** A header's name that is one in HTTP/1, HTTP/2 and gRPC metadata; there `-bin` marks base64. */
const HEADER = /^(?!.*-bin$)[a-z0-9_.-]+$/;

/** What is wrong with a tenant's name. */
export class TenantNameError extends Error {
  readonly header: string;
  readonly reason: string;

  constructor(header: string, reason: string) {
    super(`Cannot tell the tenant by the header ${header}: ${reason}`);
    this.name = 'TenantNameError';
    this.header = header;
    this.reason = reason;
  }
}

/** The header's name in lower case; throws a `RangeError` for one that cannot be sent. '' stands for none. */
export function tenantHeaderName(name: string): string {
  const lower = name.toLowerCase();
  if (lower !== '' && !HEADER.test(lower)) {
    throw new RangeError(
      `Cannot read tenants from a header as its name must be letters, digits, "-", "_" and ".", without the ending -bin: current value is "${name}"`,
    );
  }
  return lower;
}

/**
 * The tenant a request is for: the header's value, or '' when there is none or no header is asked for.
 *
 * @throws {TenantNameError} for a value that is not 1 to 150 letters, digits or `! - _ . * ( )`
 */
export function tenantOf(headers: IncomingHttpHeaders, header: string): string {
  if (header === '') return '';
  const value = headers[header];
  if (value === undefined || value === '') return '';
  const name = String(value);
  if (TENANT.test(name)) return name;
  throw new TenantNameError(header, 'a tenant is 1 to 150 letters, digits or ! - _ . * ( )');
}
