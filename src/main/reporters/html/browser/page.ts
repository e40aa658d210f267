// What a page can do beyond being read: a moment under the pointer or the keys, zoom, and the JSON back out. It is no
// module: its output stands in every page as it is.
{
  type Quantiles = Readonly<Record<'p50' | 'p90' | 'p99' | 'max', number | null | undefined>>;
  type Kind = 'response' | 'service';

  /** What is read of an interval of the result. */
  interface Bucket extends Partial<Quantiles>, Partial<Record<Kind, Quantiles>> {
    readonly sent: number;
    readonly failed: number;
    readonly answered?: number;
    readonly outstanding?: number;
    readonly censored?: number;
    readonly waitP99?: number | null;
    readonly startLagP99?: number | null;
    readonly failures?: Readonly<Record<string, number>>;
  }

  interface Result {
    readonly windowMs: number;
    readonly latencyMs: { readonly headline: Kind };
    readonly series: { readonly buckets: readonly Bucket[] };
  }

  /** A column as it is drawn: counts are sums, latencies the worst. */
  interface Column extends Readonly<Record<Kind, Quantiles>> {
    readonly seconds: number;
    readonly sent: number;
    readonly failed: number;
    readonly answered: number | null;
    readonly outstanding: number | null;
    readonly censored: number;
    readonly waitP99: number | null;
    readonly startLagP99: number | null;
    readonly failures: Readonly<Record<string, number>>;
  }

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

  async function unpacked(): Promise<string> {
    const packed = one('#volley-result')?.textContent ?? '';
    const bytes = Uint8Array.from(atob(packed.trim()), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(stream).text();
  }

  one('#save')?.addEventListener('click', async () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([await unpacked()], { type: 'application/json' }));
    link.download = 'volley-result.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });

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

  /** The columns of the tracks, from the result that the page holds. */
  async function columnsOf(inOne: number, columnMs: number): Promise<Column[]> {
    const { windowMs, latencyMs, series } = JSON.parse(await unpacked()) as Result;
    const columns: Column[] = [];
    for (let from = 0; from < series.buckets.length; from += inOne) {
      const buckets = series.buckets.slice(from, from + inOne);
      const sum = (of: (bucket: Bucket) => number | undefined): number =>
        buckets.reduce((total, bucket) => total + (of(bucket) ?? 0), 0);
      const kinds = new Set(buckets.flatMap(({ failures }) => Object.keys(failures ?? {})));
      const own = worstOf(buckets);
      const other = worstOf(buckets.flatMap(({ response, service }) => response ?? service ?? []));
      const restMs = windowMs - columns.length * columnMs;
      const failed = sum((bucket) => bucket.failed);
      columns.push({
        seconds: (restMs >= 1 && restMs < columnMs ? restMs : columnMs) / 1_000,
        sent: sum((bucket) => bucket.sent),
        failed,
        answered: buckets.every(({ answered }) => answered === undefined)
          ? null
          : sum((bucket) => bucket.answered),
        outstanding: worst(buckets.map((bucket) => bucket.outstanding)),
        censored: sum((bucket) => bucket.censored),
        waitP99: worst(buckets.map((bucket) => bucket.waitP99)),
        startLagP99: worst(buckets.map((bucket) => bucket.startLagP99)),
        failures:
          kinds.size === 0
            ? { failed }
            : Object.fromEntries([...kinds].map((kind) => [kind, sum((bucket) => bucket.failures?.[kind])])),
        response: latencyMs.headline === 'response' ? own : other,
        service: latencyMs.headline === 'service' ? own : other,
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
    const isBound = column.censored > 0;
    if (id.startsWith('failed ')) return countText(column.failures[id.slice('failed '.length)] ?? 0);
    switch (id) {
      case 'rate':
        return `${rateText(column.sent / column.seconds)} sent${
          column.answered === null ? '' : `  ${rateText(column.answered / column.seconds)} ok`
        }`;
      case 'response':
      case 'service':
        return quantilesText(column[id], isBound, QUANTILES);
      case 'heat':
        return `${countText(column.sent)} requests`;
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

  function readTracks(
    stack: HTMLElement,
    slider: HTMLElement,
    cursor: HTMLElement,
    brush: HTMLElement,
  ): void {
    const count = Number(stack.dataset['columns']);
    const stepMs = Number(stack.dataset['ms']);
    const drawings = [...stack.querySelectorAll<SVGSVGElement>('.marks')];
    const tracks = all('.track', stack).map((track) => ({
      id: track.dataset['track'] ?? '',
      read: one('.read', track),
    }));
    let [from, to] = [0, count];
    let at = 0;
    let start: number | null = null;
    let loading: Promise<Column[]> | null = null;

    const load = (): Promise<Column[]> => {
      loading ??= columnsOf(Number(stack.dataset['inOne']), stepMs);
      return loading;
    };
    const area = (): { left: number; x: number; width: number } => {
      const outer = stack.getBoundingClientRect();
      const inner = drawings[0]?.getBoundingClientRect() ?? outer;
      return { left: inner.left - outer.left, x: inner.left, width: inner.width };
    };
    const zoom = (first: number, width: number): void => {
      [from, to] = [first, first + width];
      for (const drawing of drawings)
        drawing.setAttribute('viewBox', `${first * 2} 0 ${width * 2} ${drawing.viewBox.baseVal.height}`);
      const tickMs = STEPS_MS.find((step) => (width * stepMs) / step <= MOST_TICKS) ?? width * stepMs;
      for (const axis of all('.time .in', stack)) {
        axis.replaceChildren();
        const firstTick = Math.ceil((first * stepMs) / tickMs - 1e-9);
        for (let tick = firstTick; tick * tickMs <= to * stepMs + 1e-9; tick++) {
          const label = document.createElement('span');
          label.textContent = clockText(tick * tickMs, tickMs);
          if ((tick - firstTick) % 2 === 1) label.className = 'odd';
          label.style.left = `${(((tick * tickMs) / stepMs - first) / width) * 100}%`;
          axis.append(label);
        }
      }
      const stages = one('.stages', stack);
      if (stages) stages.style.visibility = width === count ? '' : 'hidden';
      // Names stand at the end of the whole run.
      for (const name of all('.nm', stack)) name.style.visibility = to === count ? '' : 'hidden';
    };
    const around = (width: number): void =>
      zoom(Math.min(count - width, Math.max(0, Math.round(at - width / 2))), width);
    const show = async (index: number): Promise<void> => {
      at = Math.min(count - 1, Math.max(0, index));
      if (at < from || at >= to) around(to - from);
      const column = (await load())[at];
      if (column === undefined) return;
      const { left, width } = area();
      cursor.style.left = `${left + ((at + 0.5 - from) / (to - from)) * width}px`;
      cursor.style.display = 'block';
      cursor.dataset['moment'] = clockText(at * stepMs, stepMs);
      for (const { id, read } of tracks) if (read) read.textContent = trackText(id, column);
      slider.setAttribute('aria-valuenow', String(at));
      slider.setAttribute(
        'aria-valuetext',
        [
          `${clockText(at * stepMs, stepMs)}: ${trackText('rate', column)}`,
          `response ${quantilesText(column.response, column.censored > 0, ['p50', 'p99', 'max'])}`,
          `${countText(column.failed)} failed`,
          ...(column.outstanding === null ? [] : [`${countText(column.outstanding)} without an answer`]),
        ].join(', '),
      );
    };
    const hide = (): void => {
      cursor.style.display = 'none';
      for (const { read } of tracks) if (read) read.textContent = '';
    };
    const indexAt = (event: MouseEvent): number => {
      const { x, width } = area();
      return Math.floor(from + ((event.clientX - x) / width) * (to - from));
    };

    stack.addEventListener('pointermove', (event) => {
      const index = indexAt(event);
      if (start !== null) {
        const [a, b] = [Math.max(from, Math.min(start, index)), Math.min(to, Math.max(start, index) + 1)];
        const { left, width } = area();
        brush.style.left = `${left + ((a - from) / (to - from)) * width}px`;
        brush.style.width = `${(Math.max(0, b - a) / (to - from)) * width}px`;
        brush.style.display = b - a > 2 ? 'block' : 'none';
      }
      if (index >= from && index < to) void show(index);
    });
    stack.addEventListener('pointerdown', (event) => {
      if (event.pointerType !== 'mouse' || event.button !== 0) return;
      start = indexAt(event);
      event.preventDefault();
      slider.focus({ preventScroll: true });
    });
    addEventListener('pointerup', (event) => {
      if (start === null) return;
      const [a, b] = [
        Math.max(from, Math.min(start, indexAt(event))),
        Math.min(to, Math.max(start, indexAt(event)) + 1),
      ];
      start = null;
      brush.style.display = 'none';
      if (b - a > 2) zoom(a, b - a);
      void show(indexAt(event));
    });
    stack.addEventListener('pointerleave', () => {
      if (document.activeElement !== slider) hide();
    });
    stack.addEventListener('dblclick', (event) => {
      zoom(0, count);
      void show(indexAt(event));
    });
    slider.addEventListener('focus', () => {
      if (slider.matches(':focus-visible')) void show(at);
    });
    slider.addEventListener('blur', hide);
    slider.addEventListener('keydown', (event) => {
      const far = Math.max(2, Math.round((to - from) / 12));
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
      const move = moves[event.key];
      if (event.key === '+' || event.key === '-') {
        const width = (to - from) * (event.key === '+' ? 0.5 : 2);
        around(Math.min(count, Math.max(Math.min(10, count), Math.round(width))));
      } else if (event.key === 'Escape') zoom(0, count);
      else if (move === undefined) return;
      event.preventDefault();
      void show(at + (move ?? 0));
    });
    // The first look at a moment is not to wait for it.
    setTimeout(() => void load(), 300);
  }

  /** A chart that can be read off under the pointer, or with the arrow keys. */
  function readChart(chart: HTMLElement): void {
    const points = JSON.parse(chart.dataset['points'] ?? '[]') as [share: number, text: string][];
    const [plot, drawing, body, read] = ['.plot', '.marks', '.body', '.read'].map((name) => one(name, chart));
    if (!plot || !drawing || !body || !read || points.length === 0) return;
    const hair = document.createElement('div');
    hair.className = 'hair';
    plot.append(hair);
    let shown = 0;
    const show = (index: number): void => {
      shown = Math.min(points.length - 1, Math.max(0, index));
      const [share, text] = points[shown] ?? [0, ''];
      hair.style.left = `${share * 100}%`;
      hair.style.display = 'block';
      read.textContent = text;
    };
    const hide = (): void => {
      hair.style.display = 'none';
      read.textContent = '';
    };
    body.addEventListener('pointermove', (event) => {
      const box = drawing.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width;
      const away = ([share]: [number, string]): number => Math.abs(share - x);
      show(points.indexOf(points.reduce((best, point) => (away(point) < away(best) ? point : best))));
    });
    body.addEventListener('pointerleave', hide);
    chart.addEventListener('focus', () => {
      if (chart.matches(':focus-visible')) show(shown);
    });
    chart.addEventListener('blur', hide);
    chart.addEventListener('keydown', (event) => {
      const moves: Readonly<Record<string, number>> = {
        ArrowRight: 1,
        ArrowLeft: -1,
        PageUp: 10,
        PageDown: -10,
        Home: -points.length,
        End: points.length,
      };
      const move = moves[event.key];
      if (move === undefined) return;
      event.preventDefault();
      show(shown + move);
    });
  }

  const stack = one('#stack');
  const [slider, cursor, brush] = ['#slider', '.cursor', '.brush'].map((name) => one(name));
  if (stack && slider && cursor && brush) readTracks(stack, slider, cursor, brush);
  for (const chart of all('.chart[data-points]')) readChart(chart);
}
