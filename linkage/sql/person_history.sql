-- Merges and splits of a person, and of the keys that lead to it.
select event.kind, event.person_key, event.other_key, event.cause, event.happened_at, event.run_id
from identity.person_event as event
where
    %(person_key)s in (event.person_key, event.other_key)
    or event.person_key in (select person.person_key from identity.person where person.merged_into = %(person_key)s)
order by event.event_id;
