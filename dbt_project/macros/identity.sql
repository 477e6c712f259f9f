{#- What a registry record says of a person, with types. -#}
{% macro identity_attributes() -%}
    {%- set text = dbt.type_string() -%}
    {{ return({
        'personal_number': text, 'personal_number_restored': 'boolean', 'number_given': text, 'old_id_number': text,
        'si_number': text, 'tax_code': text, 'full_name': text, 'name_key': text, 'born_on': 'date',
        'birth_precision': text, 'sex': text, 'province': text, 'residence_province': text, 'is_newborn': 'boolean',
    }) }}
{%- endmacro %}

{#-
    The node of a record: a hash of registry, data set and what describes the person, so that the same description gives
    the same node in any run. Where somebody lives now describes nobody: who moves stays the same node.
-#}
{% macro node_id() -%}
    {%- set parts = [] -%}
    {%- for name in ['registry', 'dataset'] + identity_attributes() | reject('equalto', 'residence_province') | list -%}
        {%- do parts.append("coalesce(cast(" ~ name ~ " as " ~ dbt.type_string() ~ "), '')") -%}
    {%- endfor -%}
    {{ return(adapter.dispatch('as_node_id')("md5(concat(" ~ parts | join(", '|', ") ~ "))")) }}
{%- endmacro %}

{% macro default__as_node_id(hash) -%}
    cast({{ hash }} as uuid)
{%- endmacro %}

{% macro spark__as_node_id(hash) -%}
    {{ hash }}
{%- endmacro %}

{#-
    The filter of `record`: in a re-run, the records of the batches in work, records that a batch held before its
    correction, and persons whose residence is in work.
-#}
{% macro record_in_work(registry, dataset, record_id) -%}
    {%- set ids = literals(batches_in_work(registry, dataset)) -%}
    {%- set corrected = has_corrections(registry, dataset) -%}
    {%- if not is_incremental() -%}
        true
    {%- else -%}
        (
            s._batch_id in ({{ ids }})
            {%- if corrected %}
            or {{ record_id }} in (
                select earlier.record_id from {{ this }} as earlier
                where earlier.dataset = '{{ dataset }}' and earlier._batch_id in ({{ ids }})
            )
            {%- endif %}
            {%- if dataset == 'person' %}
            or s.personal_number in (
                select moved.personal_number from {{ ref('stg_population__residence') }} as moved
                where moved._batch_id in ({{ literals(batches_in_work('population', 'residence')) }})
            )
            {%- endif %}
        )
    {%- endif -%}
{%- endmacro %}

{#- When the warehouse last finished a build; what was linked or re-opened since then is still to be worked in. -#}
{% macro last_mark() -%}
    (
        select coalesce(max(consumed_at), cast('1970-01-01' as {{ dbt.type_timestamp() }}))
        from {{ source('ingest', 'consumption') }}
        where consumer = '{{ var("consumer") }}'
    )
{%- endmacro %}
