-- Persons that are judged anew, as a whole: those that lost a description, have a number that was replaced, or is not
-- any more, or stand under a new decision.
create temp table fresh_person as
select person_key from lost_node
union
select person_key from standing.node
where
    person_key is not null
    and personal_number in (
        select old_number from changed_replacement
        union all
        select new_number from changed_replacement
    )
union
select person_key from standing.node
where person_key is not null and old_id_number in (select old_number from changed_replacement)
union
select person_key from standing.node
where person_key is not null and tax_code in (select old_number from changed_replacement)
union
select person_key from standing.node
where person_key is not null and node_id in (select newly_decided.node_id from newly_decided);

-- Fresh: descriptions without a person yet, and those of such persons.
create temp table fresh_description as
select
    node_id, person_key, registry, dataset, personal_number, personal_number_restored, number_given, old_id_number,
    si_number, tax_code, name_key, sorted_name, born_on, birth_precision, is_newborn, record_id
from standing.node
where person_key is null or person_key in (select fresh_person.person_key from fresh_person);
