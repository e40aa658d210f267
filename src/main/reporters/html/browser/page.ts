// What a page can do beyond being read: readings under the pointer or by keys, zoom, and saving the JSON. This is not a
// module: its output is inserted into every page as it is.
{
  const QUANTILES = ['p50', 'p90', 'p99', 'max'] as const;
  const MOST_TICKS = 9;
  const STEPS_MS = [
    10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
    1_200_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000,
  ];

  document.documentElement.classList.add('js');

  function all(selector: string, from: ParentNode = document): HTMLElement[] {
    return [...from.querySelectorAll<HTMLElement>(selector)];
  }

  function one(selector: string, from: ParentNode = document): HTMLElement | null {
    return from.querySelector<HTMLElement>(selector);
  }

  async function save(): Promise<void> {
    const link = Object.assign(document.createElement('a'), { download: 'volley-result.json' });
    link.href = URL.createObjectURL(new Blob([await unpackedResult()], { type: 'application/json' }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll<HTMLDetailsElement>('details:not(.rows)'))
      details.open = true;
  });

  function three(value: number): string {
    if (value >= 999.5) return Math.round(value).toLocaleString('en-US');
    return Number(value.toPrecision(3)).toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
  }

  function timeText(valueMs: number | null | undefined): string {
    if (valueMs === null || valueMs === undefined) return '–';
    if (valueMs < 0.0005) return '0 µs';
    if (valueMs < 0.9995) return `${three(valueMs * 1_000)} µs`;
    return valueMs < 999.5 ? `${three(valueMs)} ms` : `${three(valueMs / 1_000)} s`;
  }

  function countText(value: number): string {
    return Math.round(value).toLocaleString('en-US');
  }

  function rateText(perSecond: number): string {
    return `${perSecond === 0 ? '0' : three(perSecond)}/s`;
  }

  function clockText(atMs: number, stepMs: number): string {
    const digits = stepMs >= 1_000 ? 0 : stepMs >= 100 ? 1 : 2;
    if (digits > 0 && atMs < 60_000) return `${(atMs / 1_000).toFixed(digits)} s`;
    const whole = Number((atMs / 1_000).toFixed(digits));
    const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60];
    const seconds = (whole % 60).toFixed(digits).padStart(digits === 0 ? 2 : digits + 3, '0');
    return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
  }

  function worst(values: readonly (number | null | undefined)[]): number | null {
    const known = values.filter((value) => value !== null && value !== undefined);
    return known.length === 0 ? null : Math.max(...known);
  }

  function worstOf(rows: readonly Partial<Quantiles>[]): Quantiles {
    const [p50, p90, p99, max] = QUANTILES.map((quantile) => worst(rows.map((row) => row[quantile])));
    return { p50, p90, p99, max };
  }

  /** The most users at one time, as the track shows it. */
  function usersWithin(
    points: readonly { readonly atMs: number; readonly users: number }[],
    fromMs: number,
    toMs: number,
  ): number {
    let users = 0;
    for (const point of points) {
      if (point.atMs >= toMs) break;
      users = point.atMs <= fromMs ? point.users : Math.max(users, point.users);
    }
    return users;
  }

  /** The columns of the tracks, from the result in the page. */
  async function columnsOf(inOne: number, columnMs: number): Promise<Column[]> {
    const { windowMs, latencyMs, series, scenarios } = JSON.parse(await unpackedResult()) as Result;
    const columns: Column[] = [];
    for (let from = 0; from < series.buckets.length; from += inOne) {
      const buckets = series.buckets.slice(from, from + inOne);
      const sum = (of: (bucket: Bucket) => number | undefined): number =>
        buckets.reduce((total, bucket) => total + (of(bucket) ?? 0), 0);
      const kinds = new Set(buckets.flatMap(({ failures }) => Object.keys(failures ?? {})));
      const other = worstOf(buckets.flatMap(({ response, service }) => response ?? service ?? []));
      const failed = sum((bucket) => bucket.failed);
      const [fromMs, restMs] = [columns.length * columnMs, windowMs - columns.length * columnMs];
      columns.push({
        users: usersWithin(scenarios?.users.series ?? [], fromMs, fromMs + columnMs),
        seconds: (restMs >= 1 && restMs < columnMs ? restMs : columnMs) / 1_000,
        sent: sum((bucket) => bucket.sent),
        failed,
        answered: buckets.some(({ answered }) => answered !== undefined)
          ? sum(({ answered }) => answered)
          : null,
        outstanding: worst(buckets.map((bucket) => bucket.outstanding)),
        censored: sum((bucket) => bucket.censored),
        waitP99: worst(buckets.map((bucket) => bucket.waitP99)),
        startLagP99: worst(buckets.map((bucket) => bucket.startLagP99)),
        failures: {
          ...(kinds.size === 0 ? { failed } : {}),
          ...Object.fromEntries([...kinds].map((kind) => [kind, sum(({ failures }) => failures?.[kind])])),
          unfinished: sum(({ sent, ok, failed: bad, cancelled = 0 }) => sent - ok - bad - cancelled),
          dropped: sum(({ dropped }) => dropped),
        },
        response: latencyMs.headline === 'response' ? worstOf(buckets) : other,
        service: latencyMs.headline === 'service' ? worstOf(buckets) : other,
        tokens: sum(({ tokens }) => tokens),
        ttft: worstOf(buckets.flatMap(({ ttft }) => ttft ?? [])),
        gap: worstOf(buckets.flatMap(({ gap }) => gap ?? [])),
      });
    }
    return columns;
  }

  function quantilesText(
    quantiles: Quantiles,
    isBound: boolean,
    names: readonly (typeof QUANTILES)[number][],
  ): string {
    return names
      .map((name) => `${name} ${name === 'max' && isBound ? '≥ ' : ''}${timeText(quantiles[name])}`)
      .join('  ');
  }

  function shareText(valueMs: number | null, { response }: Column): string {
    if (valueMs === null || !response.p99) return '';
    return `${timeText(valueMs)}, ${Math.min(100, Math.round((100 * valueMs) / response.p99))} %`;
  }

  function trackText(id: string, column: Column): string {
    if (id.startsWith('failed ')) return countText(column.failures[id.slice('failed '.length)] ?? 0);
    switch (id) {
      case 'rate':
        return `${rateText(column.sent / column.seconds)} sent${
          column.answered === null ? '' : `  ${rateText(column.answered / column.seconds)} ok`
        }`;
      case 'response':
      case 'service':
        return quantilesText(column[id], column.censored > 0, QUANTILES);
      case 'ttft':
      case 'gap':
        return quantilesText(column[id], false, QUANTILES);
      case 'tokens':
        return rateText(column.tokens / column.seconds);
      case 'heat':
        return `${countText(column.sent)} requests`;
      case 'users':
        return countText(column.users);
      case 'target':
        return column.outstanding === null ? '' : countText(column.outstanding);
      case 'connections':
        return shareText(column.waitP99, column);
      case 'volley':
        return shareText(column.startLagP99, column);
      default:
        return '';
    }
  }

  /** A moment in words, for screen readers. */
  function momentText(column: Column): string {
    return [
      trackText('rate', column),
      `response ${quantilesText(column.response, column.censored > 0, ['p50', 'p99', 'max'])}`,
      `${countText(column.failed)} failed`,
      ...(column.outstanding === null ? [] : [`${countText(column.outstanding)} without an answer`]),
    ].join(', ');
  }

  /** How far a key moves the shown moment; undefined if it does not. */
  function moveOf(key: string, far: number, count: number): number | undefined {
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowUp: 1,
      ArrowLeft: -1,
      ArrowDown: -1,
      PageUp: far,
      PageDown: -far,
      Home: -count,
      End: count,
    };
    return moves[key];
  }

  /** The tracks of a run with one time axis: a moment is read from all of them, and a part can be enlarged. */
  class Tracks {
    readonly #stack: HTMLElement;
    readonly #slider: HTMLElement;
    readonly #cursor: HTMLElement;
    readonly #brush: HTMLElement;
    readonly #count: number;
    readonly #stepMs: number;
    readonly #drawings: readonly SVGSVGElement[];
    readonly #tracks: readonly { readonly id: string; readonly read: HTMLElement | null }[];
    /** The range of columns that is drawn. */
    #from = 0;
    #to: number;
    #shown = 0;
    /** The column where the pointer went down; null while it is up. */
    #start: number | null = null;
    #loading: Promise<Column[]> | null = null;

    constructor(stack: HTMLElement, slider: HTMLElement, cursor: HTMLElement, brush: HTMLElement) {
      this.#stack = stack;
      this.#slider = slider;
      this.#cursor = cursor;
      this.#brush = brush;
      this.#count = Number(stack.dataset['columns']);
      this.#stepMs = Number(stack.dataset['ms']);
      this.#to = this.#count;
      this.#drawings = [...stack.querySelectorAll<SVGSVGElement>('.marks')];
      this.#tracks = all('.track', stack).map((track) => ({
        id: track.dataset['track'] ?? '',
        read: one('.read', track),
      }));
      this.#listenToPointer();
      this.#listenToKeys();
      // Loaded early, so that the first reading does not have to wait for it.
      setTimeout(() => void this.#load(), 300);
    }

    #load(): Promise<Column[]> {
      this.#loading ??= columnsOf(Number(this.#stack.dataset['inOne']), this.#stepMs);
      return this.#loading;
    }

    #area(): { left: number; x: number; width: number } {
      const outer = this.#stack.getBoundingClientRect();
      const inner = this.#drawings[0]?.getBoundingClientRect() ?? outer;
      return { left: inner.left - outer.left, x: inner.left, width: inner.width };
    }

    #indexAt(event: MouseEvent): number {
      const { x, width } = this.#area();
      return Math.floor(this.#from + ((event.clientX - x) / width) * (this.#to - this.#from));
    }

    #zoom(first: number, width: number): void {
      [this.#from, this.#to] = [first, first + width];
      for (const drawing of this.#drawings)
        drawing.setAttribute('viewBox', `${first * 2} 0 ${width * 2} ${drawing.viewBox.baseVal.height}`);
      const tickMs =
        STEPS_MS.find((step) => (width * this.#stepMs) / step <= MOST_TICKS) ?? width * this.#stepMs;
      for (const axis of all('.time .in', this.#stack)) this.#drawTicks(axis, tickMs);
      const stages = one('.stages', this.#stack);
      if (stages) stages.style.visibility = width === this.#count ? '' : 'hidden';
      // Names are placed at the end of the whole run.
      for (const name of all('.nm', this.#stack))
        name.style.visibility = this.#to === this.#count ? '' : 'hidden';
      this.#mark();
    }

    /** Marks the tracks as in use, so that a page served during a run does not replace them. */
    #mark(): void {
      const isBusy = this.#cursor.style.display === 'block' || this.#to - this.#from < this.#count;
      this.#stack.toggleAttribute('data-busy', isBusy);
    }

    #drawTicks(axis: HTMLElement, tickMs: number): void {
      axis.replaceChildren();
      const firstTick = Math.ceil((this.#from * this.#stepMs) / tickMs - 1e-9);
      for (let tick = firstTick; tick * tickMs <= this.#to * this.#stepMs + 1e-9; tick++) {
        const label = document.createElement('span');
        label.textContent = clockText(tick * tickMs, tickMs);
        if ((tick - firstTick) % 2 === 1) label.className = 'odd';
        const share = ((tick * tickMs) / this.#stepMs - this.#from) / (this.#to - this.#from);
        label.style.left = `${share * 100}%`;
        axis.append(label);
      }
    }

    #zoomAround(width: number): void {
      this.#zoom(Math.min(this.#count - width, Math.max(0, Math.round(this.#shown - width / 2))), width);
    }

    async #show(index: number): Promise<void> {
      this.#shown = Math.min(this.#count - 1, Math.max(0, index));
      const width = this.#to - this.#from;
      if (this.#shown < this.#from || this.#shown >= this.#to) this.#zoomAround(width);
      const column = (await this.#load())[this.#shown];
      if (column === undefined) return;
      const area = this.#area();
      const cursor = this.#cursor;
      cursor.style.left = `${area.left + ((this.#shown + 0.5 - this.#from) / (this.#to - this.#from)) * area.width}px`;
      cursor.style.display = 'block';
      this.#mark();
      const moment = clockText(this.#shown * this.#stepMs, this.#stepMs);
      cursor.dataset['moment'] = moment;
      for (const { id, read } of this.#tracks) if (read) read.textContent = trackText(id, column);
      this.#slider.setAttribute('aria-valuenow', String(this.#shown));
      this.#slider.setAttribute('aria-valuetext', `${moment}: ${momentText(column)}`);
    }

    #hide(): void {
      this.#cursor.style.display = 'none';
      this.#mark();
      for (const { read } of this.#tracks) if (read) read.textContent = '';
    }

    /** The columns between where the pointer went down and where it is now. */
    #dragged(start: number, index: number): { from: number; width: number } {
      const from = Math.max(this.#from, Math.min(start, index));
      return { from, width: Math.min(this.#to, Math.max(start, index) + 1) - from };
    }

    #drawBrush(start: number, index: number): void {
      const { from, width } = this.#dragged(start, index);
      const area = this.#area();
      const columns = this.#to - this.#from;
      const { style } = this.#brush;
      style.left = `${area.left + ((from - this.#from) / columns) * area.width}px`;
      style.width = `${(Math.max(0, width) / columns) * area.width}px`;
      style.display = width > 2 ? 'block' : 'none';
    }

    #listenToPointer(): void {
      const stack = this.#stack;
      stack.addEventListener('pointermove', (event) => {
        const index = this.#indexAt(event);
        if (this.#start !== null) this.#drawBrush(this.#start, index);
        if (index >= this.#from && index < this.#to) void this.#show(index);
      });
      stack.addEventListener('pointerdown', (event) => {
        if (event.pointerType !== 'mouse' || event.button !== 0) return;
        this.#start = this.#indexAt(event);
        stack.setPointerCapture(event.pointerId);
        event.preventDefault();
        this.#slider.focus({ preventScroll: true });
      });
      stack.addEventListener('pointerup', (event) => {
        if (this.#start === null) return;
        const { from, width } = this.#dragged(this.#start, this.#indexAt(event));
        this.#start = null;
        this.#brush.style.display = 'none';
        if (width > 2) this.#zoom(from, width);
        void this.#show(this.#indexAt(event));
      });
      stack.addEventListener('pointerleave', () => {
        if (document.activeElement !== this.#slider) this.#hide();
      });
      stack.addEventListener('dblclick', (event) => {
        this.#zoom(0, this.#count);
        void this.#show(this.#indexAt(event));
      });
    }

    #listenToKeys(): void {
      const slider = this.#slider;
      slider.addEventListener('focus', () => {
        if (slider.matches(':focus-visible')) void this.#show(this.#shown);
      });
      slider.addEventListener('blur', () => this.#hide());
      slider.addEventListener('keydown', (event) => {
        const width = this.#to - this.#from;
        const far = Math.max(2, Math.round(width / 12));
        const move = moveOf(event.key, far, this.#count);
        if (event.key === '+' || event.key === '-') {
          const asked = Math.round(width * (event.key === '+' ? 0.5 : 2));
          this.#zoomAround(Math.min(this.#count, Math.max(Math.min(10, this.#count), asked)));
        } else if (event.key === 'Escape') this.#zoom(0, this.#count);
        else if (move === undefined) return;
        event.preventDefault();
        void this.#show(this.#shown + (move ?? 0));
      });
    }
  }

  /** Adds readings to an element: the whole page, or a new panel. */
  function begin(root: ParentNode): void {
    const [stack, slider, cursor, brush] = ['#stack', '#slider', '.cursor', '.brush'].map((name) =>
      one(name, root),
    );
    if (stack && slider && cursor && brush) new Tracks(stack, slider, cursor, brush);
    one('#save', root)?.addEventListener('click', () => void save());
  }

  begin(document);
  document.addEventListener('volley-shown', ({ target }) => {
    if (target instanceof HTMLElement) begin(target);
  });
}
