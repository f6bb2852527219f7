// A dozen bodies that could be there: the names are invented, the municipalities are real.

export type DemoOrganisation = {
  readonly key: string;
  readonly name: string;
  readonly kind: 'municipality' | 'organiser' | 'region';
  /** Name of its municipality; absent for those of the whole region. */
  readonly municipality?: string;
};

export const DEMO_ORGANISATIONS: readonly DemoOrganisation[] = [
  { key: 'dvv', name: 'DVV Westhoek', kind: 'region' },
  { key: 'ieper', name: 'Stad Ieper, vrije tijd', kind: 'municipality', municipality: 'Ieper' },
  { key: 'bib-ieper', name: 'Bibliotheek Ieper', kind: 'organiser', municipality: 'Ieper' },
  { key: 'diksmuide', name: 'Stad Diksmuide, onthaal', kind: 'municipality', municipality: 'Diksmuide' },
  { key: 'pool', name: 'Zwembad De Schelpe', kind: 'organiser', municipality: 'Diksmuide' },
  { key: 'youth', name: 'Jeugdhuis ’t Spoor', kind: 'organiser', municipality: 'Poperinge' },
  { key: 'culture', name: 'Cultuurcentrum De Hopbel', kind: 'organiser', municipality: 'Poperinge' },
  {
    key: 'museum',
    name: 'Streekmuseum De Vlasroot',
    kind: 'organiser',
    municipality: 'Langemark-Poelkapelle',
  },
  { key: 'bib-veurne', name: 'Bibliotheek Veurne', kind: 'organiser', municipality: 'Veurne' },
  { key: 'sport', name: 'Sporthal De Branding', kind: 'organiser', municipality: 'Koksijde' },
  { key: 'academy', name: 'Academie Nieuwpoort', kind: 'organiser', municipality: 'Nieuwpoort' },
  { key: 'play', name: 'Speelplein Zandkorrel', kind: 'organiser', municipality: 'De Panne' },
  { key: 'zonnebeke', name: 'Gemeente Zonnebeke, cultuur', kind: 'municipality', municipality: 'Zonnebeke' },
  { key: 'test', name: 'Testorganisatie', kind: 'organiser' },
];
