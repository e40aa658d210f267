import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const KEY_CODES: Readonly<Record<string, number>> = {
  Tab: 9,
  Escape: 27,
  PageUp: 33,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowRight: 39,
};

/** Where a browser is: what CHROMIUM names, or the first that is found; null where there is none. */
export function chromiumPath(): string | null {
  const named = process.env['CHROMIUM'];
  if (named) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return (
    folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path)) ??
    null
  );
}

type Parameters = Readonly<Record<string, unknown>>;
// biome-ignore lint/suspicious/noExplicitAny: what a browser answers is of many shapes
type Answer = Readonly<Record<string, any>>;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Answer;
  readonly sessionId?: string;
  readonly result?: Answer;
  readonly error?: unknown;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How a page is opened. */
export interface Opened {
  readonly width?: number;
  readonly height?: number;
  readonly isDark?: boolean;
  readonly hasScript?: boolean;
}

/** A browser without a window, over its DevTools protocol. */
export class Chromium {
  readonly #child: ChildProcess;
  readonly #socket: WebSocket;
  readonly #profile: string;
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  readonly listeners = new Set<(message: Message) => void>();
  #last = 0;

  private constructor(child: ChildProcess, socket: WebSocket, profile: string) {
    this.#child = child;
    this.#socket = socket;
    this.#profile = profile;
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as Message;
      if (message.id === undefined) for (const listener of this.listeners) listener(message);
      else {
        const { resolve, reject } = this.#waiting.get(message.id)!;
        this.#waiting.delete(message.id);
        if (message.error === undefined) resolve(message.result ?? {});
        else reject(new Error(JSON.stringify(message.error)));
      }
    });
  }

  static async start(path: string): Promise<Chromium> {
    const profile = mkdtempSync(join(tmpdir(), 'volley-chromium-'));
    const child = spawn(
      path,
      [
        '--headless=new',
        // In a container there is no user namespace for it; the pages are our own.
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--hide-scrollbars',
        '--remote-debugging-port=0',
        `--user-data-dir=${profile}`,
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stderr!.on('data', (data: Buffer) => {
        said += data;
        const address = /ws:\/\/\S+/.exec(said)?.[0];
        if (address !== undefined) resolve(address);
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`${path} ended: ${said.slice(-500)}`)));
    });
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    return new Chromium(child, socket, profile);
  }

  send(method: string, params: Parameters = {}, sessionId?: string): Promise<Answer> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(
        JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }),
      );
    });
  }

  async open(
    file: string,
    { width = 1280, height = 900, isDark = false, hasScript = true }: Opened = {},
  ): Promise<Page> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, String(targetId), String(sessionId));
    for (const domain of ['Page', 'Runtime', 'Log', 'Network', 'DOM']) await page.call(`${domain}.enable`);
    await page.call('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 600,
    });
    await page.call('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' }],
    });
    if (!hasScript) await page.call('Emulation.setScriptExecutionDisabled', { value: true });
    await page.load(pathToFileURL(file).href);
    return page;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.send('Browser.close').catch(() => {});
    await ended;
    this.#socket.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** A page that is open, and what went wrong on it. */
export class Page {
  /** Errors, warnings of the console, and what the policy has refused. */
  readonly problems: string[] = [];
  /** Addresses that it asked for, but for its own. */
  readonly requests: string[] = [];
  readonly #browser: Chromium;
  readonly #targetId: string;
  readonly #sessionId: string;
  #url = '';
  #loaded: () => void = () => {};

  constructor(browser: Chromium, targetId: string, sessionId: string) {
    this.#browser = browser;
    this.#targetId = targetId;
    this.#sessionId = sessionId;
    browser.listeners.add(this.#listen);
  }

  readonly #listen = ({ method, params = {}, sessionId }: Message): void => {
    if (sessionId !== this.#sessionId) return;
    if (method === 'Runtime.exceptionThrown')
      this.problems.push(
        String(params['exceptionDetails'].exception?.description ?? params['exceptionDetails'].text),
      );
    if (method === 'Runtime.consoleAPICalled') this.problems.push(JSON.stringify(params['args']));
    if (method === 'Log.entryAdded') this.problems.push(String(params['entry'].text));
    if (method === 'Network.requestWillBeSent') {
      const { url } = params['request'] as { url: string };
      if (url !== this.#url && !url.startsWith('data:')) this.requests.push(url);
    }
    if (method === 'Page.loadEventFired') this.#loaded();
  };

  call(method: string, params: Parameters = {}): Promise<Answer> {
    return this.#browser.send(method, params, this.#sessionId);
  }

  async load(url: string): Promise<void> {
    this.#url = url;
    const loaded = new Promise<void>((resolve) => {
      this.#loaded = resolve;
    });
    await this.call('Page.navigate', { url });
    await loaded;
  }

  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.call('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined)
      throw new Error(String(exceptionDetails.exception?.description ?? exceptionDetails.text));
    return result.value as T;
  }

  /** Waits until an expression holds. */
  async until(expression: string): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      if (await this.evaluate<boolean>(expression)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`never: ${expression}`);
  }

  /** The whole page as PNG. */
  async picture(): Promise<Buffer> {
    const { cssContentSize } = await this.call('Page.getLayoutMetrics');
    const { data } = await this.call('Page.captureScreenshot', {
      format: 'png',
      captureBeyondViewport: true,
      optimizeForSpeed: true,
      clip: { x: 0, y: 0, width: cssContentSize.width, height: cssContentSize.height, scale: 1 },
    });
    return Buffer.from(String(data), 'base64');
  }

  /** How many sheets of paper it takes. */
  async sheets(): Promise<number> {
    const { data } = await this.call('Page.printToPDF', { printBackground: true, preferCSSPageSize: true });
    return (
      Buffer.from(String(data), 'base64')
        .toString('latin1')
        .match(/\/Type \/Page\b/g)?.length ?? 0
    );
  }

  async key(key: string): Promise<void> {
    for (const type of ['keyDown', 'keyUp'])
      await this.call('Input.dispatchKeyEvent', {
        type,
        key,
        code: key,
        windowsVirtualKeyCode: KEY_CODES[key] ?? key.charCodeAt(0),
        ...(key.length === 1 ? { text: key } : {}),
      });
  }

  async mouse(type: string, x: number, y: number, isPressed = false): Promise<void> {
    const pressed = isPressed ? { button: 'left', buttons: 1, clickCount: 1 } : {};
    await this.call('Input.dispatchMouseEvent', { type, x, y, ...pressed });
  }

  /** Nodes that a selector finds, with their boxes. It works without JavaScript too. */
  async boxes(selector: string): Promise<{ readonly nodeId: number; readonly box: Box }[]> {
    const { root } = await this.call('DOM.getDocument');
    const { nodeIds } = await this.call('DOM.querySelectorAll', { nodeId: root.nodeId, selector });
    const found: { nodeId: number; box: Box }[] = [];
    for (const nodeId of nodeIds as number[]) {
      const { model } = await this.call('DOM.getBoxModel', { nodeId });
      found.push({
        nodeId,
        box: { x: model.border[0], y: model.border[1], width: model.width, height: model.height },
      });
    }
    return found;
  }

  async hide(nodeId: number): Promise<void> {
    await this.call('DOM.setAttributeValue', { nodeId, name: 'style', value: 'opacity:0' });
  }

  async close(): Promise<void> {
    this.#browser.listeners.delete(this.#listen);
    await this.#browser.send('Target.closeTarget', { targetId: this.#targetId });
  }
}
