// One event of UiTdatabank as facts that can become an activity here, or why it cannot. Rule: UiTdatabank Search API 3, JSON-LD
// with `embed=true`; a name is in Dutch where there is one. Invariant: what is refused is refused as a whole, with one reason.
import { twiceNamed, type PriceClass } from '../checkins/price-class.ts';
import type { Instant } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import type { ActivityKind, EventFacts, ReadProblem } from './event-facts.ts';
import { at, hasStrangeKey, isObject, listAt, nameAt, textAt } from './json-ld.ts';
import { cancelledBecause, readCalendar } from './read-calendar.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TAG = /<[a-z!/?]/i;

/** The UUID at the end of an address such as https://io.uitdatabank.be/event/…; undefined where there is none. */
export const uuidOf = (value: unknown): string | undefined =>
  UUID.exec(textAt(value, '@id').slice(0, 300))?.[0].toLowerCase();

/** What a list says of an event that cannot be read. */
export const titleOf = (event: unknown): string => nameAt(event, 'name', limits.activityTitleMax);

export function readEvent(event: unknown, now: Instant): Result<EventFacts, ReadProblem> {
  const eventId = uuidOf(event);
  const type = textAt(event, '@type');
  if (!isObject(event) || eventId === undefined || (type !== '' && type !== 'Event'))
    return refuse('no-event');
  if (hasStrangeKey(event)) return refuse('strange-keys');
  const title = titleOf(event);
  if (title === '') return refuse('title-missing');
  const place = placeOf(at(event, 'location'));
  if (place === '') return refuse('place-missing');
  const organiser = organiserOf(at(event, 'organizer'));
  const prices = readPrices(event);
  if (!prices.ok) return prices;
  const said = [title, place, organiser?.name ?? '', ...prices.value.map(({ label }) => label)];
  if (said.some((text) => TAG.test(text))) return refuse('html');
  const calendar = readCalendar(event, now);
  if (!calendar.ok) return calendar;
  return ok({
    ...{ eventId, title, place, organiser },
    kind: kindOf(event),
    ...calendar.value,
    priceClasses: prices.value,
    withdrawn: withdrawnOf(event),
  });
}

/** The name of the place and its municipality, as somebody would say it. */
function placeOf(location: unknown): string {
  const name = nameAt(location, 'name', limits.activityTitleMax);
  const address = at(location, 'address');
  const local = at(address, 'nl') ?? at(address, 'fr') ?? address;
  const locality = nameAt(local, 'addressLocality', limits.cityMax);
  const both = [name, name.includes(locality) ? '' : locality].filter((text) => text !== '').join(', ');
  return both.length <= limits.activityTitleMax ? both : name;
}

function organiserOf(organizer: unknown): EventFacts['organiser'] {
  const name = nameAt(organizer, 'name', limits.organisationNameMax);
  const key = uuidOf(organizer) ?? (name === '' ? undefined : `name:${name.toLowerCase()}`);
  return key === undefined ? null : { key, name };
}

function kindOf(event: unknown): ActivityKind | null {
  const term = listAt(event, 'terms').find((one) => textAt(one, 'domain') === 'eventtype');
  const [id, name] = [textAt(term, 'id'), nameAt(term, 'label', limits.priceLabelMax)];
  return /^[\d.]{1,40}$/.test(id) && name !== '' && !TAG.test(name) ? { id, name } : null;
}

/** What a card holder pays follows from the base price, so a price of UITPAS itself is left out. */
function readPrices(event: unknown): Result<PriceClass[], ReadProblem> {
  const asked = listAt(event, 'priceInfo').filter((price) => textAt(price, 'category') !== 'uitpas');
  if (asked.length > limits.priceClassesMax) return refuse('too-many-prices');
  const classes: PriceClass[] = [];
  for (const one of asked) {
    const price = at(one, 'price');
    const label = nameAt(one, 'name', limits.priceLabelMax);
    const currency = textAt(one, 'priceCurrency');
    if (typeof price !== 'number' || label === '' || (currency !== '' && currency !== 'EUR'))
      return refuse('price');
    const cents = Math.round(price * 100);
    if (!(cents >= 0 && cents <= limits.centsMax) || Math.abs(price * 100 - cents) > 1e-6)
      return refuse('price');
    classes.push({ label, cents });
  }
  return twiceNamed(classes) === undefined ? ok(classes) : refuse('price');
}

function withdrawnOf(event: unknown): EventFacts['withdrawn'] {
  const workflow = textAt(event, 'workflowStatus');
  if (workflow === 'DELETED' || workflow === 'REJECTED') return { why: 'deleted', text: '' };
  const text = cancelledBecause(event);
  if (text === undefined) return null;
  const isLater = textAt(at(event, 'status'), 'type') === 'TemporarilyUnavailable';
  return { why: isLater ? 'postponed' : 'cancelled', text };
}
