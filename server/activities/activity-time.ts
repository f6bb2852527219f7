/** The filter of the list: where an activity stands in time. */
export const ACTIVITY_TIMES = ['open', 'today', 'coming', 'attention', 'past', 'all'] as const;
export type ActivityTime = (typeof ACTIVITY_TIMES)[number];
