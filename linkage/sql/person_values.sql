-- What the records say of each attribute: the value that was chosen, and those that lost.
select attribute, value, registry, dataset, record_id, recorded_at, is_chosen, reason
from identity.person_attribute
where person_key = %(person_key)s
order by attribute asc, is_chosen desc, recorded_at desc, dataset asc, record_id asc;
