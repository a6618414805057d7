/** How to send data, how to define an SLO, how to ask by SQL: with this instance's host and ports. */
import { SERVICES } from '../data/needs.js';
import { plural } from '../domain/headline.js';
import * as samples from '../domain/send-samples.js';
import { codeBlock } from '../parts/code-block.js';
import { html } from '../vendor.js';

/** @import {ViewContext} from './context.js' */

/** Where to send: the host this page came from, the ports the API names. @param {ViewContext} context @returns {samples.Target} */
export function targetOf({ info }) {
  const { hostname } = window.location;
  return {
    host: hostname === '' ? 'localhost' : hostname,
    ports: { ...samples.DEFAULT_PORTS, ...info.ports },
  };
}

/** @param {ViewContext} context */
function arrived(context) {
  const services = context.get(SERVICES).data?.items;
  if (services === undefined) return '';
  return services.length === 0
    ? html`<p class="waiting" role="status"><i class="dot"></i>Waiting for the first data</p>`
    : html`<p class="muted" role="status">Data of ${plural(services.length, 'service', 'services')} has arrived. <a href="#/">Overview</a></p>`;
}

/** @param {samples.Target} target */
function ports({ host, ports }) {
  const rows = [
    ['OTLP over gRPC', `${host}:${ports.otlpGrpc}`],
    ['OTLP over HTTP', `http://${host}:${ports.otlpHttp}`],
    ["SQL, ClickHouse's HTTP dialect", `http://${host}:${ports.sql}`],
    ['API and this console', window.location.origin],
  ];
  return html`<dl class="ports">${rows.map(([name, address]) => html`<div><dt>${name}</dt><dd><code>${address}</code></dd></div>`)}</dl>`;
}

/** @param {ViewContext} context */
export function sendView(context) {
  const target = targetOf(context);
  return html`<h1>Send data</h1>${arrived(context)}${ports(target)}
    <div class="guide">
      <section><h2>From an OpenTelemetry SDK</h2>
        <p>Every SDK reads these variables. Traces, metrics and logs go to one address.</p>
        ${codeBlock(samples.sdkSample(target), 'Environment of an SDK, HTTP')}
        <p>Over gRPC instead:</p>${codeBlock(samples.sdkGrpcSample(target), 'Environment of an SDK, gRPC')}</section>
      <section><h2>From a Collector</h2>
        <p><code>block_on_overflow</code> makes its receivers wait when Valet is away, instead of dropping data.</p>
        ${codeBlock(samples.collectorSample(target), 'Collector configuration')}</section>
      <section><h2>By hand</h2>
        <p>One span as OTLP/JSON; the service <code>hello</code> then appears in the overview.</p>
        ${codeBlock(samples.curlSample(target), 'A span with curl')}</section>
      <section><h2>Define an SLO</h2>
        <p>An OpenSLO file in the SLO directory (<code>VALET_SLO_DIR</code>) takes effect when it is saved.</p>
        ${codeBlock(samples.SLO_SAMPLE, 'An SLO definition')}</section>
      <section class="wide"><h2>Ask by SQL</h2>
        <p>Read-only, in ClickHouse's HTTP dialect: Grafana's ClickHouse data source, drivers and curl connect to it.</p>
        ${codeBlock(samples.sqlCurlSample(target), 'A query with curl')}
        <div class="queries">${samples.QUERIES.map(({ title, sql }) => html`<div><h3>${title}</h3>${codeBlock(sql, title)}</div>`)}</div></section>
    </div>`;
}
