/**
 * Addition to a page that is served during a run: puts changed parts into place as they arrive.
 * Every part is markup made by volley, escaped in the same way as the page itself.
 */
{
  /** The names of all parts in page order, and the parts that have changed. */
  interface Update {
    readonly order: readonly string[];
    readonly changed: readonly (readonly [name: string, text: string])[];
  }

  const WORDS = {
    live: 'Live',
    held: 'Live; the panel you are reading is updated when you leave it',
    over: 'The run has ended. This page is complete and no longer needs volley; closing it loses it.',
    full: 'This is as it was when the page was opened: too many pages of the run are open already. Close one, then reload this.',
    lost: 'Lost contact with volley. This is the last that it sent.',
  } as const;

  const main = document.querySelector('main');
  const state = document.querySelector('#live-state');
  /** Parts that could not be put into place yet. */
  const waiting = new Map<string, string>();

  function say(words: keyof typeof WORDS): void {
    if (state !== null && state.textContent !== WORDS[words]) state.textContent = WORDS[words];
  }

  function text(selector: string, value: string): void {
    const element = document.querySelector(selector);
    if (element !== null) element.textContent = value;
  }

  function put(name: string, value: string): void {
    switch (name) {
      case ':title':
        document.title = value;
        return;
      case ':heading':
        text('h1', value);
        return;
      case ':about':
        text('#about', value);
        return;
      case ':result':
        text('#volley-result', value);
        return;
      case ':links': {
        const links = document.querySelector('nav');
        if (links !== null && !links.contains(document.activeElement)) links.innerHTML = value;
        return;
      }
      default:
        putPanel(name, value);
    }
  }

  function putPanel(id: string, value: string): void {
    const made = document.createElement('template');
    made.innerHTML = value;
    const panel = made.content.firstElementChild;
    if (panel === null || main === null) return;
    const before = document.getElementById(id);
    if (before === null) main.append(panel);
    else {
      const open = [...before.querySelectorAll('details')].map((details) => details.open);
      before.replaceWith(panel);
      panel.querySelectorAll('details').forEach((details, index) => {
        if (open[index] === true) details.open = true;
      });
    }
    panel.dispatchEvent(new Event('volley-shown', { bubbles: true }));
  }

  /** Whether a panel is being read or used, and must not be replaced. */
  function isHeld(name: string): boolean {
    const panel = document.getElementById(name);
    return (
      panel !== null &&
      (panel.querySelector('[data-busy]') !== null || panel.contains(document.activeElement))
    );
  }

  function show({ order, changed }: Update, isLast: boolean): void {
    for (const [name, value] of changed) waiting.set(name, value);
    for (const [name, value] of waiting) {
      if (!isLast && isHeld(name)) continue;
      waiting.delete(name);
      put(name, value);
    }
    for (const name of order) {
      const panel = name.startsWith(':') ? null : document.getElementById(name);
      // Moved only if it is out of place, since a reader of it would lose their place.
      if (panel !== null && main !== null && main.children[panelsBefore(order, name)] !== panel)
        main.insertBefore(panel, main.children[panelsBefore(order, name)] ?? null);
    }
    for (const panel of [...(main?.children ?? [])]) if (!order.includes(panel.id)) panel.remove();
    say(isLast ? 'over' : waiting.size > 0 ? 'held' : 'live');
  }

  function panelsBefore(order: readonly string[], name: string): number {
    return order.slice(0, order.indexOf(name)).filter((other) => !other.startsWith(':')).length;
  }

  const source = new EventSource('/events');
  source.addEventListener('parts', (event) => show(JSON.parse(event.data) as Update, false));
  source.addEventListener('last', (event) => {
    source.close();
    show(JSON.parse(event.data) as Update, true);
  });
  source.addEventListener('full', () => {
    source.close();
    say('full');
  });
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.OPEN) return;
    // A run that is lost does not return under the same address.
    source.close();
    say('lost');
  });
}
