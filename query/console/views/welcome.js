/** The overview before anything has arrived. */

import { plural } from '../domain/headline.js';
import { sdkSample } from '../domain/send-samples.js';
import { codeBlock } from '../parts/code-block.js';
import { html } from '../vendor.js';
import { targetOf } from './send.js';

/** @import {SloSummary} from '../../../engine/core/types.ts' */
/** @import {ViewContext} from './context.js' */

/** @param {ViewContext} context @param {readonly SloSummary[]} slos */
export function welcome(context, slos) {
  return html`<section class="welcome">
    <p class="waiting"><i class="dot"></i>Waiting for the first data</p>
    <h2>Point a service at Valet</h2>
    <p>Valet is running and has received nothing yet. Any OpenTelemetry SDK sends with these variables; the service appears here within seconds.</p>
    ${codeBlock(sdkSample(targetOf(context)), 'Environment of an OpenTelemetry SDK')}
    <p>${slos.length === 0 ? 'No SLO is defined yet.' : `${plural(slos.length, 'SLO is', 'SLOs are')} defined and ${slos.length === 1 ? 'waits' : 'wait'} for events.`}
      <a href="#/send">Collector, curl, SQL and an example SLO</a></p>
  </section>`;
}
