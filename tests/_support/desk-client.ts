// A person at a desk: a browser's cookies and Origin header on top of app.request().
import type { Hono } from 'hono';
import { APP_URL } from './test-context.ts';

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text when it is none. */
  body: unknown;
  /** `code` of a problem document. */
  code: string | undefined;
}

export class DeskClient {
  readonly #app: Hono;
  readonly #cookies = new Map<string, string>();
  readonly #address: string;

  constructor(app: Hono, address = '192.0.2.1') {
    this.#app = app;
    this.#address = address;
  }

  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies;
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  async signIn(email: string, password: string): Promise<this> {
    const answer = await this.post('/api/auth/sign-in/email', { email, password });
    if (answer.status !== 200)
      throw new Error(`sign-in of ${email}: ${answer.status} ${String(answer.code)}`);
    return this;
  }

  get = (path: string): Promise<Answer> => this.send('GET', path);
  post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    this.send('POST', path, body, headers);
  put = (path: string, body: unknown): Promise<Answer> => this.send('PUT', path, body);

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await this.#app.request(`${APP_URL}${path}`, {
      method,
      headers: {
        'x-forwarded-for': this.#address,
        ...(cookie !== '' && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json', origin: APP_URL }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    this.#keepCookies(response.headers);
    // An event stream has no end: its status is what is asked here.
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    if (isStream) await response.body?.cancel();
    const text = isStream ? '' : await response.text();
    const parsed = jsonOf(text);
    const code =
      typeof parsed === 'object' && parsed !== null && 'code' in parsed ? String(parsed.code) : undefined;
    return { status: response.status, headers: response.headers, body: parsed, code };
  }

  #keepCookies(headers: Headers): void {
    for (const cookie of headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const at = pair.indexOf('=');
      if (/max-age=0/i.test(cookie)) this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
