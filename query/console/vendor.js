/** The two libraries of the console, served by the API under `/vendor/`; their addresses are named here only. */

export { live } from '/vendor/lit-html/directives/live.js';
export { repeat } from '/vendor/lit-html/directives/repeat.js';
export { html, nothing, render, svg } from '/vendor/lit-html/lit-html.js';
export { default as UPlot } from '/vendor/uplot/uPlot.esm.js';
