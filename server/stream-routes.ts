import { Hono } from 'hono';
import type { DeskEvent } from '#domain/desk-api.ts';
import { readSession } from './auth/service.ts';
import { requireSession, type DeskEnv } from './auth/session.ts';
import type { SignIn } from './auth/sign-in.ts';
import type { Context } from './context.ts';
import { requirePhoneToken, type PhoneEnv } from './devices/phone-token.ts';
import { findEnrolment } from './devices/repository.ts';
import { createEventStreams } from './event-stream.ts';
import { createNewsFeed } from './events.ts';

const DESK_TOPICS = ['check-ins', 'devices', 'activities', 'tasks'] as const satisfies DeskEvent['topic'][];

const CARDS_SPREAD_MS = 3_000;
/** From 0 up to 1, the same each time for one phone. */
const shareOf = (deviceId: string): number => Number.parseInt(deviceId.slice(-8), 16) / 2 ** 32;

/** One listening connection for both: desks hear of their region, a phone of what it is enrolled for. */
export function streamRoutes(context: Context, signIn: SignIn): Hono {
  const streams = createEventStreams(createNewsFeed(context), context);

  const desk = new Hono<DeskEnv>().get('/', requireSession(context, signIn), (c) => {
    const { userId, regionId } = c.get('actor');
    const { headers } = c.req.raw;
    return streams.open(c, {
      subject: `user:${userId}`,
      // Which activity, and no more: what changed is read with the permission for it.
      toEvent: (news): DeskEvent | undefined => {
        const topic = DESK_TOPICS.find((name) => name === news.topic);
        if (news.regionId !== regionId || !topic) return undefined;
        return { topic, ...(news.activityId !== undefined && { activityId: news.activityId }) };
      },
      everything: DESK_TOPICS.map((topic): DeskEvent => ({ topic })),
      stillAllowed: async () => (await readSession(context, signIn, headers, { renew: false })) !== undefined,
    });
  });

  const phone = new Hono<PhoneEnv>().get('/', requirePhoneToken(context), (c) => {
    const { deviceId, regionId, activityIds } = c.get('phone');
    return streams.open(c, {
      subject: `device:${deviceId}`,
      toEvent: (news) => {
        const mine =
          news.topic === 'cards' ||
          news.deviceId === deviceId ||
          (news.activityId !== undefined && activityIds.includes(news.activityId));
        return news.regionId === regionId && mine ? {} : undefined;
      },
      // Every phone of the region hears of a card that changed; each in its own moment of these seconds.
      waitMs: ({ topic }) => (topic === 'cards' ? CARDS_SPREAD_MS * shareOf(deviceId) : 0),
      everything: [{}],
      stillAllowed: async () => (await findEnrolment(context.db, deviceId))?.state === 'active',
    });
  });

  return new Hono().route('/desk/stream', desk).route('/sync/stream', phone);
}
