{#-
    The way from a published figure to ours in words: base and definition, then date, certainty and population.

    Args:
        language: `en` or `vi`.
-#}
{% macro bridge(language) -%}
{%- set words = {
    'en': {
        'year_end': 'The published figure is for the end of the year, when late registrations raise the count.',
        'date': 'Published for ', 'ours': ', computed for ',
        'estimate': 'It was published as an estimate.', 'rounded': 'It was published rounded.',
        'scaled': 'The published count is scaled by the population, ', 'of': ' of ',
    },
    'vi': {
        'year_end': 'Số công bố là số cuối năm, khi các hồ sơ bổ sung làm số người tăng lên.',
        'date': 'Công bố cho ', 'ours': ', tính cho ',
        'estimate': 'Số công bố là số ước tính.', 'rounded': 'Số công bố đã làm tròn.',
        'scaled': 'Số công bố được quy đổi theo dân số, ', 'of': ' trên ',
    },
}[language] -%}
    bridge_{{ language }}
    || case when span = 'year' and accounting = 'stock' then ' {{ words.year_end }}' else '' end
    || case
        when published_period <> period
            then ' {{ words.date }}' || published_period || '{{ words.ours }}' || period || '.'
        else ''
    end
    || case when base_as_worded like '%estimate%' then ' {{ words.estimate }}' else '' end
    || case
        when
            base_as_worded like '%nearly%' or base_as_worded like '%over%' or base_as_worded like '%more than%'
            or base_as_worded like '%approx%'
            then ' {{ words.rounded }}'
        else ''
    end
    || case
        when scale <> 1
            then ' {{ words.scaled }}' || cast(cast(reference as numeric(20, 0)) as {{ dbt.type_string() }})
                || '{{ words.of }}' || cast(population as {{ dbt.type_string() }}) || '.'
        else ''
    end
{%- endmacro %}
