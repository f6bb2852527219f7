// One enrol link, from making it to the approved phone. The link is shown once and lives ten minutes.
import { EnrolLink, EnrolLinkState, type DeskDevice } from '#domain/desk-api.ts';
import { api } from '../../api.ts';
import { now } from '../../clock.ts';
import { onDeskChange } from '../desk-stream.svelte.ts';
import { Act } from '../resource.svelte.ts';

const TICK_MS = 1_000;
/** Besides the stream: someone stands there with a phone in the hand. */
const LOOK_EVERY_TICKS = 3;

export class EnrolLinkFlow {
  link = $state.raw<EnrolLink | undefined>();
  seen = $state.raw<EnrolLinkState | undefined>();
  readonly making = new Act();
  #clock = $state(now());

  readonly secondsLeft = $derived(
    this.link === undefined ? 0 : Math.max(0, Math.ceil((this.link.expiresAt - this.#clock) / 1000)),
  );
  readonly device = $derived<DeskDevice | undefined>(this.seen?.device ?? undefined);
  readonly step = $derived<'choose' | 'waiting' | 'expired' | 'compare' | 'done' | 'refused'>(
    this.link === undefined
      ? 'choose'
      : this.device?.state === 'active'
        ? 'done'
        : this.device?.state === 'pending'
          ? 'compare'
          : this.device !== undefined
            ? 'refused'
            : this.secondsLeft === 0 || this.seen?.state === 'expired'
              ? 'expired'
              : 'waiting',
  );

  async make(organisationId: string, activityIds: readonly string[], replaces?: string): Promise<void> {
    await this.making.run(async () => {
      this.seen = undefined;
      this.link = await api.post(
        '/api/enrol-links',
        { organisationId, activityIds, ...(replaces !== undefined && { replaces }) },
        EnrolLink,
      );
      this.#clock = now();
    });
  }

  /** In an $effect while the dialog is open: the countdown, and what the phone does with the link. */
  follow(linkId: string): () => void {
    let ticks = 0;
    const timer = setInterval(() => {
      this.#clock = now();
      ticks += 1;
      if (ticks % LOOK_EVERY_TICKS === 0) void this.look(linkId);
    }, TICK_MS);
    const stop = onDeskChange('devices', () => void this.look(linkId));
    return () => {
      clearInterval(timer);
      stop();
    };
  }

  async look(linkId: string): Promise<void> {
    try {
      const seen = await api.get(`/api/enrol-links/${linkId}`, EnrolLinkState);
      // A late answer about the link before says nothing of this one.
      if (this.link?.linkId === linkId) this.seen = seen;
    } catch (error) {
      // The next look asks again; the countdown goes on meanwhile.
      console.info('The state of the enrol link is not known right now.', error);
    }
  }

  restart(): void {
    this.link = undefined;
    this.seen = undefined;
  }
}
