// How the phone's signed texts travel. The loop gets this passed in; a simulation passes a worse network.
import { SIGNATURE_HEADER } from '#domain/sync/exchange.ts';
import { fetchWithin } from '../api.ts';

const DEVICE_HEADER = 'streekbalie-device';

export type SignedMessage = {
  readonly path: string;
  readonly device: string;
  readonly body: string;
  readonly signature: string;
  readonly timeoutMs: number;
  /** Given up before the time-out. */
  readonly signal?: AbortSignal;
};

/** Whatever came back: nothing in it is believed before its signature is checked. */
export type RawAnswer = {
  readonly status: number;
  readonly text: string;
  readonly signature: string | null;
  readonly retryAfterMs?: number;
};

export type Transport = {
  /** Throws Unreachable when there is no answer at all. */
  readonly post: (message: SignedMessage) => Promise<RawAnswer>;
};

export const transport: Transport = {
  async post({ path, device, body, signature, timeoutMs, signal }) {
    const headers = new Headers({
      accept: 'application/json',
      'content-type': 'application/json',
      [SIGNATURE_HEADER]: signature,
      [DEVICE_HEADER]: device,
    });
    const zipped = await gzip(body);
    if (zipped) headers.set('content-encoding', 'gzip');
    const init: RequestInit = {
      method: 'POST',
      headers,
      body: zipped ?? body,
      credentials: 'omit',
      ...(signal && { signal }),
    };
    return fetchWithin(path, timeoutMs, init, async (response) => {
      const retryAfter = Number(response.headers.get('retry-after'));
      return {
        status: response.status,
        text: await response.text(),
        signature: response.headers.get(SIGNATURE_HEADER),
        ...(retryAfter > 0 && { retryAfterMs: retryAfter * 1_000 }),
      };
    });
  },
};

/** Below it a request becomes no smaller. */
const GZIP_FROM_CHARS = 300;

async function gzip(text: string): Promise<ArrayBuffer | undefined> {
  if (typeof CompressionStream === 'undefined' || text.length < GZIP_FROM_CHARS) return undefined;
  const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(zipped).arrayBuffer();
}
