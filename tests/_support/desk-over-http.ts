// The coordinator beside the phones of a browser story: the desk's own API, signed in as somebody of the demo region.
import * as z from 'zod/mini';
import type { DeskActivity } from '#domain/desk-api.ts';
import { ActivityList, DeskDevice, EnrolLink, EnrolLinkState } from '#domain/desk-api.ts';
import { must } from '#domain/kernel/assert.ts';
import { SearchAnswer } from '#domain/passholder-api.ts';

export class DeskOverHttp {
  readonly #url: string;
  readonly #cookies = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  async signIn(email: string, password: string): Promise<this> {
    await this.#send('POST', '/api/auth/sign-in/email', z.unknown(), { email, password });
    return this;
  }

  async findActivity(title: string): Promise<DeskActivity> {
    const query = new URLSearchParams({ q: title, when: 'all' });
    const { activities } = await this.#send('GET', `/api/activities?${query.toString()}`, ActivityList);
    return must(
      activities.find((activity) => activity.title === title),
      `activity ${title}`,
    );
  }

  search(text: string): Promise<SearchAnswer> {
    return this.#send('POST', '/api/passholders/search', SearchAnswer, { text });
  }

  makeLink({ organisationId, activityId }: DeskActivity): Promise<EnrolLink> {
    return this.#send('POST', '/api/enrol-links', EnrolLink, {
      organisationId,
      activityIds: [activityId],
    });
  }

  readLink(link: EnrolLink): Promise<EnrolLinkState> {
    return this.#send('GET', `/api/enrol-links/${link.linkId}`, EnrolLinkState);
  }

  approve(deviceId: string, words: readonly string[]): Promise<DeskDevice> {
    return this.#send('POST', `/api/devices/${deviceId}/approve`, DeskDevice, { words });
  }

  refuse(deviceId: string): Promise<DeskDevice> {
    return this.#send('POST', `/api/devices/${deviceId}/refuse`, DeskDevice, {});
  }

  revoke(deviceId: string): Promise<DeskDevice> {
    return this.#send('POST', `/api/devices/${deviceId}/revoke`, DeskDevice, {});
  }

  async #send<T>(method: string, path: string, schema: z.ZodMiniType<T>, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        origin: this.#url,
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      this.#cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return z.parse(schema, JSON.parse(text));
  }
}
