// One page of the Search API of UiTdatabank: the only thing that the server asks of somebody else's address (docs/adr/023). The
// address was typed by a person, so it is held to what it should be: https, a machine that the whole world can reach (checked on
// the address that is connected to, so that a name that changes its mind gains nothing), no redirect, so many bytes, so much time.
import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { at, isObject, listAt } from '#domain/uitdatabank/json-ld.ts';
import { parseBoundedJson } from '../bounded-json.ts';

export type FetchProblem = {
  readonly code:
    | 'source-address'
    | 'source-away'
    | 'source-refuses'
    | 'source-redirects'
    | 'source-answer'
    | 'source-too-large';
};

export type EventPage = { readonly total: number; readonly events: readonly unknown[] };

export type Asked = {
  readonly url: string;
  readonly key: string | undefined;
  readonly start: number;
  /** Also plain http and machines of the own network: where a test or a trial runs its own. */
  readonly anywhere: boolean;
  readonly stopping: AbortSignal;
};

/** Undefined: not an address that may be asked. */
export function sourceUrlOf(text: string, anywhere: boolean): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.protocol === 'http:' && anywhere;
  if (url.protocol !== 'https:' && !isPlain) return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!anywhere && isIP(host) !== 0 && isPrivate(host)) return undefined;
  return url;
}

export async function fetchPage(asked: Asked): Promise<Result<EventPage, FetchProblem>> {
  const url = sourceUrlOf(asked.url, asked.anywhere);
  if (!url) return refuse({ code: 'source-address' });
  url.hash = '';
  url.searchParams.set('embed', 'true');
  url.searchParams.set('start', String(asked.start));
  url.searchParams.set('limit', String(limits.importPageEvents));
  try {
    const answer = await ask(url, asked);
    const refused = refusalOf(answer.statusCode ?? 0, answer.headers['content-encoding']);
    if (refused) {
      answer.destroy();
      return refuse({ code: refused });
    }
    return readPage(await readText(answer));
  } catch (error) {
    return refuse({ code: error instanceof Known ? error.code : 'source-away' });
  }
}

class Known extends Error {
  readonly code: FetchProblem['code'];
  constructor(code: FetchProblem['code']) {
    super(code);
    this.code = code;
  }
}

function ask(url: URL, { key, anywhere, stopping }: Asked): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestTls : requestPlain;
  return new Promise((resolve, reject) => {
    const options = {
      headers: {
        accept: 'application/ld+json, application/json',
        'accept-encoding': 'identity',
        'user-agent': 'Streekbalie',
        // Search API 3 calls it an API key, the platform of publiq a client id.
        ...(key !== undefined && { 'x-api-key': key, 'x-client-id': key }),
      },
      agent: false as const,
      signal: AbortSignal.any([AbortSignal.timeout(limits.importFetchMs), stopping]),
      ...(!anywhere && { lookup: lookUpPublic }),
    };
    request(url, options, resolve).on('error', reject).end();
  });
}

function refusalOf(status: number, encoding: string | undefined): FetchProblem['code'] | undefined {
  if (status >= 300 && status < 400) return 'source-redirects';
  if (status === 401 || status === 403) return 'source-refuses';
  if (status !== 200 || (encoding !== undefined && encoding !== 'identity')) return 'source-answer';
  return undefined;
}

async function readText(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    bytes += piece.length;
    // Leaving the loop closes the connection.
    if (bytes > limits.importPageBytesMax) throw new Known('source-too-large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function readPage(text: string): Result<EventPage, FetchProblem> {
  let page: unknown;
  try {
    page = parseBoundedJson(text, limits.importPagePartsMax);
  } catch {
    return refuse({ code: 'source-answer' });
  }
  const total = at(page, 'totalItems');
  if (!isObject(page) || typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0)
    return refuse({ code: 'source-answer' });
  return ok({ total, events: listAt(page, 'member').slice(0, limits.importPageEvents) });
}

/** As the connection looks a name up: a name that leads to the own network leads nowhere. */
const lookUpPublic: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, []);
    const addresses: LookupAddress[] = found.filter(({ address }) => !isPrivate(address));
    const [first] = addresses;
    if (!first || addresses.length < found.length) return callback(new Known('source-address'), []);
    if (options.all) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};

// RFC 6890 and its updates: what is not for the whole world.
const NOT_PUBLIC = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  NOT_PUBLIC.addSubnet(net, prefix, 'ipv4');

/** Of IPv6 only what is given out as global (2000::/3), less documentation and the ways around to IPv4. */
const GLOBAL_6 = new BlockList();
GLOBAL_6.addSubnet('2000::', 3, 'ipv6');
const NOT_PUBLIC_6 = new BlockList();
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const)
  NOT_PUBLIC_6.addSubnet(net, prefix, 'ipv6');

export function isPrivate(address: string): boolean {
  if (isIP(address) === 4) return NOT_PUBLIC.check(address, 'ipv4');
  return !GLOBAL_6.check(address, 'ipv6') || NOT_PUBLIC_6.check(address, 'ipv6');
}
