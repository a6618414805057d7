/**
 * `<curve-chart .model=${…}>`: one curve over time with marks, alert bands and a readout. New data is put into the
 * drawing that is there, so the pointer keeps its place. The arrow keys move along the curve.
 */
import { UPlot } from '../vendor.js';
import { chartOptions } from './curve-options.js';

/** @import {Band, Columns} from '../domain/curves.js' */

/**
 * @typedef {object} CurveModel
 * @property {string} title
 * @property {Columns} columns
 * @property {number} from epoch seconds, left edge
 * @property {number} to epoch seconds, right edge
 * @property {{ readonly min: number, readonly max: number }} range vertical range
 * @property {'linear' | 'compressed'} scale `compressed` keeps small values legible beside very large ones
 * @property {(value: number | null) => string} format
 * @property {(value: number) => string} tickFormat
 * @property {readonly { readonly value: number, readonly label: string }[]} marks horizontal lines
 * @property {readonly Band[]} bands alerts
 * @property {readonly number[]} [ticks] vertical axis; chosen by the library when absent
 */

const HEIGHT = 190;

export class CurveChart extends HTMLElement {
  /** @type {CurveModel | undefined} */
  #model;
  /** @type {InstanceType<typeof UPlot> | undefined} */
  #plot;
  #host = document.createElement('div');
  #readout = document.createElement('output');
  #resize = new ResizeObserver(() => this.#fit());
  #restyle = () => this.#rebuild();

  /** @param {CurveModel} model */
  set model(model) {
    const before = this.#model;
    this.#model = model;
    if (!this.isConnected) return;
    if (this.#plot === undefined || before?.scale !== model.scale) this.#rebuild();
    else this.#update();
  }

  /** What is drawn; the options read it at each drawing. */
  get model() {
    if (this.#model === undefined) throw new TypeError('Cannot draw a curve chart without a model');
    return this.#model;
  }

  connectedCallback() {
    this.#readout.className = 'curve-readout';
    this.#host.className = 'curve-host';
    this.#host.tabIndex = 0;
    this.#host.setAttribute('role', 'group');
    this.#host.addEventListener('keydown', this.#moved);
    this.replaceChildren(this.#readout, this.#host);
    this.#resize.observe(this.#host);
    document.addEventListener('themechange', this.#restyle);
    if (this.#model !== undefined) this.#rebuild();
  }

  disconnectedCallback() {
    this.#resize.disconnect();
    document.removeEventListener('themechange', this.#restyle);
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #rebuild() {
    if (this.#model === undefined || !this.isConnected) return;
    this.#plot?.destroy();
    const size = { width: this.#width(), height: HEIGHT };
    const options = chartOptions(this, { size, moved: (index) => this.#tell(index) });
    this.#plot = new UPlot(options, this.#data(), this.#host);
    this.#tell(null);
  }

  #update() {
    this.#plot?.setData(this.#data());
    this.#tell(this.#plot?.cursor.idx ?? null);
  }

  #fit() {
    if (this.#plot !== undefined && this.#plot.width !== this.#width()) {
      this.#plot.setSize({ width: this.#width(), height: HEIGHT });
    }
  }

  #width() {
    return Math.max(200, Math.floor(this.#host.clientWidth));
  }

  /** @returns {[number[], (number | null)[]]} */
  #data() {
    return [this.model.columns.at, this.model.columns.values];
  }

  /** Writes the value under the cursor, else the newest. @param {number | null} index */
  #tell(index) {
    const { columns, format, title } = this.model;
    const at = index ?? columns.at.length - 1;
    const seconds = columns.at[at];
    const value = columns.values[at] ?? null;
    this.#host.setAttribute('aria-label', `${title}: curve. Arrow keys read its values.`);
    if (seconds === undefined) {
      this.#readout.textContent = 'no data in this range';
      return;
    }
    const when = new Date(seconds * 1000);
    const text = when.toLocaleString('en-GB', {
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    this.#readout.textContent = `${value === null ? 'no events' : format(value)} at ${text}`;
    this.#readout.title = `${when.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  }

  /** @param {KeyboardEvent} event */
  #moved = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    const plot = this.#plot;
    if (step === undefined || plot === undefined) return;
    event.preventDefault();
    const { at } = this.model.columns;
    const from = plot.cursor.idx ?? at.length - 1;
    const index = Math.min(at.length - 1, Math.max(0, from + step));
    const seconds = at[index];
    if (seconds === undefined) return;
    plot.setCursor({ left: plot.valToPos(seconds, 'x'), top: plot.height / 3 });
  };
}

customElements.define('curve-chart', CurveChart);
