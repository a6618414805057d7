/** What stands where figures would: loading, empty, failed. */
import { html } from '../vendor.js';

/** @import {ApiError} from '../data/api.js' */

/** Placeholder lines of a view that has no answer yet. @param {string} what @param {number} [lines] */
export function loading(what, lines = 4) {
  return html`<div class="skeleton" role="status"><span class="visually-hidden">Loading ${what}</span>
    ${Array.from({ length: lines }, () => html`<div class="skeleton-line"></div>`)}
  </div>`;
}

/** @param {unknown} title @param {unknown} text */
export function empty(title, text) {
  return html`<div class="empty"><p class="empty-title">${title}</p><p>${text}</p></div>`;
}

/** A part that could not be read at all. @param {string} what @param {ApiError} error */
export function failed(what, error) {
  return html`<div class="empty failed" role="alert">
    <p class="empty-title">Cannot show ${what}</p>
    <p>${error.message}${error.status === 0 ? '' : html` <code>${error.status} ${error.code}</code>`}. Asking again.</p>
  </div>`;
}

/**
 * The three ways a resource shows: its data, else why there is none.
 * @template T
 * @param {{ readonly data: T | undefined, readonly error: ApiError | undefined }} resource
 * @param {{ readonly what: string, readonly lines?: number, readonly show: (data: T) => unknown }} options
 */
export function whenLoaded(resource, { what, lines, show }) {
  if (resource.data !== undefined) return show(resource.data);
  return resource.error === undefined ? loading(what, lines) : failed(what, resource.error);
}
