/** An instant: local time to read, UTC on hover. */
import { formatLocal, formatUtc } from '../format/time.js';
import { html } from '../vendor.js';

/** @param {string} at RFC 3339 @param {number} now epoch ms */
export function moment(at, now) {
  return html`<time datetime=${at} title=${formatUtc(at)}>${formatLocal(at, now)}</time>`;
}
