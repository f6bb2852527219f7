import type { Action } from '#domain/devices/permissions.ts';
import type { LucideIcon } from '@lucide/svelte';
import BookOpen from '@lucide/svelte/icons/book-open';
import Building2 from '@lucide/svelte/icons/building-2';
import CalendarDays from '@lucide/svelte/icons/calendar-days';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import ClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import ContactRound from '@lucide/svelte/icons/contact-round';
import IdCard from '@lucide/svelte/icons/id-card';
import Settings2 from '@lucide/svelte/icons/settings-2';
import Hourglass from '@lucide/svelte/icons/hourglass';
import Inbox from '@lucide/svelte/icons/inbox';
import ListChecks from '@lucide/svelte/icons/list-checks';
import Package from '@lucide/svelte/icons/package';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Smartphone from '@lucide/svelte/icons/smartphone';
import UsersRound from '@lucide/svelte/icons/users-round';
import Users from '@lucide/svelte/icons/users';
import HeartHandshake from '@lucide/svelte/icons/heart-handshake';
import Sun from '@lucide/svelte/icons/sun';
import { m } from '../../paraglide/messages.js';

/** The rooms of the desk that exist; `short` is for the bar of a phone. */
export type Room = {
  href: string;
  label: () => string;
  short: () => string;
  icon: LucideIcon;
  needs: Action;
  /** Seldom needed on a phone, whose bar is narrow: there it stands in the menu of one's account. */
  inMenuOnPhone?: true;
};

/** Rooms that belong together; the first group, of every day, has no heading. */
export type RoomGroup = { id: string; label: (() => string) | undefined; rooms: readonly Room[] };

export const ROOM_GROUPS: readonly RoomGroup[] = [
  {
    id: 'day',
    label: undefined,
    rooms: [
      { href: '/balie', label: m.desk_today, short: m.desk_today, icon: Sun, needs: 'activity.read' },
      {
        href: '/balie/taken',
        label: m.tasks_title,
        short: m.tasks_title,
        icon: Inbox,
        needs: 'task.do',
        inMenuOnPhone: true,
      },
    ],
  },
  {
    id: 'people',
    label: m.desk_rooms_people,
    rooms: [
      {
        href: '/balie/pashouders',
        label: m.search_title,
        short: m.search_title_short,
        icon: ContactRound,
        needs: 'passholder.read',
        inMenuOnPhone: true,
      },
      {
        href: '/balie/kaart',
        label: m.desk_card,
        short: m.desk_card_short,
        icon: IdCard,
        needs: 'card.look-up',
      },
      {
        href: '/balie/kansenstatuut',
        label: m.renewals_title,
        short: m.renewals_title,
        icon: Hourglass,
        needs: 'kansenstatuut.list',
        inMenuOnPhone: true,
      },
      {
        href: '/balie/groepspassen',
        label: m.group_passes_title,
        short: m.group_passes_title,
        icon: UsersRound,
        needs: 'group-pass.read',
        inMenuOnPhone: true,
      },
      {
        href: '/balie/verenigingen',
        label: m.associations_short,
        short: m.associations_short,
        icon: HeartHandshake,
        needs: 'association.read',
        inMenuOnPhone: true,
      },
      {
        href: '/balie/bulk',
        label: m.bulk_title,
        short: m.bulk_short,
        icon: ListChecks,
        needs: 'bulk.run',
        inMenuOnPhone: true,
      },
    ],
  },
  {
    id: 'activities',
    label: m.desk_rooms_activities,
    rooms: [
      {
        href: '/balie/activiteiten',
        label: m.desk_activities,
        short: m.desk_activities,
        icon: CalendarDays,
        needs: 'activity.read',
      },
      {
        href: '/balie/papier',
        label: m.desk_paper,
        short: m.desk_paper_short,
        icon: ClipboardList,
        needs: 'check-in.paper',
      },
      {
        href: '/balie/toestellen',
        label: m.desk_devices,
        short: m.desk_devices,
        icon: Smartphone,
        needs: 'device.read',
      },
      {
        href: '/balie/nazicht',
        label: m.desk_held,
        short: m.desk_held,
        icon: ClipboardCheck,
        needs: 'check-in.read',
        inMenuOnPhone: true,
      },
      {
        href: '/balie/organisaties',
        label: m.organisations_title,
        short: m.organisations_title,
        icon: Building2,
        needs: 'organisation.read',
        inMenuOnPhone: true,
      },
    ],
  },
  {
    id: 'counter',
    label: m.desk_rooms_counter,
    rooms: [
      {
        href: '/balie/voorraad',
        label: m.stock_short,
        short: m.stock_short,
        icon: Package,
        needs: 'stock.read',
        inMenuOnPhone: true,
      },
      {
        href: '/balie/dagboek',
        label: m.till_title,
        short: m.till_title,
        icon: BookOpen,
        needs: 'till.read',
        inMenuOnPhone: true,
      },
    ],
  },
  {
    id: 'management',
    label: m.desk_rooms_management,
    rooms: [
      {
        href: '/balie/medewerkers',
        label: m.staff_title,
        short: m.staff_title,
        icon: Users,
        needs: 'staff.manage',
        inMenuOnPhone: true,
      },
      {
        href: '/balie/cijfers',
        label: m.figures_title,
        short: m.figures_title,
        icon: ChartColumn,
        needs: 'figures.read',
        inMenuOnPhone: true,
      },
      {
        href: '/balie/logboek',
        label: m.audit_title,
        short: m.audit_title,
        icon: ScrollText,
        needs: 'audit.read',
        inMenuOnPhone: true,
      },
      {
        href: '/balie/instellingen',
        label: m.settings_title,
        short: m.settings_title_short,
        icon: Settings2,
        needs: 'setting.read',
        inMenuOnPhone: true,
      },
    ],
  },
];
export const ROOMS: readonly Room[] = ROOM_GROUPS.flatMap(({ rooms }) => rooms);

/** What somebody may open, in its groups; a group of which nothing is left is not there. */
export const roomsFor = (
  can: (needs: Action) => boolean,
  isShown = (_room: Room): boolean => true,
): RoomGroup[] =>
  ROOM_GROUPS.map((group) => ({
    ...group,
    rooms: group.rooms.filter((room) => can(room.needs) && isShown(room)),
  })).filter(({ rooms }) => rooms.length > 0);

/** The room a path belongs to: the one with the longest address that fits. */
export const roomOf = (path: string): Room | undefined =>
  ROOMS.filter(({ href }) => path === href || (href !== '/balie' && path.startsWith(`${href}/`))).sort(
    (a, b) => b.href.length - a.href.length,
  )[0];
