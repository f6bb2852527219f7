// Finding people by what somebody types (docs/adr/017). The database itself keeps what they are found by, so that no
// writer can forget it and what was erased is gone with the row. The functions make both what is stored and what is asked
// comparable. Their bodies are bound when they are made (begin atomic): an index goes on working in another schema, and
// where no search_path is set, as in a restore and in maintenance.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    -- One spelling of a name: no accents or capitals, 'd''Hondt' as one word, 'Van de Velde' as 'vandevelde'.
    create function name_form(name text) returns text language sql immutable strict parallel safe
    begin atomic
      select trim(regexp_replace(regexp_replace(
        regexp_replace(
          regexp_replace(
            replace(replace(replace(replace(translate(
              lower(regexp_replace(normalize(name, NFD), '[\\u0300-\\u036f]+', '', 'g')),
              'øłđıħ', 'oldih'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
            '[''’‘´.\\u0060]+', '', 'g'),
          '[\\u0001-\\u002f\\u003a-\\u0060\\u007b-\\u00bf\\u2000-\\u206f\\u3000-\\u303f]+', ' ', 'g'),
        -- Twice: 'van de' becomes 'vande', and that joins what follows.
        '(^| )(van|vande|vanden|vander|vant|de|den|der|dela|ter|ten|te|t|d|la|le|el|du|di|op|opde) (?=[^ ])', '\\1\\2', 'g'),
        '(^| )(van|vande|vanden|vander|vant|de|den|der|dela|ter|ten|te|t|d|la|le|el|du|di|op|opde) (?=[^ ])', '\\1\\2', 'g'));
    end;

    -- What is left of a word without its particle: 'velde' of 'vandevelde'; the word itself where it has none.
    create function name_tail(word text) returns text language sql immutable strict parallel safe
    begin atomic
      select regexp_replace(word, '^(vanden|vander|vande|vant|van|dela|den|der|de|ter|ten|el)(?=.{4})', '');
    end;

    -- The words that somebody is found by: last name and first name, each as one word, then their parts.
    create function name_words(first_name text, last_name text) returns text[] language sql immutable parallel safe
    begin atomic
      select case when first_name is not null and last_name is not null then (
        select array[replace(l, ' ', ''), replace(f, ' ', '')] || array(
          select distinct part from (
            select unnest(string_to_array(l, ' ') || string_to_array(f, ' ')) as word
          ) w, unnest(array[word, name_tail(word)]) part
          where part not in ('', replace(l, ' ', ''), replace(f, ' ', '')) order by part)
        from (select name_form(first_name) as f, name_form(last_name) as l) n) end;
    end;

    -- How a word sounds in Flanders: Declercq, De Klerk; Sofie, Sophie; Verhaeghe, Verhage; Dierickx, Dirix.
    create function name_sound(word text) returns text language sql immutable strict parallel safe
    begin atomic
      select regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        replace(replace(replace(replace(word, 'ph', 'f'), 'th', 't'), 'gh', 'g'), 'ae', 'a'),
        'ckx|kx|cx|x', 'ks', 'g'), 'ck|cq|qu|q', 'k', 'g'), 'c(?=r|hr|l|[aou]|$)h?', 'k', 'g'),
        'ij|ie|y', 'i', 'g'), '(.)\\1+', '\\1', 'g'), '(dt|d)$', 't');
    end;

    -- A word, and all that it is with one letter left out: two words that share one are one mistake apart. What then stands
    -- doubled sounds once.
    create function sound_keys(word text) returns text[] language sql immutable strict parallel safe
    begin atomic
      select array(select distinct regexp_replace(left(s, n - 1) || substr(s, n + 1), '(.)\\1+', '\\1', 'g')
        from name_sound(word) s, generate_series(1, length(s) + 1) n where length(s) > 3 or n > length(s));
    end;

    -- All that a person is found by. = a whole word, ^ how one begins (six letters at most), ~ how one sounds, b birth
    -- date, y its year, p postcode, @ municipality.
    create function search_keys(words text[], born date, postal_code text, nis_codes text[])
    returns text[] language sql immutable parallel safe
    begin atomic
      select case when words is not null then array(
        select '=' || word from unnest(words) word where word <> ''
        union select '^' || left(word, n) from unnest(words) word, generate_series(1, least(length(word), 6)) n
        union select '~' || sound from unnest(words) word, unnest(sound_keys(word)) sound where sound <> ''
        union select 'b' || (extract(year from born) * 10000 + extract(month from born) * 100 + extract(day from born))::integer
          where born is not null
        union select 'y' || extract(year from born)::integer where born is not null
        union select 'p' || postal_code where postal_code is not null
        union select '@' || nis_code from unnest(nis_codes) nis_code where nis_code is not null) end;
    end;

    alter table passholder
      -- Municipalities besides the newest home whose desk knows this person: of earlier and planned homes, or of the counter
      -- that gave the card to who lives outside the region.
      add column desks text[] not null default '{}',
      add column name_words text[] generated always as (name_words(first_name, last_name)) stored;

    update passholder p set desks = known.desks from (
      select region_id, passholder_id, array_agg(distinct nis_code order by nis_code) as desks from (
        select region_id, passholder_id, nis_code from passholder_home
        union select e.region_id, e.passholder_id, o.nis_code from passholder_event e
          join organisation o on o.region_id = e.region_id and o.organisation_id = e.organisation_id where e.n = 1
      ) d where nis_code is not null group by region_id, passholder_id
    ) known
    where p.region_id = known.region_id and p.passholder_id = known.passholder_id and p.state = 'active'
      and known.desks <> array[p.nis_code];

    -- Without a list of what waits to be sorted in: a search would read it each time.
    create index passholder_search on passholder
      using gin (search_keys(name_words, date_of_birth, postal_code, desks || nis_code)) with (fastupdate = off);
  `.execute(db);
}
