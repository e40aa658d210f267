/** Readings of single charts; tracks are read together (page.ts). */
{
  /** Shows readings of a chart under the pointer, or with the arrow keys. */
  function readChart(chart: HTMLElement): void {
    const points = JSON.parse(chart.dataset['points'] ?? '[]') as [share: number, text: string][];
    const [plot, drawing, body, read] = ['.plot', '.marks', '.body', '.read'].map((name) =>
      chart.querySelector<HTMLElement>(name),
    );
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

  function begin(root: ParentNode): void {
    for (const chart of root.querySelectorAll<HTMLElement>('.chart[data-points]')) readChart(chart);
  }

  begin(document);
  document.addEventListener('volley-shown', ({ target }) => {
    if (target instanceof HTMLElement) begin(target);
  });
}
